import { readdirSync, readFileSync } from "node:fs";
import { createHmac, generateKeyPairSync } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { EgressAnswer, EgressRequest } from "../../platform.ts";
import { english } from "../../schemas.ts";
import { Secret } from "../../secret.ts";
import { createProviderClient } from "../client.ts";
import { catalogueEntrySchema, type CatalogueEntry } from "../definition.ts";
import type { Provider, ProviderClient, TokenResult } from "../provider.ts";
import { type Fixture, fixtureSchema } from "./fixture.ts";

const directory = new URL("./fixtures/", import.meta.url);
const ids = readdirSync(directory).map((name) => name.replace(/\.json$/, ""));
const readJson = (url: URL): unknown => JSON.parse(readFileSync(url, "utf8"));

const NOW = Date.UTC(2026, 0, 1);
const redirectUri = "https://willcall.example/redirect";
const spare = new Set(["code_challenge", "code_challenge_method", "code_verifier", "nonce"]);

type Documented = Fixture["token"]["request"];
type Answer = Fixture["token"]["answer"];

/** A client whose calls are recorded and answered from a list. */
function clientAnswering(...answers: Answer[]): { client: ProviderClient; calls: EgressRequest[] } {
  const calls: EgressRequest[] = [];
  const client = createProviderClient({
    now: () => NOW,
    random: (length) => new Uint8Array(length),
    async fetch(request): Promise<EgressAnswer> {
      const answer = answers[calls.length];
      calls.push(request);
      if (answer === undefined) throw new Error(`nothing is documented for a call to ${request.url}`);
      const { status, body, content_type = "application/json" } = answer;
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return { ok: true, status, headers: { "content-type": content_type }, body: text };
    },
  });
  return { client, calls };
}

const privateKeys = {
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
};

/** The client secret, or a private key where that is what signs. */
function secretOf({ token_endpoint_auth_method: method, client_jwt }: CatalogueEntry): string {
  if (method !== "private_key_jwt" && method !== "signed_client_secret") return "CLIENT_SECRET";
  const key = client_jwt?.alg === "ES256" ? privateKeys.ES256 : privateKeys.RS256;
  return key.export({ format: "pem", type: "pkcs8" });
}

/** The entry in use: what only a configuration may give comes from the fixture's inputs. */
function providerOf(entry: CatalogueEntry, name: string, given: Record<string, string>): Provider {
  const inputs = Object.entries(entry.inputs ?? {}).map(([input, rules]) => {
    const value = rules.by === "operator" ? given[input] : undefined;
    return [input, value === undefined ? rules : { ...rules, default: value }];
  });
  const definition = {
    ...entry,
    inputs: Object.fromEntries(inputs),
    // ID tokens in documentation are cut short; their check has tests of its own.
    id_token: { ...entry.id_token, check: false },
  };
  return { name, title: name, definition, clientId: "CLIENT_ID", clientSecret: new Secret(secretOf(entry)) };
}

function parametersOf(request: EgressRequest): Record<string, string> {
  const { body = "", headers } = request;
  if (body === "") return {};
  if (headers["content-type"] === "application/json") return JSON.parse(body);
  return Object.fromEntries(new URLSearchParams(body));
}

/** Credentials in clear, as fixtures write them. */
function readable(name: string, value: string | undefined): string | undefined {
  if (name !== "authorization" || !value?.startsWith("Basic ")) return value;
  return `Basic ${Buffer.from(value.slice("Basic ".length), "base64").toString()}`;
}

/** Replaces what is made afresh by the word that fixtures use for it. */
function named(
  parameters: Record<string, string>,
  documented: Record<string, string>,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const isJwt = /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(value);
    if (documented[name] !== undefined || !spare.has(name)) out[name] = isJwt ? "CLIENT_ASSERTION" : value;
  }
  return out;
}

function expectRequest(call: EgressRequest | undefined, documented: Documented): void {
  if (call === undefined) throw new Error("no call was made");
  const url = new URL(call.url);
  const own = new URL(documented.url);
  expect(call.method).toBe(documented.method);
  expect(url.origin + url.pathname).toBe(own.origin + own.pathname);
  const query = { ...Object.fromEntries(own.searchParams), ...documented.query };
  expect(named(Object.fromEntries(url.searchParams), query)).toEqual(query);
  const body = documented.body ?? {};
  expect(named(parametersOf(call), body)).toEqual(body);
  for (const [name, value] of Object.entries(documented.headers ?? {})) {
    expect(readable(name, call.headers[name])).toBe(value);
  }
}

const seconds = (moment: number | undefined): number | undefined =>
  moment === undefined ? undefined : (moment - NOW) / 1000;

/** What of a documented outcome came out otherwise. */
function differences(result: TokenResult, documented: Fixture["token"]["tokens"]): unknown {
  if (!result.ok) return result.failure;
  const { tokens } = result;
  const got: Record<string, unknown> = {
    ...tokens,
    expires_in: seconds(tokens.expiresAt),
    refresh_token_expires_in: seconds(tokens.refreshExpiresAt),
  };
  return Object.entries(documented).flatMap(([name, value]) => {
    const wanted = value ?? undefined;
    return isDeepStrictEqual(got[name], wanted) ? [] : [{ name, got: got[name], wanted }];
  });
}

/** A part of a fixture, where it has one. */
const present = <T>(part: T | undefined): T[] => (part === undefined ? [] : [part]);

describe.each(ids)("%s, as documented", (id) => {
  const fixture = fixtureSchema.parse(readJson(new URL(`${id}.json`, directory)), english);
  const entry = catalogueEntrySchema.parse(readJson(new URL(`../${id}.json`, directory)), english);
  const inputs = fixture.authorization.inputs ?? {};
  const provider = providerOf(entry, id, inputs);
  const captured = fixture.callback?.captured ?? {};

  const exchange = (client: ProviderClient, kept = captured): Promise<TokenResult> =>
    client.exchange(provider, {
      code: "CODE",
      state: "STATE",
      redirectUri,
      codeVerifier: "CODE_VERIFIER",
      nonce: "NONCE",
      inputs,
      captured: kept,
    });

  it("sends people to the documented page", async () => {
    const { docs: _, ...documented } = fixture.authorization;
    const { client } = clientAnswering();
    const result = await client.authorizationUrl(provider, {
      redirectUri,
      state: "STATE",
      scope: documented.scope,
      codeVerifier: "CODE_VERIFIER",
      nonce: "NONCE",
      inputs,
    });
    if (!result.ok) throw new Error(`failed: ${JSON.stringify(result.failure)}`);
    const [base = "", query] = result.url.split(/\?(?!.*#)/);
    const own = new URL(documented.url);
    expect(base).toBe(documented.url.split("?")[0]);
    const expected = { ...Object.fromEntries(own.searchParams), ...documented.parameters };
    expect(named(Object.fromEntries(new URLSearchParams(query)), expected)).toEqual(expected);
  });

  it.each(present(fixture.callback))("keeps what the documented callback brings", async (documented) => {
    const parameters = new URLSearchParams(documented.parameters);
    const { signature } = provider.definition.callback ?? {};
    if (signature !== undefined) {
      const names = Array.from(parameters.keys()).sort();
      const signed = names.map((name) => `${name}=${parameters.get(name)}`).join("&");
      parameters.set(signature.parameter, createHmac("sha256", "CLIENT_SECRET").update(signed).digest("hex"));
    }
    const { client } = clientAnswering();
    expect(await client.readCallback(provider, parameters)).toEqual({ kind: "code", code: "CODE", captured });
  });

  it("exchanges a code as documented", async () => {
    const { request, answer, tokens, follow_ups = [] } = fixture.token;
    const { client, calls } = clientAnswering(answer, ...follow_ups.map((followUp) => followUp.answer));
    const result = await exchange(client, fixture.token.captured ?? captured);
    expectRequest(calls[0], request);
    for (const [index, followUp] of follow_ups.entries()) expectRequest(calls[index + 1], followUp.request);
    expect(differences(result, tokens)).toEqual([]);
  });

  it.each(present(fixture.refresh))("refreshes as documented", async (documented) => {
    const { request, answer, tokens, follow_ups = [] } = documented;
    const { client, calls } = clientAnswering(answer, ...follow_ups.map((followUp) => followUp.answer));
    const token = provider.definition.refresh?.with === "access_token" ? "ACCESS_TOKEN" : "REFRESH_TOKEN";
    const result = await client.refresh(provider, token, {
      inputs,
      captured: documented.captured ?? captured,
    });
    expectRequest(calls[0], request);
    for (const [index, followUp] of follow_ups.entries()) expectRequest(calls[index + 1], followUp.request);
    expect(differences(result, tokens)).toEqual([]);
  });

  it.each(present(fixture.revocation))("revokes as documented", async ({ token, request, answer }) => {
    const { client, calls } = clientAnswering(answer);
    const result = await client.revoke(provider, token.toUpperCase(), token, { inputs, captured });
    expectRequest(calls[0], request);
    expect(result).toBe("revoked");
  });

  it.each(fixture.errors ?? [])("understands the documented failure %#", async (documented) => {
    expect(await failureIn(documented)).toMatchObject(documented.failure);
  });

  async function failureIn(documented: NonNullable<Fixture["errors"]>[number]): Promise<unknown> {
    if (documented.during === "callback") {
      const parameters = new URLSearchParams(documented.parameters);
      const callback = await clientAnswering().client.readCallback(provider, parameters);
      return callback?.kind === "error" ? callback.failure : callback;
    }
    const { client } = clientAnswering(documented.answer);
    const result =
      documented.during === "token"
        ? await exchange(client)
        : await client.refresh(provider, "REFRESH_TOKEN", { inputs, captured });
    return result.ok ? result : result.failure;
  }
});
