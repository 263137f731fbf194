import { createHmac } from "node:crypto";
import type { EgressAnswer, EgressFetch, EgressRequest } from "../../platform.ts";
import type { AnswerRules } from "../answer.ts";
import type { Definition } from "../definition.ts";
import type { JsonObject } from "../provider.ts";
import { checkCredentials, type Credentials, SIGNED, standardCredentials } from "./credentials.ts";
import {
  authorizationParameters,
  exchangeSection,
  filled,
  onTheWire,
  received,
  refreshSection,
  type Section,
  sorted,
  type Wire,
} from "./expected.ts";
import { put, shapeAnswer, writeAnswer } from "./token-shape.ts";

/** The registration and the login that a scripted provider knows. */
export interface QuirkOptions {
  readonly definition: Definition;
  readonly credentials: Credentials;
  /** What stands in templates: inputs, and the values that its callback brings. */
  readonly inputs: Wire;
  readonly captured: Wire;
  readonly redirectUri: string;
  readonly scope: readonly string[];
  /** PKCE verifier of the login. */
  readonly codeVerifier: string;
  readonly nonce: string;
  now(): number;
  /** Signs an ID token with the login's nonce, where the provider has them. */
  idToken?(): Promise<string>;
  /** Documents it serves besides its endpoints, by URL: metadata, keys. */
  readonly documents?: Readonly<Record<string, unknown>>;
}

/** What is asked of the provider next. */
export type Stage = "authorization" | "exchange" | "refresh" | "revocation";

/** A provider that plays a definition's misfit side and objects to everything that the definition does not say. */
export interface QuirkProvider {
  /** The provider's endpoints, as the outbound call sees them. */
  readonly fetch: EgressFetch;
  /** Says which calls are due now, in their order; any other call is objected to. */
  expect(stage: Stage, token?: "access_token" | "refresh_token"): void;
  /** What a browser does at the authorization URL: the parameters with which it comes back. */
  authorize(url: string): URLSearchParams;
  /** Everything that was not as the definition says. Empty when all is well. */
  readonly objections: readonly string[];
  /** Every call that was made. */
  readonly calls: readonly EgressRequest[];
  /** The tokens that it last gave out. */
  readonly tokens: { readonly access: string; readonly refresh: string };
}

/** One call that is due. */
interface Due {
  readonly what: string;
  readonly endpoint: string;
  readonly section: Section;
  readonly standard: Wire;
  readonly values: Wire;
  readonly authentication: string;
  answer(): Promise<EgressAnswer>;
}

const answerOf = (status: number, body: string): EgressAnswer => ({ ok: true, status, headers: {}, body });

/** The answer of a lookup, with something to keep everywhere. */
function lookupAnswer(keep: Readonly<Record<string, string | readonly string[]>>): string {
  const root: JsonObject = {};
  for (const [name, path] of Object.entries(keep)) {
    put(root, ["root", ...(typeof path === "string" ? path : (path[0] ?? "")).split(".")], `kept-${name}`);
  }
  const isList = Object.values(keep).some((path) => String(path).startsWith("0."));
  return JSON.stringify(isList ? Object.values(root["root"] ?? {}) : (root["root"] ?? {}));
}

/** Plays a definition: authorization, exchange, follow-ups, refresh and revocation, each with its quirks. */
export function createQuirkProvider(options: QuirkOptions): QuirkProvider {
  const { definition, credentials, redirectUri } = options;
  const { authorization = {}, callback = {}, refresh = {}, token_endpoint = "" } = definition;
  const places: Wire = { ...options.captured, ...options.inputs, client_id: credentials.clientId };
  const clientMethod = definition.token_endpoint_auth_method ?? "client_secret_post";
  const separator = (authorization.scope_separator ?? " ").replace("+", " ");
  const renewsAccessToken = refresh.with === "access_token";
  const objections: string[] = [];
  const calls: EgressRequest[] = [];
  const tokens = { access: "", refresh: "" };
  let due: Due[] = [];
  let given = 0;
  let pushed: Wire | undefined;

  function expectEqual(what: string, got: string | null | undefined, wanted: string): void {
    if (got !== wanted) objections.push(`${what}: got ${got}, wanted ${wanted}`);
  }

  async function grant(
    rules: AnswerRules,
    has: { refresh: boolean; idToken: boolean },
  ): Promise<EgressAnswer> {
    given += 1;
    tokens.access = `access-${given}`;
    if (has.refresh) tokens.refresh = `refresh-${given}`;
    const idToken = has.idToken ? await options.idToken?.() : undefined;
    const granted = {
      access_token: tokens.access,
      ...(has.refresh && { refresh_token: tokens.refresh }),
      ...(idToken !== undefined && { id_token: idToken }),
      expires_in: 3600,
      scope: options.scope,
    };
    const root = shapeAnswer(rules, granted, rules.scope_separator ?? separator, options.now());
    return answerOf(200, writeAnswer(rules, root));
  }

  /** The calls of a definition after its tokens, with everything that may stand in their places by then. */
  function followUps(after: "exchange" | "refresh"): Due[] {
    const all = (definition.follow_ups ?? []).filter((one) => (one.after ?? ["exchange"]).includes(after));
    const kept: Wire = {};
    for (const path of definition.token_answer?.keep ?? []) kept[path] = `kept ${path}`;
    return all.map((followUp): Due => {
      const isToken = followUp.purpose === "token";
      const before = { ...kept };
      for (const name of Object.keys(followUp.keep ?? {})) kept[name] = `kept-${name}`;
      return {
        what: `follow-up ${followUp.name}`,
        endpoint: followUp.endpoint,
        section: followUp,
        standard: {},
        get values() {
          return { ...places, ...before, access_token: tokens.access, refresh_token: tokens.refresh };
        },
        authentication: followUp.authentication,
        answer: async () =>
          isToken
            ? grant(followUp.answer ?? definition.token_answer ?? {}, { refresh: false, idToken: false })
            : answerOf(200, lookupAnswer(followUp.keep ?? {})),
      };
    });
  }

  function exchangeCall(): Due {
    const { codeVerifier: code_verifier } = options;
    return {
      what: "exchange",
      endpoint: token_endpoint,
      section: exchangeSection(definition),
      standard: {
        grant_type: "authorization_code",
        code: "CODE",
        redirect_uri: redirectUri,
        ...(definition.pkce !== "unsupported" && { code_verifier }),
      },
      values: { ...places, state: "STATE" },
      authentication: clientMethod,
      answer: () => grant(definition.token_answer ?? {}, { refresh: !renewsAccessToken, idToken: true }),
    };
  }

  function refreshCall(): Due {
    return {
      what: "refresh",
      endpoint: refresh.endpoint ?? token_endpoint,
      section: refreshSection(definition),
      standard: {
        grant_type: "refresh_token",
        ...(renewsAccessToken ? { access_token: tokens.access } : { refresh_token: tokens.refresh }),
      },
      values: places,
      authentication: refresh.authentication ?? clientMethod,
      answer: () =>
        grant(refresh.answer ?? definition.token_answer ?? {}, {
          refresh: !renewsAccessToken && refresh.rotation === "always",
          idToken: false,
        }),
    };
  }

  function revocationCall(hint: "access_token" | "refresh_token"): Due {
    const { revocation = {}, revocation_endpoint = "" } = definition;
    const token = hint === "access_token" ? tokens.access : tokens.refresh;
    const { success } = revocation;
    return {
      what: "revocation",
      endpoint: revocation_endpoint,
      section: revocation,
      standard: { token, token_type_hint: hint },
      values: { ...places, token },
      authentication: revocation.authentication ?? clientMethod,
      async answer() {
        const root: JsonObject = {};
        if (success) put(root, success.member.split("."), success.equals[0] ?? true);
        return answerOf(200, success ? JSON.stringify(root) : "");
      },
    };
  }

  function pushCall(endpoint: string): Due {
    return {
      what: "pushed authorization",
      endpoint,
      section: {},
      standard: authorizationParameters(options),
      values: places,
      authentication: clientMethod,
      async answer() {
        pushed = { client_id: credentials.clientId, request_uri: "urn:pushed:1" };
        return answerOf(201, JSON.stringify({ request_uri: "urn:pushed:1", expires_in: 60 }));
      },
    };
  }

  async function check(request: EgressRequest, call: Due): Promise<void> {
    const { what, section, values, authentication } = call;
    const endpoint = filled(call.endpoint, values);
    const standard = { ...call.standard, ...standardCredentials(authentication, credentials) };
    const wanted = onTheWire(section, standard, values);
    const got = received(request, section, endpoint);
    const signed = Object.keys(wanted).find((name) => wanted[name] === SIGNED);
    const jwt = signed === undefined ? undefined : got[signed];
    if (signed !== undefined && jwt !== undefined) got[signed] = SIGNED;
    if (!request.url.startsWith(endpoint)) objections.push(`${what}: ${request.url} is not ${endpoint}`);
    expectEqual(`${what} method`, request.method, section.method ?? "POST");
    expectEqual(`${what} parameters`, sorted(got), sorted(wanted));
    for (const [name, template] of Object.entries(section.headers ?? {})) {
      expectEqual(`${what} header ${name}`, request.headers[name.toLowerCase()], filled(template, values));
    }
    const bearer = call.standard["token"] ?? tokens.access;
    const states = Object.keys(section.headers ?? {}).includes("authorization");
    const wrong = await checkCredentials({
      authentication,
      request,
      credentials,
      jwt,
      bearer,
      states,
      now: options.now(),
    });
    if (wrong !== undefined) objections.push(`${what}: ${wrong}`);
    const inQuery = request.body === undefined;
    const elsewhere = JSON.stringify([inQuery ? "" : request.url, { ...request.headers, authorization: "" }]);
    if (elsewhere.includes(credentials.clientSecret))
      objections.push(`${what}: the client secret is out of place`);
  }

  return {
    objections,
    calls,
    tokens,
    async fetch(request) {
      calls.push(request);
      const document = options.documents?.[request.url];
      if (document !== undefined) return answerOf(200, JSON.stringify(document));
      const call = due.shift();
      if (call === undefined) {
        objections.push(`a call to ${request.url}, which nothing asked for`);
        return answerOf(404, "");
      }
      await check(request, call);
      return call.answer();
    },
    expect(stage, token = "refresh_token") {
      if (due.length > 0) objections.push(`${due.map(({ what }) => what).join(", ")} did not happen`);
      const { pushed_authorization_request_endpoint: endpoint } = definition;
      if (stage === "authorization") due = endpoint === undefined ? [] : [pushCall(endpoint)];
      if (stage === "exchange") due = [exchangeCall(), ...followUps("exchange")];
      if (stage === "refresh") due = [refreshCall(), ...followUps("refresh")];
      if (stage === "revocation") due = [revocationCall(token)];
    },
    authorize(url) {
      const endpoint = filled(definition.authorization_endpoint ?? "", places);
      if (!url.startsWith(endpoint)) objections.push(`authorization: ${url} is not at ${endpoint}`);
      const asked = new URLSearchParams(url.slice(endpoint.length + 1));
      expectEqual(
        "authorization",
        sorted(Object.fromEntries(asked)),
        sorted(pushed ?? authorizationParameters(options)),
      );
      const back = new URLSearchParams({
        [callback.code ?? "code"]: "CODE",
        state: "STATE",
        ...options.captured,
      });
      if (definition.authorization_response_iss_parameter_supported) back.set("iss", definition.issuer ?? "");
      if (callback.signature !== undefined) {
        const names = Array.from(back.keys()).sort();
        const text = names.map((name) => `${name}=${back.get(name)}`).join("&");
        const tag = createHmac("sha256", credentials.clientSecret).update(text).digest("hex");
        back.set(callback.signature.parameter, tag);
      }
      return back;
    },
  };
}
