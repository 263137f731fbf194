import type { EgressAnswer, EgressFetch, EgressRequest } from "../platform.ts";
import {
  decodeText,
  type EgressLimits,
  egressLimits,
  isRedirect,
  keptHeaders,
  permittedUrl,
} from "./egress.ts";

/** The codings that the runtime undoes; it hands on what it does not know as if it were plain. */
const codings = new Set(["", "identity", "gzip", "br"]);

/** Reads a body up to the limit; undefined when there is more. */
async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<string | undefined> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return decodeText(whole);
}

/** The same for a body under a coding: one that cannot be undone is no answer, but nothing that passes by itself. */
async function readDecoded({ body }: Response, coding: string, limit: number): Promise<string | undefined> {
  try {
    return await readBounded(body, limit);
  } catch (error) {
    if (coding === "" || !(error instanceof TypeError)) throw error;
    return "";
  }
}

/**
 * The hardened outbound call on Cloudflare Workers, whose own network reaches no private address. The platform
 * does not say whether bytes left, so a call that was made counts as sent.
 */
export function createWorkerEgress(options: {
  allowLoopback: boolean;
  /** Other limits than 10 s and 64 KiB; connecting has no limit of its own here. */
  limits?: Partial<Omit<EgressLimits, "connect">>;
}): { fetch: EgressFetch } {
  const limits = { ...egressLimits, ...options.limits };

  async function call(request: EgressRequest, url: URL): Promise<EgressAnswer> {
    const signal = AbortSignal.timeout(limits.total);
    try {
      const { method, headers, body } = request;
      const response = await fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal,
        ...(body !== undefined && { body }),
      });
      if (isRedirect(response.status) || response.type === "opaqueredirect") {
        await response.body?.cancel();
        return { ok: false, reason: "redirected", sent: true };
      }
      const coding = response.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
      const text = codings.has(coding) ? await readDecoded(response, coding, limits.bytes) : "";
      if (text === undefined) return { ok: false, reason: "too_large", sent: true };
      const kept: Record<string, string> = {};
      for (const name of keptHeaders) {
        const value = response.headers.get(name);
        if (value !== null) kept[name] = value;
      }
      return { ok: true, status: response.status, headers: kept, body: text };
    } catch {
      return { ok: false, reason: signal.aborted ? "timeout" : "unreachable", sent: true };
    }
  }

  return {
    fetch(request) {
      const url = permittedUrl(request.url, options.allowLoopback);
      return url === undefined
        ? Promise.resolve({ ok: false, reason: "refused_address", sent: false })
        : call(request, url);
    },
  };
}
