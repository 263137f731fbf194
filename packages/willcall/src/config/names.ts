/** The name under which accounts are connected: a path of ours, so no app has it. */
export const ACCOUNTS = "accounts";

/** The first path segments that are the broker's own: no app and no provider may have them (protocol.md B). */
export const ownPaths: readonly string[] = [
  "authorize",
  "auth",
  ACCOUNTS,
  "api",
  "console",
  "data",
  "device",
  "device_authorization",
  "healthz",
  "home",
  "login",
  "metrics",
  "oauth",
  "pickup",
  "poll",
  "redirect",
  "refresh",
  "revoke",
  "secrets",
  "session",
  "status",
  "token",
];
