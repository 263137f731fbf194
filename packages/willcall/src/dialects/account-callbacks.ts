import type { App, AppProvider } from "../config/config.ts";
import { BrowserVisit } from "./browser.ts";
import type { Lobby } from "./browser-answers.ts";
import { type Call, pathOf, rawPath, rawQuery } from "./http.ts";
import type { Routes } from "./routes.ts";

/**
 * Registers the redirect URIs of the accounts app, `/accounts/<provider>/redirect` (contract E): also those of
 * providers that come while the broker runs.
 */
export function accountCallbackRoutes(routes: Routes, lobby: Lobby, app: App): void {
  const { desk, replies } = lobby;
  async function called(
    call: Call,
    answer: (visit: BrowserVisit, registration: AppProvider) => Promise<Response>,
  ): Promise<Response> {
    const name = rawPath(call.request).split("/").at(-2) ?? "";
    const registration = await lobby.registrations(app).at(name);
    if (registration === undefined) return replies.text(null, 404, "There is nothing here.");
    return answer(new BrowserVisit(lobby, call), registration);
  }
  routes.page(app, `${pathOf(desk.config, app)}/:provider/redirect`, {
    GET: (call) =>
      called(call, (visit, registration) =>
        visit.callback(registration, new URLSearchParams(rawQuery(call.request))),
      ),
    POST: (call) => called(call, (visit, registration) => visit.bounce(registration)),
  });
}
