import type { App, AppProvider } from "../config/config.ts";
import { isMailboxId } from "../crypto/read-key.ts";
import type { LoginRow, MailboxId } from "../engines/engine.ts";
import { makeTicket, openTicket } from "../login/begin.ts";
import { bindLogin, boundLogin, parseCookies } from "../login/cookie.ts";
import { type Finished, type Refused, type Returned, arrive, finish, rejoin } from "../login/finish.ts";
import { openHeld, pressedProof } from "../login/forms.ts";
import { type Launched, cancel, failLaunch, isOver, launch, openHop, tryAgain } from "../login/launch.ts";
import { type Login, mailboxOfState } from "../login/login.ts";
import { mailboxOfWriteKey } from "../login/write-key.ts";
import type { Callback } from "../providers/provider.ts";
import { BrowserAnswers, type Lobby } from "./browser-answers.ts";
import { type Call, pathOf, rawQuery, readForm } from "./http.ts";
import { navigationOf } from "./navigation.ts";
import { cookieStyle, formCookie, isOurForm } from "./page-answer.ts";
import type { Routes } from "./routes.ts";

/** Opens the login that a launch URL of some dialect carries; undefined: it carries none, or not ours. */
export type OpenLaunch = (
  call: Call,
  query: URLSearchParams,
) => Login | BadLaunch | { redirect: string } | undefined;

/** What is wrong with a launch; with its login where an app waits for it. */
export interface BadLaunch {
  error: string;
  login?: Login;
}

/** Registers what the user's browser visits on its way to a provider: the launch, and our own forms. */
export function launchRoutes(routes: Routes, lobby: Lobby, app: App, openLaunch: OpenLaunch): void {
  const visit = (call: Call): BrowserVisit => new BrowserVisit(lobby, call);
  routes.page(app, `${pathOf(lobby.desk.config, app)}/login`, {
    GET: (call) => visit(call).open(openLaunch),
    POST: (call) => visit(call).press(),
  });
}

/** Registers what the user's browser visits in the page-launched dialects: launch, forms and callbacks. */
export function browserRoutes(routes: Routes, lobby: Lobby, app: App, openLaunch: OpenLaunch): void {
  const visit = (call: Call): BrowserVisit => new BrowserVisit(lobby, call);
  launchRoutes(routes, lobby, app, openLaunch);
  for (const registration of app.providers) {
    // Requests are matched without their trailing slash, which the registered URI may have.
    routes.page(app, new URL(registration.redirectUri).pathname.replace(/\/$/, ""), {
      GET: (call) => visit(call).callback(registration, new URLSearchParams(rawQuery(call.request))),
      POST: (call) => visit(call).bounce(registration),
    });
  }
}

/** One request of a user's browser. */
export class BrowserVisit {
  readonly #lobby: Lobby;
  readonly #call: Call;
  readonly #cookies: ReadonlyMap<string, string>;
  readonly #style: { readonly secure: boolean };
  readonly #answers: BrowserAnswers;

  constructor(lobby: Lobby, call: Call) {
    this.#lobby = lobby;
    this.#call = call;
    this.#cookies = parseCookies(call.connection.header("cookie"));
    this.#style = cookieStyle(lobby.desk);
    this.#answers = new BrowserAnswers(lobby, call);
  }

  /** `GET /login`: a launch URL, or the hop to the redirect URI's host. */
  async open(openLaunch: OpenLaunch): Promise<Response> {
    const { desk } = this.#lobby;
    const query = new URLSearchParams(rawQuery(this.#call.request));
    const hop = query.get("hop");
    const login = hop === null ? openLaunch(this.#call, query) : openHop(desk, hop);
    if (login === undefined) return this.#answers.page(400, { kind: "error", code: "unknown_ticket" });
    if ("redirect" in login) return this.#answers.redirect(login.redirect, []);
    if ("error" in login) {
      if (login.login !== undefined) await failLaunch(desk, login.login);
      return this.#answers.page(400, { kind: "error", code: login.error });
    }
    return this.#launch(login, hop !== null, false);
  }

  /** `POST /login`: Continue, Cancel or Try again, pressed on one of our own pages in this browser. */
  async press(): Promise<Response> {
    const form = await readForm(this.#call.request);
    if (form === undefined) return this.#answers.page(413, { kind: "error", code: "too_large" });
    const [subject, value] = (["ticket", "hop", "held", "again"] as const)
      .map((name) => [name, form.get(name)] as const)
      .find(([, given]) => given !== null) ?? ["ticket", null];
    if (value === null || !isOurForm(this.#lobby, this.#call, form, value))
      return this.#answers.page(403, { kind: "error", code: "foreign_form" });
    const cancelled = form.get("action") === "cancel";
    if (subject === "ticket" || subject === "hop")
      return this.#pressLaunch(value, subject === "hop", cancelled);
    if (subject === "held") return this.#pressHeld(value, cancelled);
    return this.#pressAgain(value);
  }

  /** A provider's callback (contracts A3, A4). */
  async callback(registration: AppProvider, parameters: URLSearchParams): Promise<Response> {
    const { desk } = this.#lobby;
    const { app } = this.#call;
    const arrived = await arrive(desk, app, registration, parameters, {
      mailbox: (state) => this.#mailboxOf(state),
      bound: (id) => boundLogin(this.#style, desk.keys, this.#cookies, id),
    });
    if (arrived.kind === "over") return this.#replay(arrived.login, arrived.row);
    if (arrived.kind === "refused") return this.#refuse(arrived);
    const { returned, callback } = arrived;
    const asks = !returned.bound && app.confirm !== "never" && callback.kind === "code";
    return asks
      ? this.#answers.confirmCallback(registration, returned, callback)
      : this.#finish(registration, returned, callback);
  }

  /**
   * A callback posted by the provider (`response_mode=form_post`): the Lax cookie is absent on it, so its
   * parameters go once through a GET of our own.
   */
  async bounce(registration: AppProvider): Promise<Response> {
    const form = await readForm(this.#call.request);
    if (form === undefined) return this.#answers.page(413, { kind: "error", code: "too_large" });
    const kept = new URLSearchParams([...form].filter(([name]) => name !== "id_token" && name !== "user"));
    const to = `${new URL(registration.redirectUri).pathname}?${kept}`;
    return this.#answers.redirect(to, []);
  }

  /** The device dialect's page: enter the code that the device shows. */
  async askForCode(entered: string, problem: "wrong" | "limited" | null): Promise<Response> {
    const form = { action: `${pathOf(this.#lobby.desk.config, this.#call.app)}/device`, fields: {} };
    const status = problem === null ? 200 : problem === "wrong" ? 400 : 429;
    return this.#answers.page(status, { kind: "device", form, entered, problem });
  }

  /** The device dialect's consent: what the code asks for; Continue launches it in this browser. */
  async confirmCode(login: Login, userCode: string): Promise<Response> {
    const { desk } = this.#lobby;
    const row = await desk.mailboxes.read(login.id, desk.platform.now());
    // A code that was used tells whoever enters it nothing more of the login.
    if (row !== undefined && isOver(row)) return this.#answers.over(login, row, 200);
    return this.#answers.confirm(login, "ticket", makeTicket(desk, login), userCode);
  }

  async #pressLaunch(sealed: string, hopped: boolean, cancelled: boolean): Promise<Response> {
    const { desk } = this.#lobby;
    const login = hopped ? openHop(desk, sealed) : openTicket(desk, sealed);
    if (login === undefined) return this.#answers.page(400, { kind: "error", code: "unknown_ticket" });
    return cancelled ? this.#cancel(login) : this.#launch(login, hopped, true);
  }

  async #pressHeld(held: string, cancelled: boolean): Promise<Response> {
    const { desk } = this.#lobby;
    const content = openHeld(desk, held);
    const returned = content && (await rejoin(desk, content.id, content.state));
    if (content === undefined || returned === undefined) return this.#answers.page(400, { kind: "expired" });
    const { login } = returned;
    const registration = await this.#answers.registration(login);
    if (registration === undefined) return this.#answers.page(400, { kind: "error", code: "unknown_ticket" });
    const { redirectUri, callback } = content;
    return cancelled
      ? this.#cancel(login)
      : this.#finish({ ...registration, redirectUri }, returned, callback);
  }

  async #cancel(login: Login): Promise<Response> {
    const row = await cancel(this.#lobby.desk, login);
    return row === undefined
      ? this.#answers.after(login, "cancelled", 200, { kind: "cancelled" })
      : this.#answers.over(login, row, 200);
  }

  async #pressAgain(id: string): Promise<Response> {
    const { desk } = this.#lobby;
    const bound = isMailboxId(id) ? boundLogin(this.#style, desk.keys, this.#cookies, id) : undefined;
    const registration = bound && (await this.#answers.registration(bound.login));
    if (!bound || !registration) return this.#answers.page(400, { kind: "no_cookie" });
    return this.#launched(bound.login, await tryAgain(desk, registration, bound));
  }

  async #launch(login: Login, hopped: boolean, confirmed: boolean): Promise<Response> {
    const { desk } = this.#lobby;
    const { app, connection } = this.#call;
    const registration = await this.#answers.registration(login);
    if (registration === undefined) return this.#answers.page(400, { kind: "error", code: "unknown_ticket" });
    const bound = boundLogin(this.#style, desk.keys, this.#cookies, login.id);
    const cookie = formCookie(desk, this.#call);
    const pressed = confirmed &&
      cookie !== undefined && { pressed: pressedProof(desk.keys, cookie, login.id) };
    const visit = { ...navigationOf(connection, desk.config.publicUrl), bound, hopped, ...pressed };
    const launched = await launch(desk, app, registration, login, visit, confirmed);
    return this.#launched(login, launched, hopped);
  }

  async #launched(login: Login, launched: Launched, hopped = false): Promise<Response> {
    switch (launched.kind) {
      case "leave": {
        const { keys, platform } = this.#lobby.desk;
        const carried = boundLogin(this.#style, keys, this.#cookies, login.id);
        // A reload keeps its cookie: sealed anew, under a newer root key, it would not fit the PKCE challenge.
        const cookies =
          carried?.state === launched.state
            ? []
            : bindLogin(this.#style, keys, platform.random(16), this.#cookies, login, launched.state);
        return this.#answers.leave(login, launched.to, cookies);
      }
      case "hop":
        return this.#answers.leave(login, launched.to, [], { "Referrer-Policy": "origin" });
      case "confirm":
        return this.#answers.confirmLaunch(login, hopped);
      case "over":
        return this.#answers.over(login, launched.row, 200);
      case "expired":
      case "second_browser":
        return this.#answers.page(400, { kind: launched.kind }, login);
      case "busy":
        return this.#answers.page(503, { kind: "error", code: "busy" }, login);
      case "failed": {
        const to = this.#answers.next(login, launched.failure);
        if (to !== undefined) return this.#answers.sendBack(login, to, []);
        const retry = this.#answers.form(...this.#answers.subject(login, hopped));
        const shown = { kind: "failed", reason: launched.failure.reason, retry: retry.form } as const;
        return this.#answers.page(502, shown, login, retry.cookies);
      }
    }
  }

  async #refuse({ reason, login }: Refused): Promise<Response> {
    this.#lobby.desk.log.warn("login.callback_refused", { app: this.#call.app.name, reason });
    if (reason === "expired") return this.#answers.page(400, { kind: "expired" }, login);
    if (reason === "no_cookie") return this.#answers.page(400, { kind: "no_cookie" });
    return this.#answers.page(400, { kind: "error", code: reason }, login);
  }

  async #finish(registration: AppProvider, returned: Returned, callback: Callback): Promise<Response> {
    const { desk, deliveries } = this.#lobby;
    const { login } = returned;
    const ended: Finished = await finish(
      desk,
      this.#call.app,
      registration,
      returned,
      callback,
      deliveries[login.dialect],
    );
    if (ended.kind === "over") return this.#replay(login, ended.row);
    if (ended.kind === "refused") return this.#refuse(ended);
    if (ended.kind === "ready") return this.#answers.after(login, "ready", 200, { kind: "done" });
    const { failure } = ended;
    if (failure.reason === "denied") return this.#answers.after(login, failure, 200, { kind: "denied" });
    if (!failure.retryable || !returned.bound || this.#answers.next(login, failure) !== undefined) {
      return this.#answers.after(login, failure, 502, {
        kind: "failed",
        reason: failure.reason,
        retry: null,
      });
    }
    const retry = this.#answers.form("again", login.id);
    return this.#answers.page(
      502,
      { kind: "failed", reason: failure.reason, retry: retry.form },
      login,
      retry.cookies,
    );
  }

  /**
   * A callback that came before: a reload, while the code was exchanged or after the answer was lost. Where the dialect
   * sends the browser on, only that tells the app (promise S11).
   */
  async #replay(login: Login, came: LoginRow): Promise<Response> {
    const { mailboxes, platform, keys } = this.#lobby.desk;
    const isBound = boundLogin(this.#style, keys, this.#cookies, login.id) !== undefined;
    if (!isBound || this.#answers.next(login, "ready") === undefined)
      return this.#answers.over(login, came, 400);
    let row = came;
    if (row.status === "exchanging" && row.deadline !== null) {
      const until = AbortSignal.timeout(Math.max(1, row.deadline - platform.now()));
      await mailboxes.wait(login.id, row.changedAt, until);
      row = (await mailboxes.read(login.id, platform.now())) ?? row;
    }
    return row.status === "ready"
      ? this.#answers.after(login, "ready", 200, { kind: "finished" })
      : this.#answers.over(login, row, 400);
  }

  /** A `state` is ours, or the write key of an app that makes its own: both may come back to one path. */
  async #mailboxOf(state: string): Promise<MailboxId | undefined> {
    const { app } = this.#call;
    const led = app.clientKeys ? await mailboxOfWriteKey(this.#lobby.desk, app, state) : undefined;
    return led ?? mailboxOfState(state);
  }
}
