import { type Desk, baseOf } from "../desk.ts";
import { prepare } from "../grants/delivered.ts";
import { sealBox } from "./box.ts";
import type { Delivery } from "./delivery.ts";
import { TOMBSTONE_WINDOW } from "./login.ts";

/** Milliseconds in which a code must be redeemed (RFC 6749 §4.1.2 recommends ten minutes at most). */
const CODE_WINDOW = 60_000;

/** What a code is bound to besides its app, as the row keeps it. */
export interface CodeBinding {
  redirect_uri: string;
  code_challenge: string;
}

/** Seals the tokens to the code, and hands the code to the client's redirect URI (RFC 6749 §4.1.2, RFC 9207). */
export const codeDelivery: Delivery = {
  deliver: async (desk, { app, login, registration, tokens, context }) => {
    const { keys, platform } = desk;
    const expiresAt = platform.now() + CODE_WINDOW;
    const holder = { app, provider: registration.provider.name, origin: login.origin };
    // The grant is named after the mailbox, so that a second use of the code can end it.
    const content = prepare(desk, holder, tokens, context, { id: login.id, generation: 0 });
    return {
      box: sealBox(keys, platform.random(48), login, content, expiresAt),
      expiresAt,
      forgetAt: expiresAt + TOMBSTONE_WINDOW,
    };
  },
  next: (desk, { app, binding, carried }, end) => {
    const redirectUri = binding?.["redirect_uri"];
    const { code = "", state } = carried ?? {};
    if (redirectUri === undefined) return undefined;
    const outcome: Record<string, string> =
      end === "ready" ? { code } : { error: end === "cancelled" ? "access_denied" : errorOf(end.error) };
    return redirectTo(desk, app, redirectUri, { ...outcome, ...(state !== undefined && { state }) });
  },
};

/** The codes that RFC 6749 §4.1.2.1 knows; what concerns the broker's own registration is a server error. */
function errorOf(error: string): string {
  const known = ["access_denied", "invalid_scope", "server_error", "temporarily_unavailable"];
  return known.includes(error) ? error : "server_error";
}

/** A client's redirect URI with an outcome and `iss` (RFC 9207); a query it has is kept. */
export function redirectTo(
  desk: Desk,
  appName: string,
  redirectUri: string,
  outcome: Readonly<Record<string, string>>,
): string {
  const app = desk.config.apps.find(({ name }) => name === appName);
  const parameters = new URLSearchParams({ ...outcome, ...(app && { iss: baseOf(desk.config, app) }) });
  return `${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${parameters}`;
}
