import type { App, AppProvider } from "../config/config.ts";
import type { LoginRow } from "../engines/engine.ts";
import { makeTicket } from "../login/begin.ts";
import { unbindLogin } from "../login/cookie.ts";
import type { Deliveries, Delivery } from "../login/delivery.ts";
import type { Returned } from "../login/finish.ts";
import { holdCallback } from "../login/forms.ts";
import { makeHop } from "../login/launch.ts";
import type { Login } from "../login/login.ts";
import type { Page, PageForm } from "../pages/page.ts";
import type { Callback } from "../providers/provider.ts";
import type { Registrations } from "../registrations.ts";
import { type Call, type Replies, pathOf } from "./http.ts";
import { type PageOffice, cookieStyle, formAbout, pageAnswer, redirectAnswer } from "./page-answer.ts";

/** What the browser's side of every dialect needs. */
export interface Lobby extends PageOffice {
  readonly replies: Replies;
  readonly deliveries: Deliveries;
  /** Where an app's people may log in. */
  readonly registrations: (app: App) => Registrations;
}

/** A page without what every page has. */
type Shown = Page extends infer P
  ? P extends Page
    ? Omit<P, "language" | "app" | "provider">
    : never
  : never;

/** How a login ended, for the delivery that may know where to go next. */
type End = Parameters<Delivery["next"]>[2];

/** What one request of a user's browser can be answered with. */
export class BrowserAnswers {
  readonly #lobby: Lobby;
  readonly #call: Call;
  /** Whether a form was posted: no redirect of its answer may leave us, as browsers hold forms to our `form-action`. */
  readonly #isForm: boolean;

  constructor(lobby: Lobby, call: Call) {
    this.#lobby = lobby;
    this.#call = call;
    this.#isForm = call.request.method === "POST";
  }

  /** Sends the browser on: from a form by a page of ours, whose link no `form-action` can break; else by 303. */
  async leave(
    login: Login,
    to: string,
    cookies: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return this.#isForm
      ? this.page(200, { kind: "leaving", to }, login, cookies)
      : this.redirect(to, cookies, more);
  }

  redirect(to: string, cookies: readonly string[], more: Readonly<Record<string, string>> = {}): Response {
    return redirectAnswer(this.#lobby, to, cookies, more);
  }

  /** What a form about a launch carries: which host it was launched on decides where Continue leads. */
  subject(login: Login, hopped: boolean): ["ticket" | "hop", string] {
    const { desk } = this.#lobby;
    return hopped ? ["hop", makeHop(desk, login)] : ["ticket", makeTicket(desk, login)];
  }

  async confirmLaunch(login: Login, hopped: boolean): Promise<Response> {
    const { desk } = this.#lobby;
    desk.log.info("login.confirm_shown", { app: login.app, provider: login.provider, login: login.id });
    return this.confirm(login, ...this.subject(login, hopped));
  }

  async confirmCallback(
    { redirectUri }: AppProvider,
    { login, state }: Returned,
    callback: Callback,
  ): Promise<Response> {
    const { desk } = this.#lobby;
    desk.log.info("login.confirm_shown", { app: login.app, provider: login.provider, login: login.id });
    return this.confirm(login, "held", holdCallback(desk, { id: login.id, state, redirectUri, callback }));
  }

  async confirm(
    login: Login,
    name: "ticket" | "hop" | "held",
    subject: string,
    userCode?: string,
  ): Promise<Response> {
    const { form, cookies } = this.form(name, subject);
    const scope = login.scope ?? (await this.registration(login))?.scope ?? [];
    const shown = {
      kind: "confirm",
      form,
      scopes: "verbatim" in scope ? scope.verbatim.split(/[\s,]+/).filter(Boolean) : scope,
      startedAt: login.createdAt,
      now: this.#lobby.desk.platform.now(),
      startedBy: login.origin,
      startedNear: login.near,
      ...(userCode !== undefined && { userCode }),
    } as const;
    return this.page(200, shown, login, cookies);
  }

  /** The login is over for this browser: on to where its dialect sends it, or our own page. */
  async after(login: Login, end: End, status: number, shown: Shown): Promise<Response> {
    const cookies = [unbindLogin(cookieStyle(this.#lobby.desk), login.id)];
    const to = this.next(login, end);
    return to === undefined ? this.page(status, shown, login, cookies) : this.sendBack(login, to, cookies);
  }

  /** Where the dialect sends a browser whose login ended like that; undefined: to our own page. */
  next(login: Login, end: End): string | undefined {
    const { desk, deliveries } = this.#lobby;
    return deliveries[login.dialect].next(desk, login, end);
  }

  /** Sends the browser back to its app: from a form by a page of ours, as `leave` does; else by 303. */
  async sendBack(login: Login, to: string, cookies: readonly string[]): Promise<Response> {
    return this.#isForm
      ? this.page(200, { kind: "returning", to }, login, cookies)
      : this.redirect(to, cookies);
  }

  /** A launch or callback of a login that is past that. */
  async over(login: Login, row: LoginRow, status: number): Promise<Response> {
    switch (row.status) {
      case "denied":
      case "cancelled":
      case "expired":
        return this.page(status, { kind: row.status }, login);
      case "retry": {
        const retry = this.form("again", login.id);
        return this.page(
          status,
          { kind: "failed", reason: row.reason ?? "", retry: retry.form },
          login,
          retry.cookies,
        );
      }
      case "failed":
        return row.reason === "second_browser"
          ? this.page(status, { kind: "second_browser" }, login)
          : this.page(status, { kind: "failed", reason: row.reason ?? "", retry: null }, login);
      default:
        return this.page(status, { kind: "finished" }, login);
    }
  }

  /** A form about `subject`, and the cookie whose twin its nonce is. */
  form(name: "ticket" | "hop" | "held" | "again", subject: string): { form: PageForm; cookies: string[] } {
    const action = `${pathOf(this.#lobby.desk.config, this.#call.app)}/login`;
    return formAbout(this.#lobby, this.#call, action, name, subject);
  }

  async registration(login: Login): Promise<AppProvider | undefined> {
    const { app } = this.#call;
    return login.app === app.name ? this.#lobby.registrations(app).at(login.provider) : undefined;
  }

  async page(
    status: number,
    shown: Shown,
    login?: Login,
    cookies: readonly string[] = [],
  ): Promise<Response> {
    const { app, connection } = this.#call;
    const provider = (login && (await this.registration(login))) ?? app.providers[0];
    const facts = {
      language: connection.header("accept-language"),
      app: app.title,
      provider: provider?.provider.title ?? "",
    };
    return pageAnswer(this.#lobby, status, { ...facts, ...shown }, cookies);
  }
}
