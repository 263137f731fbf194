import { compilePath, firstMember, parseBody, wordIn } from "./answer.ts";
import { badAnswer, compileVocabulary, failureOfAnswer, failureOfEgress, misconfigured } from "./errors.ts";
import { isJsonObject, parseJson } from "./json.ts";
import type { Call, Plan } from "./plan.ts";
import type { Plans } from "./plans.ts";
import type { Json, Provider, ProviderFailure, TokenAnswer, TokenContext } from "./provider.ts";
import type { Send } from "./send.ts";

/** Who an account belongs to, as far as the provider says. */
export interface Identity {
  /** Names the account for ever. */
  id?: string;
  /** What a person recognises: an e-mail address, a name. Untrusted text. */
  label?: string;
}

/** What accounts and `willcall doctor` ask of a provider besides a login's verbs. */
export interface AccountVerbs {
  /** The owner of fresh tokens, from where the definition says; empty where it says nothing. */
  identify(
    provider: Provider,
    tokens: TokenAnswer,
    context: TokenContext,
  ): Promise<{ ok: true; identity: Identity } | { ok: false; failure: ProviderFailure }>;
  /** RFC 7662 §2: whether a token is good. `unsupported` when the provider has no such endpoint. */
  introspect(
    provider: Provider,
    token: string,
    hint: "access_token" | "refresh_token",
    context: TokenContext,
  ): Promise<"active" | "inactive" | "unsupported" | ProviderFailure>;
}

const noWords = compileVocabulary(undefined);

/** Longest id or label, in characters. */
const MAX_TEXT = 320;

/** The claims of an ID token; its signature was checked when it came. */
function claimsOf(idToken: string | undefined): Json | undefined {
  const payload = idToken?.split(".")[1];
  return payload === undefined ? undefined : parseJson(Buffer.from(payload, "base64url").toString("utf8"));
}

function textAt(root: Json | undefined, path: string | string[] | undefined): string | undefined {
  const value =
    path === undefined || root === undefined ? undefined : firstMember(root, compilePath(path))?.value;
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return text === "" || text.length > MAX_TEXT ? undefined : text;
}

/** The verbs of accounts, over the same plans and the same egress as those of logins. */
export function createAccountVerbs(plans: Plans, send: Send): AccountVerbs {
  async function ask(
    plan: Plan,
    call: Call,
    tokens: TokenAnswer,
    { inputs, captured }: TokenContext,
  ): Promise<{ ok: true; body: Json | undefined } | { ok: false; failure: ProviderFailure }> {
    const values = plan.values(inputs, captured);
    if (values === undefined) return { ok: false, failure: misconfigured() };
    const sent = await send(call, {}, values, tokens.access_token);
    if (!sent.ok) return sent;
    const isSuccess = sent.status >= 200 && sent.status < 300;
    return isSuccess
      ? { ok: true, body: parseBody(sent.body, undefined) }
      : { ok: false, failure: failureOfAnswer(sent.status, undefined, noWords, "other") };
  }

  return {
    async identify(provider, tokens, context) {
      const plan = await plans.of(provider);
      if (plan === undefined) return { ok: false, failure: failureOfEgress("unreachable") };
      const rules = plan.definition.identity;
      let source: Json | undefined;
      if (rules?.from === "id_token") source = claimsOf(tokens.id_token);
      if (rules?.from === "token_answer") source = tokens.verbatim;
      if (plan.identity !== undefined) {
        const asked = await ask(plan, plan.identity, tokens, context);
        if (!asked.ok) return asked;
        source = asked.body;
      }
      const id = textAt(source, rules?.id);
      const label = textAt(source, rules?.label);
      return {
        ok: true,
        identity: { ...(id !== undefined && { id }), ...(label !== undefined && { label }) },
      };
    },

    async introspect(provider, token, hint, { inputs, captured }) {
      const plan = await plans.of(provider);
      if (plan === undefined) return failureOfEgress("unreachable");
      const { introspection } = plan;
      if (introspection === undefined || !introspection.tokens.includes(hint)) return "unsupported";
      const values = plan.values(inputs, captured);
      if (values === undefined) return misconfigured();
      const sent = await send(
        introspection.call,
        { token, token_type_hint: hint },
        { ...values, token },
        token,
      );
      if (!sent.ok) return sent.failure;
      const body = parseBody(sent.body, undefined);
      if (sent.status < 200 || sent.status > 299) {
        return failureOfAnswer(sent.status, wordIn(body), noWords, "other");
      }
      const active = isJsonObject(body) ? body["active"] : undefined;
      return typeof active === "boolean"
        ? active
          ? "active"
          : "inactive"
        : { ...badAnswer(), status: sent.status };
    },
  };
}
