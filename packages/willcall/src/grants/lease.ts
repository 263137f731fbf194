/** Milliseconds that a lease lasts: longer than any call to a provider, so only a stalled holder loses it. */
export const LEASE = 20_000;
/** Milliseconds a late caller waits for the one call under way … */
export const PATIENCE = 15_000;
/** … and between two looks. */
export const LOOK_AGAIN = 25;
