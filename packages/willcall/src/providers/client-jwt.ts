import type { CryptoKey } from "jose";
import { toBase64url } from "../crypto/bytes.ts";
import type { Provider } from "./provider.ts";
import { compileText, type Values } from "./template.ts";

/** Signs a fresh JWT; undefined when the key cannot be read or a place is empty. */
export type JwtFactory = (values: Values) => Promise<string | undefined>;

/** Seconds that an assertion lives when the definition says nothing. */
const DEFAULT_LIFETIME = 60;

/**
 * Client assertions (RFC 7523 §3) and secrets that are JWTs (Apple). With `symmetric` the client secret is an
 * HS256 key, else it is a PKCS#8 PEM. `jose` is loaded at the first use.
 */
export function createJwtFactory(
  provider: Provider,
  symmetric: boolean,
  endpoint: string,
  world: { now(): number; random(length: number): Uint8Array },
): JwtFactory {
  const { client_jwt: rules = {}, issuer } = provider.definition;
  const alg = symmetric ? "HS256" : (rules.alg ?? "RS256");
  const fillKid = compileText(rules.kid ?? "");
  const fillIssuer = compileText(rules.iss ?? "{client_id}");
  const fillAudience = compileText(rules.aud ?? issuer ?? endpoint);
  let key: Promise<CryptoKey | Uint8Array> | undefined;

  async function readKey(): Promise<CryptoKey | Uint8Array> {
    const secret = provider.clientSecret?.reveal() ?? "";
    if (symmetric) return new TextEncoder().encode(secret);
    const { importPKCS8 } = await import("./jwt.ts");
    return importPKCS8(secret, alg);
  }

  return async (values) => {
    const [kid, iss, aud] = [fillKid(values), fillIssuer(values), fillAudience(values)];
    if (kid === undefined || iss === undefined || aud === undefined) return undefined;
    try {
      key ??= readKey();
      const { SignJWT } = await import("./jwt.ts");
      const at = Math.floor(world.now() / 1000);
      return await new SignJWT({ iss, sub: provider.clientId, aud, jti: toBase64url(world.random(16)) })
        .setProtectedHeader({ alg, ...(kid !== "" && { kid }) })
        .setIssuedAt(at)
        .setExpirationTime(at + (rules.lifetime ?? DEFAULT_LIFETIME))
        .sign(await key);
    } catch {
      return undefined;
    }
  };
}
