import type { EgressAnswer, EgressFetch } from "../platform.ts";
import { failureOfEgress, misconfigured, refusedAddress } from "./errors.ts";
import type { Call } from "./plan.ts";
import type { ProviderFailure } from "./provider.ts";
import type { Parameters } from "./request.ts";
import type { Values } from "./template.ts";

/** A call's answer, or why there is none. */
export type Sent = Extract<EgressAnswer, { ok: true }> | { ok: false; failure: ProviderFailure };

/** Makes a call with standard parameters; `token` is the bearer of calls that have one. Never rejects. */
export type Send = (call: Call, standard: Parameters, values: Values, token?: string) => Promise<Sent>;

/** Sends calls through the hardened egress; once more when the first attempt provably sent nothing. */
export function createSend(fetch: EgressFetch): Send {
  return async ({ build, authentication, bearer }, standard, values, token) => {
    const proof = authentication.kind === "fixed" ? authentication.proof : await authentication.prove(values);
    if (proof === undefined) return { ok: false, failure: misconfigured() };
    const headers = bearer && token !== undefined ? { authorization: `Bearer ${token}` } : proof.headers;
    const request = build({ ...standard, ...proof.parameters }, values, headers);
    if (request === undefined) return { ok: false, failure: refusedAddress() };
    let answer = await fetch(request);
    if (!answer.ok && !answer.sent && answer.reason === "unreachable") answer = await fetch(request);
    return answer.ok ? answer : { ok: false, failure: failureOfEgress(answer.reason) };
  };
}
