import { firstMember, parseBody } from "./answer.ts";
import { badAnswer, compileVocabulary, failureOfAnswer } from "./errors.ts";
import { isJsonObject } from "./json.ts";
import type { FollowUp } from "./plan.ts";
import type { Json, JsonObject, TokenAnswer, TokenResult } from "./provider.ts";
import type { Send } from "./send.ts";
import type { Values } from "./template.ts";

const noWords = compileVocabulary(undefined);

/** What may stand in a follow-up's places besides the login's values: the tokens, and what was kept so far. */
function valuesWith(values: Values, tokens: TokenAnswer): Values {
  const all: Record<string, string> = { ...values };
  for (const [name, value] of Object.entries(tokens.extra)) {
    if (typeof value === "string" || typeof value === "number") all[name] = String(value);
  }
  all["access_token"] = tokens.access_token;
  if (tokens.refresh_token !== undefined) all["refresh_token"] = tokens.refresh_token;
  return all;
}

/** The tokens of a second exchange, with what only the first answered. */
function replaced(first: TokenAnswer, second: TokenAnswer): TokenAnswer {
  return { ...first, ...second, extra: { ...first.extra, ...second.extra } };
}

async function follow(
  send: Send,
  followUp: FollowUp,
  tokens: TokenAnswer,
  values: Values,
  now: () => number,
): Promise<TokenResult> {
  const { call, read, keep } = followUp;
  const sent = await send(call, {}, valuesWith(values, tokens), tokens.access_token);
  if (!sent.ok) return sent;
  if (read !== undefined) {
    const result = read(sent.status, sent.body, "other", now());
    if (!result.ok) return result;
    // The first token's end says nothing of the second's.
    const { expiresAt: _, ...first } = tokens;
    return { ok: true, tokens: replaced(first, result.tokens) };
  }
  if (sent.status < 200 || sent.status > 299) {
    return { ok: false, failure: failureOfAnswer(sent.status, undefined, noWords, "other") };
  }
  const found: Json | undefined = parseBody(sent.body, undefined);
  if (!isJsonObject(found) && !Array.isArray(found)) return { ok: false, failure: badAnswer() };
  const extra: JsonObject = { ...tokens.extra };
  for (const [name, paths] of keep) {
    const member = firstMember(found, paths);
    if (member !== undefined) extra[name] = member.value;
  }
  return { ok: true, tokens: { ...tokens, extra } };
}

/**
 * Makes a definition's follow-up calls in order: second exchanges replace the tokens, lookups add to them. A lookup
 * that fails ends a login, which can be repeated, but not a refresh: its rotated token would be lost.
 */
export async function followAll(
  send: Send,
  followUps: readonly FollowUp[],
  phase: "exchange" | "refresh",
  first: TokenAnswer,
  values: Values,
  now: () => number,
): Promise<TokenResult> {
  let tokens = first;
  for (const followUp of followUps.filter(({ after }) => after.includes(phase))) {
    const result = await follow(send, followUp, tokens, values, now);
    if (result.ok) tokens = result.tokens;
    else if (phase === "exchange" || followUp.read !== undefined) return result;
  }
  return { ok: true, tokens };
}
