import type { App } from "../config/config.ts";
import { baseOf } from "../desk.ts";
import type { Login } from "../login/login.ts";
import { holdForCode, loginOfCode, makeUserCode, readUserCode, spellUserCode } from "../login/user-code.ts";
import type { Lobby } from "./browser-answers.ts";
import { BrowserVisit } from "./browser.ts";
import { Guesses } from "./guesses.ts";
import { type Call, pathOf, rawQuery, readForm } from "./http.ts";
import { MOST_HELD_LOGINS } from "./office.ts";
import type { Routes } from "./routes.ts";

/** What a person on another machine needs to go on with a login (RFC 8628 §3.2). */
export interface GivenCode {
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
}

/** The user codes of an app. */
export interface UserCodes {
  /** Keeps a login under a fresh code until it expires. Undefined: no room for more right now. */
  give(login: Login): Promise<GivenCode | undefined>;
}

/** Registers the page on which people enter an app's user codes (RFC 8628 §3.3): `<app>/device`. */
export function userCodeRoutes(routes: Routes, lobby: Lobby, app: App): UserCodes {
  const { desk } = lobby;
  const { config, platform } = desk;
  const guesses = new Guesses();
  routes.page(app, `${pathOf(config, app)}/device`, {
    GET: (call) => {
      const given = new URLSearchParams(rawQuery(call.request)).get("user_code");
      return given === null
        ? new BrowserVisit(lobby, call).askForCode("", null)
        : enter(lobby, guesses, call, given);
    },
    POST: async (call) => {
      const form = await readForm(call.request);
      return enter(lobby, guesses, call, form?.get("user_code") ?? "");
    },
  });
  return {
    async give(login) {
      const userCode = makeUserCode(platform.random);
      if (!(await holdForCode(desk, login, userCode, MOST_HELD_LOGINS))) return undefined;
      guesses.issued(login.createdAt);
      const verification_uri = `${baseOf(config, app)}/device`;
      const user_code = spellUserCode(userCode);
      const verification_uri_complete = `${verification_uri}?user_code=${user_code}`;
      return { user_code, verification_uri, verification_uri_complete };
    },
  };
}

/** A user code was entered, or came with the link: ask for confirmation, or for the code again. */
async function enter(lobby: Lobby, guesses: Guesses, call: Call, given: string): Promise<Response> {
  const { app, connection } = call;
  const { desk } = lobby;
  const visit = new BrowserVisit(lobby, call);
  if (!guesses.tries(connection.address, desk.platform.now())) return visit.askForCode("", "limited");
  const userCode = readUserCode(given);
  const login = userCode === undefined ? undefined : await loginOfCode(desk, app.name, userCode);
  if (login === undefined || userCode === undefined) return visit.askForCode(given, "wrong");
  guesses.right(connection.address);
  return visit.confirmCode(login, spellUserCode(userCode));
}
