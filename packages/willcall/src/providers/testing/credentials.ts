import { jwtVerify } from "jose";
import type { EgressRequest } from "../../platform.ts";
import type { Wire } from "./expected.ts";

/** A registration as a scripted provider knows it. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** For methods that sign: the key that belongs to the private key in the configuration. */
  readonly publicKey?: CryptoKey;
}

/** Stands for a JWT, whose text is new each time. */
export const SIGNED = "(signed)";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The standard parameters that a method adds to a request. */
export function standardCredentials(method: string, { clientId, clientSecret }: Credentials): Wire {
  switch (method) {
    case "client_secret_post":
    case "client_secret_basic_and_post":
      return { client_id: clientId, client_secret: clientSecret };
    case "signed_client_secret":
      return { client_id: clientId, client_secret: SIGNED };
    case "private_key_jwt":
    case "client_secret_jwt":
      return { client_id: clientId, client_assertion_type: assertionType, client_assertion: SIGNED };
    case "client_secret_as_username":
    case "none":
      return { client_id: clientId };
    default:
      return {};
  }
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The `Authorization` header that a method means; undefined: none. */
function headerOf(
  method: string,
  { clientId, clientSecret }: Credentials,
  bearer: string,
): string | undefined {
  const encoded = new URLSearchParams({ [clientId]: clientSecret }).toString().replace("=", ":");
  switch (method) {
    case "client_secret_basic":
      return `Basic ${base64(encoded)}`;
    case "client_secret_basic_raw":
    case "client_secret_basic_and_post":
      return `Basic ${base64(`${clientId}:${clientSecret}`)}`;
    case "client_secret_as_username":
      return `Basic ${base64(`${clientSecret}:`)}`;
    case "bearer":
      return `Bearer ${bearer}`;
    default:
      return undefined;
  }
}

/** A request whose credentials are looked at. */
export interface CredentialCheck {
  readonly authentication: string;
  readonly request: EgressRequest;
  readonly credentials: Credentials;
  /** The JWT it carried, where its method signs one. */
  readonly jwt: string | undefined;
  /** The token that a bearer must be. */
  readonly bearer: string;
  /** Whether the definition itself states the `Authorization` header. */
  readonly states: boolean;
  readonly now: number;
}

/** Whether a JWT is ours: signed with the registered key, about this client, for somebody, not expired. */
async function jwtHolds({ authentication, jwt = "", credentials, now }: CredentialCheck): Promise<boolean> {
  const { publicKey, clientId, clientSecret } = credentials;
  const isSymmetric = authentication === "client_secret_jwt";
  const key = isSymmetric ? new TextEncoder().encode(clientSecret) : publicKey;
  if (key === undefined) return false;
  const { payload } = await jwtVerify(jwt, key, { currentDate: new Date(now), subject: clientId });
  return payload.jti !== undefined && payload.aud !== undefined && payload.exp !== undefined;
}

/** What is wrong with a request's credentials beyond its parameters; undefined: nothing. */
export async function checkCredentials(check: CredentialCheck): Promise<string | undefined> {
  const { authentication, request, credentials, bearer, states, jwt } = check;
  const wanted = headerOf(authentication, credentials, bearer);
  if (!states && request.headers["authorization"] !== wanted) return "the Authorization header is wrong";
  return jwt !== undefined && !(await jwtHolds(check)) ? "the JWT is wrong" : undefined;
}
