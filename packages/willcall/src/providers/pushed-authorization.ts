import { parseBody, wordIn } from "./answer.ts";
import { badAnswer, compileVocabulary, failureOfAnswer } from "./errors.ts";
import { isJsonObject } from "./json.ts";
import type { Plan } from "./plan.ts";
import type { Provider, ProviderFailure } from "./provider.ts";
import type { Send } from "./send.ts";
import type { Values } from "./template.ts";

type Pairs = readonly (readonly [string, string])[];

const noWords = compileVocabulary(undefined);

/**
 * Sends an authorization request's parameters straight to a provider that takes them so (RFC 9126 §2). Resolves
 * to what the browser carries then: a reference, or else the parameters themselves.
 */
export async function pushAuthorization(
  send: Send,
  { pushedAuthorization }: Plan,
  provider: Provider,
  parameters: Pairs,
  values: Values,
): Promise<{ ok: true; parameters: Pairs } | { ok: false; failure: ProviderFailure }> {
  if (pushedAuthorization === undefined) return { ok: true, parameters };
  const sent = await send(pushedAuthorization, Object.fromEntries(parameters), values);
  if (!sent.ok) return sent;
  const body = parseBody(sent.body, undefined);
  if (sent.status < 200 || sent.status > 299) {
    return { ok: false, failure: failureOfAnswer(sent.status, wordIn(body), noWords, "other") };
  }
  const reference = isJsonObject(body) ? body["request_uri"] : undefined;
  if (typeof reference !== "string" || reference === "") return { ok: false, failure: badAnswer() };
  return {
    ok: true,
    parameters: [
      ["client_id", provider.clientId],
      ["request_uri", reference],
    ],
  };
}
