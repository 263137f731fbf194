import { equalBytes } from "../crypto/bytes.ts";
import { type Hmac, hmac } from "../crypto/hmac.ts";
import type { Definition } from "./definition.ts";
import { badAnswer, codeOfWord, compileVocabulary, failureOfCode, wrongIssuer } from "./errors.ts";
import { matches } from "./place.ts";
import type { Callback, Provider } from "./provider.ts";

/** Longest code or error word that is read, in characters. */
const MAX_CODE = 4096;

/** Reads a callback's parameters; undefined when they are none. */
export type ReadCallback = (parameters: URLSearchParams) => Callback | undefined;

/** Whether `parameter` signs all others with the client secret: sorted, joined as a query, HMAC-SHA-256 in hex. */
function signatureHolds(parameters: URLSearchParams, parameter: string, key: Hmac): boolean {
  const signed = Array.from(parameters)
    .filter(([name]) => name !== parameter)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const given = parameters.get(parameter) ?? "";
  return equalBytes(key.digest(Buffer.from(signed)), Buffer.from(given, "hex"));
}

/** Compiles how callbacks are read (RFC 6749 §4.1.2, RFC 9207 §2.4). */
export function compileCallback(provider: Provider, definition: Definition): ReadCallback {
  const { callback = {}, issuer } = definition;
  const codeName = callback.code ?? "code";
  const errorName = callback.error ?? "error";
  const vocabulary = compileVocabulary(callback.errors);
  const kept = Object.entries(callback.keep ?? {});
  const read = [codeName, errorName, "state", "iss", ...kept.map(([name]) => name)];
  const signature = callback.signature && {
    parameter: callback.signature.parameter,
    key: hmac(Buffer.from(provider.clientSecret?.reveal() ?? "")),
  };
  const issuerIsAnnounced = definition.authorization_response_iss_parameter_supported === true;

  function issuerIsWrong(parameters: URLSearchParams): boolean {
    const iss = parameters.get("iss");
    if (issuer === undefined) return false;
    return iss === null ? issuerIsAnnounced : iss !== issuer;
  }

  return (parameters) => {
    if (read.some((name) => parameters.getAll(name).length > 1)) return undefined;
    const code = parameters.get(codeName);
    const word = parameters.get(errorName);
    // Both, or neither: no provider says so.
    if ((code === null || code === "") === (word === null || word === "")) return undefined;
    if (issuerIsWrong(parameters)) return { kind: "error", failure: wrongIssuer() };
    if (word) {
      const meaning = word.length > MAX_CODE ? undefined : codeOfWord(word, vocabulary);
      return { kind: "error", failure: meaning ? failureOfCode(meaning, "authorization") : badAnswer() };
    }
    if (code === null || code.length > MAX_CODE) return undefined;
    if (signature && !signatureHolds(parameters, signature.parameter, signature.key)) {
      return { kind: "error", failure: badAnswer() };
    }
    const captured: Record<string, string> = {};
    for (const [name, rules] of kept) {
      const value = parameters.get(name) ?? rules.default;
      if (value === undefined && rules.required === false) continue;
      if (value === undefined || !matches(rules.pattern, value))
        return { kind: "error", failure: badAnswer() };
      captured[name] = value;
    }
    return { kind: "code", code, captured };
  };
}
