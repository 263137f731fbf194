/**
 * What a connector throws as the message of an `Error`, so that people are told what to do: the words of Cozy's connectors.
 * The part after the dot says more.
 */
export const errors = {
  LOGIN_FAILED: "LOGIN_FAILED",
  USER_ACTION_NEEDED: "USER_ACTION_NEEDED",
  /** Only the account's owner can bring it back, by connecting it again. */
  USER_ACTION_NEEDED_OAUTH_OUTDATED: "USER_ACTION_NEEDED.OAUTH_OUTDATED",
  USER_ACTION_NEEDED_ACCOUNT_REMOVED: "USER_ACTION_NEEDED.ACCOUNT_REMOVED",
  USER_ACTION_NEEDED_PERMISSIONS_CHANGED: "USER_ACTION_NEEDED.PERMISSIONS_CHANGED",
  VENDOR_DOWN: "VENDOR_DOWN",
  MAINTENANCE: "MAINTENANCE",
  UNKNOWN_ERROR: "UNKNOWN_ERROR",
} as const;
