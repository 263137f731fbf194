import { toBase64url } from "./base64url.ts";
import type { Dialect, LoginParameters, MailboxKey, Pending } from "./dialect.ts";
import { type ErrorCode, WillcallError } from "./errors.ts";
import { type Answer, call, Unanswered, WAIT } from "./http.ts";
import { quietly } from "./promises.ts";
import { isTokens } from "./tokens.ts";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
/** RFC 6749 and 8628 codes, and the broker's own, in this package's words; every other is `provider_error`. */
const codes = new Map<string, ErrorCode>([
  ["access_denied", "access_denied"],
  ["expired_token", "expired"],
  ["invalid_grant", "expired"],
  ["misconfigured_origin", "misconfigured_origin"],
]);

/** A key pair with all that a launch URL needs of it, computed before the click. */
interface Prepared {
  key: MailboxKey;
  /** SHA-256 of the key's secret. */
  abandon: string;
}

async function prepare(): Promise<Prepared> {
  const { subtle } = crypto;
  const pair = await subtle.generateKey(CURVE, true, ["deriveBits"]);
  const publicKey = await subtle.exportKey("raw", pair.publicKey);
  const secret = crypto.getRandomValues(new Uint8Array(16));
  const id = await subtle.digest(
    "SHA-256",
    await new Blob(["willcall mailbox v1\0", publicKey]).arrayBuffer(),
  );
  return {
    key: {
      id: toBase64url(id.slice(0, 16)),
      publicKey: toBase64url(publicKey),
      jwk: await subtle.exportKey("jwk", pair.privateKey),
      secret: toBase64url(secret),
      // An opaque origin is spelt "null", as browsers spell it in the header.
      origin: globalThis.location?.origin ?? "",
    },
    abandon: toBase64url(await subtle.digest("SHA-256", secret)),
  };
}

/** What an answer without tokens means (RFC 6749 §5.2, RFC 8628 §3.5). */
export function failure({ error }: Answer): WillcallError {
  // Not a word of ours: another server, a proxy's page, another version. Perhaps only for now.
  if (!error) return new Unanswered("broker_unreachable");
  return new WillcallError(codes.get(error) ?? "provider_error", error);
}

/**
 * The native dialect (protocol.md, part B).
 *
 * @param base the app's base URL, without a slash at the end
 * @param app the app's name, which every box names as well
 */
export function nativeDialect(base: string, app: string): Dialect {
  let ready: Prepared | undefined;
  // A failure shows when somebody logs in: `begin` tries again.
  const make = () =>
    quietly(async () => {
      ready = await prepare();
    });
  const prepared = make();

  const post = (path: string, form: Record<string, string>) =>
    call(base + path, { method: "POST", body: new URLSearchParams(form) });

  const launch = ({ abandon, key }: Prepared, { inputs, scope, provider }: LoginParameters): Pending => {
    // One login, one key.
    ready = undefined;
    void make();
    const { publicKey, origin } = key;
    const query = new URLSearchParams({
      ...inputs,
      ...(scope && { scope }),
      ...(provider && { provider }),
      ...(origin && { origin }),
      key: publicKey,
      abandon,
    });
    return { v: 1, url: `${base}/login?${query}`, at: Date.now(), key };
  };

  return {
    prepared,

    begin: (parameters) =>
      ready ? launch(ready, parameters) : prepare().then((late) => launch(late, parameters)),

    async poll({ key }, signal) {
      // Fetched while the person is at the provider: only who logs in needs it.
      const { openBox } = await import("./mailbox.ts").catch(() => {
        throw new Unanswered("network");
      });
      const answer = await call(`${base}/pickup/${key?.id}?wait=${WAIT}`, {}, signal);
      const { box } = answer.body;
      if (key && box) return openBox(key, app, box);
      if (answer.error !== "authorization_pending") throw failure(answer);
    },

    abandon({ key }) {
      const body = JSON.stringify({ secret: key?.secret });
      call(`${base}/pickup/${key?.id}`, { method: "DELETE", body, keepalive: true }).catch(() => {});
    },

    async refresh(refresh_token) {
      const answer = await post("/token", { grant_type: "refresh_token", refresh_token });
      if (!isTokens(answer.body)) throw failure(answer);
      return answer.body;
    },

    revoke: async (token) => (await post("/revoke", { token })).status === 200,
  };
}
