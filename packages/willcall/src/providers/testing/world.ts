import type { EgressAnswer, EgressRequest } from "../../platform.ts";
import { Secret } from "../../secret.ts";
import type { AccountVerbs } from "../account-verbs.ts";
import { createProviderClient } from "../client.ts";
import type { Definition } from "../definition.ts";
import type { Provider, ProviderClient, TokenResult } from "../provider.ts";

/** When every test's clock starts: milliseconds since the epoch. */
export const START = Date.UTC(2026, 0, 1);

/** A plain provider's endpoints. */
export const endpoints = {
  authorization_endpoint: "https://as.example/authorize",
  token_endpoint: "https://as.example/token",
} as const;

/** The same provider as an issuer, with what it says of itself and where. */
export const issuer = "https://as.example";
export const metadata = {
  issuer,
  ...endpoints,
  jwks_uri: "https://as.example/keys",
  revocation_endpoint: "https://as.example/revoke",
};
export const wellKnown = "https://as.example/.well-known/openid-configuration";

/** A JSON answer. */
export const json = (body: unknown, status = 200): EgressAnswer => ({
  ok: true,
  status,
  headers: {},
  body: JSON.stringify(body),
});

/** A client whose calls are recorded, and a clock that only tests move. */
export interface World {
  readonly client: ProviderClient & AccountVerbs;
  readonly calls: readonly EgressRequest[];
  readonly clock: { now: number };
}

/** A client in a world where each URL (its query aside) has its answers in order: the last one stays. */
export function world(answers: Record<string, EgressAnswer[]>): World {
  const calls: EgressRequest[] = [];
  const clock = { now: START };
  const client = createProviderClient({
    now: () => clock.now,
    random: (length) => new Uint8Array(length),
    async fetch(request) {
      calls.push(request);
      const due = answers[request.url.split("?")[0] ?? ""] ?? [];
      return (due.length > 1 ? due.shift() : due[0]) ?? json({}, 404);
    },
  });
  return { client, calls, clock };
}

/** A registration at a provider with this definition. */
export function providerWith(definition: Definition): Provider {
  return { name: "p", title: "P", definition, clientId: "client", clientSecret: new Secret("CANARY-secret") };
}

const login = {
  redirectUri: "https://willcall.example/redirect",
  codeVerifier: "verifier-verifier-verifier-verifier-verifier",
  nonce: "nonce-1",
  inputs: {},
};

/** What the verbs are given when a test is not about it. */
export const beginInput = { ...login, state: "state-1", scope: ["read"] };
export const exchangeInput = { ...login, code: "code-1", captured: {} };
export const context = { inputs: {}, captured: {} };

/** Why something failed; `none` when it did not. */
export const reasonOf = (result: TokenResult | { ok: boolean }): string =>
  "failure" in result ? result.failure.reason : "none";
