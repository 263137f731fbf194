import type { App } from "../config/config.ts";

/** The `client_id` of an app in the device and code dialects: its name; `root` for the app at the root. */
export function clientIdOf({ name }: App): string {
  return name === "" ? "root" : name;
}

const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::[0-9]{1,5})?(\/[^#]*)?$/;

/**
 * Whether a redirect URI is one of the app's: byte for byte (RFC 9700 §4.1.3), but for the port of a loopback address
 * or of localhost, which a native app learns only when it listens (RFC 8252 §7.3).
 */
export function redirectUriMatches(registered: readonly string[], given: string): boolean {
  if (registered.includes(given)) return true;
  const asked = portless(given);
  return asked !== undefined && registered.some((uri) => portless(uri) === asked);
}

/** A loopback redirect URI without its port; undefined for every other URI. */
function portless(uri: string): string | undefined {
  const match = loopback.exec(uri);
  return match === null ? undefined : `${match[1]}${match[2] ?? "/"}`;
}
