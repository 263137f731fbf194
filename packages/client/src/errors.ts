/**
 * Why something did not happen. Stable: programs may compare them, translations may be keyed by them.
 *
 * - `popup_blocked`: no login window ever opened; show the link of the waiting state.
 * - `access_denied`: the person said no.
 * - `expired`: the login took too long, or what was granted has ended; log in again.
 * - `network`: this device is offline, or the connection broke.
 * - `broker_unreachable`: the broker is down, too slow, or what answers there is not this broker.
 * - `misconfigured_origin`: the broker works but does not serve this page's origin.
 * - `provider_error`: the provider, or the broker on its behalf, could not do it.
 * - `aborted`: the caller gave up, or logged out meanwhile.
 * - `signed_out`: a token was asked for and nobody is logged in.
 */
export type ErrorCode =
  | "popup_blocked"
  | "access_denied"
  | "expired"
  | "network"
  | "broker_unreachable"
  | "misconfigured_origin"
  | "provider_error"
  | "aborted"
  | "signed_out";

/** What every promise of this package rejects with. `@willcall/client/messages` puts it into a sentence. */
export class WillcallError extends Error {
  override readonly name = "WillcallError";
  declare readonly code: ErrorCode;
  /** The broker's own word (an RFC 6749 error code), where it gave one. */
  declare readonly reason: string | undefined;

  constructor(code: ErrorCode, reason?: string) {
    super(code);
    this.code = code;
    this.reason = reason;
  }
}

/** Any thrown value as a `WillcallError`, so that callers meet one kind only. */
export function asWillcallError(thrown: unknown): WillcallError {
  return thrown instanceof WillcallError ? thrown : new WillcallError("provider_error", String(thrown));
}
