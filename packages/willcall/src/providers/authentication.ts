import type * as z from "zod/mini";
import { encodedBasic, rawBasic } from "./basic.ts";
import { type JwtFactory, createJwtFactory } from "./client-jwt.ts";
import type { authMethod } from "./definition-parts.ts";
import type { Provider } from "./provider.ts";
import type { Parameters } from "./request.ts";
import type { Values } from "./template.ts";

/** How we prove who we are. */
export type AuthMethod = z.infer<typeof authMethod> | "bearer";

/** What proves it in one request: parameters by their standard names, and headers. */
export interface Proof {
  readonly parameters: Parameters;
  readonly headers: Parameters;
}

/** A proof that is the same in every request, or one that is made for each: then undefined means that it cannot be. */
export type Authentication =
  | { readonly kind: "fixed"; readonly proof: Proof }
  | { readonly kind: "made"; readonly prove: (values: Values) => Promise<Proof | undefined> };

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const fixed = (parameters: Parameters, headers: Parameters = {}): Authentication => ({
  kind: "fixed",
  proof: { parameters, headers },
});

/**
 * Settles once how a provider's calls are authenticated (RFC 6749 §2.3, RFC 7523 §2.2). The secret is in the
 * proof and nowhere else, so it goes where the method says and nowhere else (promise S4).
 */
export function compileAuthentication(
  method: AuthMethod,
  provider: Provider,
  endpoint: string,
  world: { now(): number; random(length: number): Uint8Array },
): Authentication {
  const client_id = provider.clientId;
  const client_secret = provider.clientSecret?.reveal() ?? "";
  switch (method) {
    case "none":
      return fixed({ client_id });
    case "bearer":
      return fixed({});
    case "client_secret_post":
      return fixed({ client_id, client_secret });
    case "client_secret_basic":
      return fixed({}, { authorization: encodedBasic(client_id, client_secret) });
    case "client_secret_basic_raw":
      return fixed({}, { authorization: rawBasic(client_id, client_secret) });
    case "client_secret_basic_and_post":
      return fixed({ client_id, client_secret }, { authorization: rawBasic(client_id, client_secret) });
    case "client_secret_as_username":
      return fixed({ client_id }, { authorization: rawBasic(client_secret, "") });
    case "client_secret_jwt":
    case "private_key_jwt":
    case "signed_client_secret":
      return signed(
        method,
        createJwtFactory(provider, method === "client_secret_jwt", endpoint, world),
        client_id,
      );
  }
  return method satisfies never;
}

function signed(method: AuthMethod, sign: JwtFactory, client_id: string): Authentication {
  return {
    kind: "made",
    async prove(values) {
      const jwt = await sign(values);
      if (jwt === undefined) return undefined;
      const parameters: Parameters =
        method === "signed_client_secret"
          ? { client_id, client_secret: jwt }
          : { client_id, client_assertion_type: assertionType, client_assertion: jwt };
      return { parameters, headers: {} };
    },
  };
}
