/** The same bytes as a `Buffer`, not a copy: engines and libraries give plain arrays. */
export function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** `bytes` in base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  return bytesOf(bytes).toString("base64url");
}

/**
 * The bytes of `text`, or undefined unless it is exactly what `toBase64url` writes: no padding, no foreign
 * character, no stray trailing bits. So every value has one spelling, and a changed character never passes.
 */
export function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}

/** Whether two byte strings are equal; takes the same time wherever they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && equalRange(a, 0, b, 0, a.length);
}

/** The same for `length` bytes of `a` and of `b`, each from its place on: on a hot path a `subarray` costs more than the rest. */
export function equalRange(
  a: Uint8Array,
  fromA: number,
  b: Uint8Array,
  fromB: number,
  length: number,
): boolean {
  let difference = 0;
  for (let i = 0; i < length; i++) difference |= (a[fromA + i] ?? 0) ^ (b[fromB + i] ?? 0);
  return difference === 0;
}
