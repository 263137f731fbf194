import type { AskedError } from "../login/asked.ts";
import { clientIdOf } from "./clients.ts";
import { type Call, readForm } from "./http.ts";

/** An RFC 6749 §5.2 error: a code, and a sentence for the developer who reads it. */
export interface OAuthError {
  status: number;
  error: string;
  error_description: string;
  /** Seconds, for 429 and 503. */
  retryAfter?: number;
}

/** Parameters of a client's request by name: each was there once, and not empty. */
export type Parameters = ReadonlyMap<string, string>;

/** The parameters of a query or form, empty ones absent (RFC 6749 §3.1), and the names that are there twice or more. */
export function readParameters(given: URLSearchParams): {
  values: Parameters;
  repeated: ReadonlySet<string>;
} {
  const names = new Set<string>();
  const repeated = new Set<string>();
  const values = new Map<string, string>();
  for (const [name, value] of given) {
    if (names.has(name)) repeated.add(name);
    names.add(name);
    if (value !== "") values.set(name, value);
  }
  for (const name of repeated) values.delete(name);
  return { values, repeated };
}

const refusedClient = (status: number, error_description: string): OAuthError => ({
  status,
  error: "invalid_client",
  error_description,
});

/**
 * Reads what a client posts to the token, revocation or device authorization endpoint, before anything is looked up
 * or consumed: a form with no parameter twice (RFC 6749 §3.2), from a public client of this app (§2.3, §5.2).
 */
export async function readOAuthForm(call: Call): Promise<{ parameters: Parameters } | OAuthError> {
  const type = call.connection.header("content-type");
  if (type !== null && !/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
    return invalidRequest("Send the parameters as application/x-www-form-urlencoded.");
  }
  const form = await readForm(call.request);
  if (form === undefined) return { ...invalidRequest("The body is too large."), status: 413 };
  const { values, repeated } = readParameters(form);
  if (repeated.size > 0) return invalidRequest("A parameter is there twice.");
  return wrongClient(call, values) ?? { parameters: values };
}

/** Apps are public clients: one that tries to authenticate is told so, since nothing would check its secret. */
function wrongClient({ app, connection }: Call, parameters: Parameters): OAuthError | undefined {
  if (connection.header("authorization") !== null) {
    return refusedClient(
      401,
      "Apps here are public clients: send client_id in the body, and no Authorization header.",
    );
  }
  if (parameters.has("client_secret")) {
    return refusedClient(400, "Apps here are public clients: send client_id alone, and no client_secret.");
  }
  const given = parameters.get("client_id");
  const own = clientIdOf(app);
  return given === undefined || given === own
    ? undefined
    : refusedClient(400, `The client_id of this app is "${own}".`);
}

/** Why an app may not ask for that, in RFC 6749's codes. */
export function askedTooMuch({ error }: { error: AskedError }): OAuthError {
  const error_description = `Not for this app: ${error}.`;
  return {
    status: 400,
    error: error === "invalid_scope" ? "invalid_scope" : "invalid_request",
    error_description,
  };
}

/** `invalid_request`, with what is wrong. */
export function invalidRequest(error_description: string): OAuthError {
  return { status: 400, error: "invalid_request", error_description };
}

/** `invalid_request` for a parameter that is not there. */
export function missing(name: string): OAuthError {
  return invalidRequest(`The parameter ${name} is missing.`);
}

/** The RFC 6749 and 8628 codes of outcomes without tokens. */
export const outcomes: Record<"denied" | "failed" | "cancelled" | "expired", OAuthError> = {
  denied: { status: 400, error: "access_denied", error_description: "The person did not allow access." },
  cancelled: { status: 400, error: "access_denied", error_description: "The person cancelled the login." },
  failed: { status: 400, error: "server_error", error_description: "The login failed. Begin again." },
  expired: { status: 400, error: "expired_token", error_description: "The login has expired. Begin again." },
};
