/** Whether something answers at a URL; when not, why, in a few words of our own. */
export type Probe = (url: string) => Promise<ProbeAnswer>;

export type ProbeAnswer =
  | {
      ok: true;
      status: number;
      /** What the server's clock says, in milliseconds since the epoch; undefined when it does not say. */
      date: number | undefined;
    }
  | { ok: false; reason: string };

/** Node's error codes that an operator can do something about. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is unknown to DNS",
  EAI_AGAIN: "DNS does not answer",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "it hung up",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer in time",
  CERT_HAS_EXPIRED: "its certificate has ended",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate comes from an authority that this machine does not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate comes from an authority that this machine does not know",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/**
 * Asks with GET, follows nothing, waits at most 10 s. For the operator's own look at URLs from the configuration;
 * it sends no secret, and unlike the hardened egress it tells why TLS failed.
 */
export const probe: Probe = async (url) => {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    const date = Date.parse(response.headers.get("date") ?? "");
    return { ok: true, status: response.status, date: Number.isNaN(date) ? undefined : date };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it cannot be reached";
  if (error.name === "TimeoutError") return "it does not answer in time";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return reasons[code] ?? "it cannot be reached";
}
