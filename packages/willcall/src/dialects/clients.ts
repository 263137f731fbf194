import type { App } from "../config/config.ts";

/** The `client_id` of an app in the device and code dialects: its name; `root` for the app at the root. */
export function clientIdOf({ name }: App): string {
  return name === "" ? "root" : name;
}

const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(\/[^#]*)?$/;

/**
 * Whether a redirect URI is one of the app's: byte for byte, but for the port of a loopback address, which a
 * native app learns only when it listens (RFC 8252 §7.3).
 */
export function redirectUriMatches(registered: readonly string[], given: string): boolean {
  if (registered.includes(given)) return true;
  const asked = portless(given);
  return asked !== undefined && registered.some((uri) => portless(uri) === asked);
}

function portless(uri: string): string | undefined {
  const match = loopback.exec(uri);
  return match === null ? undefined : `${match[1]}${match[2] ?? "/"}`;
}
