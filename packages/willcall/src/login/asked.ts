import type { App, AppProvider } from "../config/config.ts";
import { providerOf } from "../desk.ts";
import { type InputError, readInputs } from "./inputs.ts";

/** What an app asks for when it begins, as it came. */
export interface Asking {
  /** A provider's name; may be absent where the app has one. */
  provider: string | null;
  /** Space-joined; null or empty: as configured. */
  scope: string | null;
  /** Everything else: the definition's inputs. */
  inputs: readonly (readonly [string, string])[];
}

/** What an app asks for, checked against its configuration. */
export interface Asked {
  registration: AppProvider;
  /** Narrowed; null: as configured. */
  scope: readonly string[] | null;
  inputs: Readonly<Record<string, string>>;
}

/** Why an app may not ask for that. */
export type AskedError = "unknown_provider" | "invalid_scope" | InputError;

/** Scopes that ask for what every grant here has anyway, or for Willcall as an OpenID provider, which it is not. */
const UNDERSTOOD = new Set(["offline_access", "openid"]);

/** Characters of a narrowed scope, at most: it travels in a cookie, of which browsers keep 4096 bytes. */
const LONGEST_SCOPE = 1_500;

/** Reads what an app asks for: one of its providers, no more than its scopes, the definition's inputs. */
export function readAsked(app: App, asking: Asking): Asked | { error: AskedError } {
  const name = asking.provider ?? (app.providers.length === 1 ? app.providers[0]?.provider.name : undefined);
  const registration = name === undefined ? undefined : providerOf(app, name);
  if (registration === undefined) return { error: "unknown_provider" };
  const scope = narrow(asking.scope, registration.scope);
  if (scope === undefined) return { error: "invalid_scope" };
  const inputs = readInputs(registration.provider, asking.inputs);
  return "error" in inputs ? inputs : { registration, scope, inputs: inputs.values };
}

/**
 * The parameters that are inputs of one of the app's definitions. Everything else that a client sends (nonce, prompt
 * and the like) is ignored (RFC 6749 §3.1, RFC 8628 §3.1).
 */
export function inputsAmong(app: App, parameters: Iterable<readonly [string, string]>): Asking["inputs"] {
  const names = new Set(
    app.providers.flatMap(({ provider }) => Object.keys(provider.definition.inputs ?? {})),
  );
  return [...parameters].filter(([name]) => names.has(name));
}

/** Whether an app may ask for a space-joined scope at one of its providers. */
export function mayAsk(app: App, scope: string): boolean {
  return app.providers.some((registration) => narrow(scope, registration.scope) !== undefined);
}

/** A subset of what is configured. Null: as configured; undefined: more than that, or too long to travel. */
export function narrow(
  asked: string | null,
  allowed: readonly string[] | { readonly verbatim: string },
): readonly string[] | null | undefined {
  if (asked === null) return null;
  const most = new Set("verbatim" in allowed ? allowed.verbatim.split(/[\s,]+/) : allowed);
  const scopes = new Set(
    asked.split(" ").filter((scope) => scope !== "" && (most.has(scope) || !UNDERSTOOD.has(scope))),
  );
  const narrowed = [...scopes];
  if (!narrowed.every((scope) => most.has(scope))) return undefined;
  if (scopes.size === 0 || scopes.size === most.size) return null;
  return narrowed.join(" ").length <= LONGEST_SCOPE ? narrowed : undefined;
}
