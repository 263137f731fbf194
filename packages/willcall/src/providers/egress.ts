import { addressKind } from "./address.ts";

/** What one outbound call may cost. */
export interface EgressLimits {
  /** Milliseconds until the connection stands. */
  readonly connect: number;
  /** Milliseconds for everything. */
  readonly total: number;
  /** Bytes of the answer's body, before and after decompression. */
  readonly bytes: number;
}

/** What a provider may cost (promise S9). */
export const egressLimits: EgressLimits = { connect: 5_000, total: 10_000, bytes: 65_536 };

/** Answer headers that a caller may see; the rest, cookies first, is dropped. */
export const keptHeaders = ["content-type", "retry-after", "cache-control"] as const;

/** Whether a host name means this machine by definition (RFC 6761 §6.3) or by address. */
function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || addressKind(hostname) === "loopback";
}

/**
 * The URL of an outbound call, or undefined when it must not be made: only https, http to this machine in
 * development, no credentials, and no address literal but a public one. Names are judged again at connect.
 */
export function permittedUrl(text: string, allowLoopback: boolean): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return undefined;
  if (isLoopbackHost(url.hostname)) {
    return allowLoopback && (url.protocol === "https:" || url.protocol === "http:") ? url : undefined;
  }
  if (url.protocol !== "https:") return undefined;
  return addressKind(url.hostname) === "special" ? undefined : url;
}

/** Whether a status is one that answers "look elsewhere" or "you have it": never followed, always a failure. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Text of an answer: UTF-8 whatever its header says, without a byte order mark. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
