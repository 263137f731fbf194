import type { Platform } from "../platform.ts";
import { parseBody, succeeded, wordIn } from "./answer.ts";
import {
  codeOfWord,
  compileVocabulary,
  failureOfAnswer,
  failureOfEgress,
  misconfigured,
  refusedAddress,
} from "./errors.ts";
import { followAll } from "./follow-up.ts";
import { createIdTokenCheck } from "./id-token.ts";
import { type AccountVerbs, createAccountVerbs } from "./account-verbs.ts";
import type { Plan } from "./plan.ts";
import { createPlans } from "./plans.ts";
import { pushAuthorization } from "./pushed-authorization.ts";
import type { Provider, ProviderClient, ProviderFailure, TokenAnswer, TokenResult } from "./provider.ts";
import { createSend } from "./send.ts";
import type { Values } from "./template.ts";

const noWords = compileVocabulary(undefined);

const failed = (failure: ProviderFailure): { ok: false; failure: ProviderFailure } => ({
  ok: false,
  failure,
});

/**
 * The verbs over providers: those of a login, and those of accounts. Nothing here rejects: every trouble is a
 * failure from the closed list of `ProviderFailure`.
 */
export function createProviderClient(
  platform: Pick<Platform, "fetch" | "now" | "random">,
): ProviderClient & AccountVerbs {
  const now = (): number => platform.now();
  const send = createSend(platform.fetch);
  const checkIdToken = createIdTokenCheck(platform.fetch, now);
  const plans = createPlans(platform);

  function fail(provider: Provider, failure: ProviderFailure): { ok: false; failure: ProviderFailure } {
    plans.noteFailure(provider, failure);
    return failed(failure);
  }

  async function checkedIdToken(
    plan: Plan,
    provider: Provider,
    tokens: TokenAnswer,
    nonce: string,
    values: Values,
  ): Promise<ProviderFailure | undefined> {
    if (tokens.id_token === undefined || plan.issuers.length === 0) return undefined;
    return checkIdToken(tokens.id_token, {
      issuers: plan.issuers.flatMap((issuer) => issuer(values) ?? []),
      clientId: provider.clientId,
      clientSecret: provider.clientSecret?.reveal() ?? "",
      nonce,
      nonceRequired: plan.definition.authorization?.nonce === true,
      jwksUri: plan.jwksUri?.(values),
    });
  }

  /** Follow-ups, and what a later refresh needs where the provider left it out. */
  async function completed(
    plan: Plan,
    phase: "exchange" | "refresh",
    tokens: TokenAnswer,
    values: Values,
    refreshToken: string | undefined,
  ): Promise<TokenResult> {
    const result =
      plan.followUps.length === 0
        ? { ok: true as const, tokens }
        : await followAll(send, plan.followUps, phase, tokens, values, now);
    if (!result.ok) return result;
    const renewable =
      plan.definition.refresh?.with === "access_token"
        ? result.tokens.access_token
        : (result.tokens.refresh_token ?? refreshToken);
    if (renewable === undefined) return result;
    return { ok: true, tokens: { ...result.tokens, refresh_token: renewable } };
  }

  return {
    ...createAccountVerbs(plans, send),

    async authorizationUrl(provider, input) {
      const plan = await plans.of(provider);
      if (plan === undefined) return fail(provider, failureOfEgress("unreachable"));
      const values = plan.values(input.inputs, {});
      const parameters = values && plan.authorization(input, values);
      if (values === undefined || parameters === undefined) return failed(misconfigured());
      const carried = await pushAuthorization(send, plan, provider, parameters, values);
      if (!carried.ok) return fail(provider, carried.failure);
      const url = plan.authorizationUrl(carried.parameters, values);
      return url === undefined ? failed(refusedAddress()) : { ok: true, url };
    },

    async readCallback(provider, parameters) {
      const plan = await plans.of(provider);
      if (plan === undefined) return { kind: "error", failure: failureOfEgress("unreachable") };
      return plan.callback(parameters);
    },

    async exchange(provider, input) {
      const plan = await plans.of(provider);
      if (plan === undefined) return fail(provider, failureOfEgress("unreachable"));
      const values = plan.values(input.inputs, input.captured);
      if (values === undefined) return failed(misconfigured());
      const standard = {
        grant_type: "authorization_code",
        code: input.code,
        redirect_uri: input.redirectUri,
        ...(plan.sendsVerifier && { code_verifier: input.codeVerifier }),
      };
      const places = input.state === undefined ? values : { ...values, state: input.state };
      const sent = await send(plan.exchange, standard, places);
      if (!sent.ok) return fail(provider, sent.failure);
      const result = plan.readExchange(sent.status, sent.body, "exchange", now());
      if (!result.ok) return fail(provider, result.failure);
      const wrong = await checkedIdToken(plan, provider, result.tokens, input.nonce, values);
      if (wrong !== undefined) return fail(provider, wrong);
      return completed(plan, "exchange", result.tokens, values, undefined);
    },

    async refresh(provider, refreshToken, context) {
      const plan = await plans.of(provider);
      if (plan === undefined) return fail(provider, failureOfEgress("unreachable"));
      const values = plan.values(context.inputs, context.captured);
      if (values === undefined || plan.refresh === undefined) return failed(misconfigured());
      const isAccessToken = plan.definition.refresh?.with === "access_token";
      const standard = {
        grant_type: "refresh_token",
        [isAccessToken ? "access_token" : "refresh_token"]: refreshToken,
      };
      const sent = await send(plan.refresh, standard, values, refreshToken);
      if (!sent.ok) return fail(provider, sent.failure);
      const result = plan.readRefresh(sent.status, sent.body, "refresh", now());
      if (!result.ok) return fail(provider, result.failure);
      return completed(plan, "refresh", result.tokens, values, refreshToken);
    },

    async revoke(provider, token, hint, context) {
      const plan = await plans.of(provider);
      if (plan === undefined) return fail(provider, failureOfEgress("unreachable")).failure;
      const { revocation } = plan;
      if (revocation === undefined || !revocation.tokens.includes(hint)) return "unsupported";
      const values = plan.values(context.inputs, context.captured);
      if (values === undefined) return misconfigured();
      const sent = await send(revocation.call, { token, token_type_hint: hint }, { ...values, token }, token);
      if (!sent.ok) return fail(provider, sent.failure).failure;
      const body = parseBody(sent.body, undefined);
      const word = wordIn(body);
      const isDone = sent.status >= 200 && sent.status < 300 && succeeded(body, revocation.success);
      // RFC 7009 §2.2: a token that is no longer good is what was asked for.
      if (isDone || (word !== undefined && codeOfWord(word, noWords) === "invalid_grant")) return "revoked";
      return fail(provider, failureOfAnswer(sent.status, word, noWords, "other")).failure;
    },
  };
}
