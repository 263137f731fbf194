/**
 * A key management service that wraps the data keys of accounts instead of the root key . Data keys have 32 bytes; wrapped they
 * may have up to 64 KiB. Both functions should give up after some seconds.
 */
export interface KeyService {
  wrap(dataKey: Uint8Array): Promise<Uint8Array>;
  /** Rejects for what it never wrapped, and when it cannot be reached: nothing is believed lost because of it. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** The key management service did not do what it was asked. `cause` is its own error. */
export class KeyServiceError extends Error {
  override readonly name = "KeyServiceError";
  readonly code = "key_service_down";

  constructor(options?: ErrorOptions) {
    super("The key management service does not answer, or refuses; see the cause.", options);
  }
}
