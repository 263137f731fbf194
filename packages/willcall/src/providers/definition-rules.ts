import type { Definition } from "./definition.ts";
import { keptSecrets } from "./definition-secrets.ts";

/** A rule that spans members and does not hold: where, and what would be right. */
export interface BrokenRule {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const place = /\{([^{}]*)\}/g;

/** The names between braces in a template, in order. */
export function placesIn(template: string): string[] {
  return Array.from(template.matchAll(place), (match) => match[1] ?? "");
}

/** Whether a URL template leaves its host open. */
export function hasOpenHost(template: string): boolean {
  const end = template.indexOf("/", "https://".length);
  return template.startsWith("{") || placesIn(end < 0 ? template : template.slice(0, end)).length > 0;
}

/** Every template of a definition, with its path and the names it may use. */
function templates(
  definition: Definition,
): { path: (string | number)[]; template: string; url: boolean; known: Set<string> }[] {
  const inputs = new Set([...Object.keys(definition.inputs ?? {}), "client_id"]);
  const later = new Set([...inputs, ...Object.keys(definition.callback?.keep ?? {})]);
  const found: { path: (string | number)[]; template: string; url: boolean; known: Set<string> }[] = [];

  function url(path: (string | number)[], template: string | undefined, known: Set<string>): void {
    if (template !== undefined) found.push({ path, template, url: true, known });
  }
  function values(
    path: (string | number)[],
    record: Record<string, string> | undefined,
    known: Set<string>,
  ): void {
    for (const [name, template] of Object.entries(record ?? {})) {
      found.push({ path: [...path, name], template, url: false, known });
    }
  }

  url(["authorization_endpoint"], definition.authorization_endpoint, inputs);
  url(["pushed_authorization_request_endpoint"], definition.pushed_authorization_request_endpoint, inputs);
  url(["token_endpoint"], definition.token_endpoint, later);
  url(["revocation_endpoint"], definition.revocation_endpoint, later);
  url(["introspection_endpoint"], definition.introspection_endpoint, later);
  url(["jwks_uri"], definition.jwks_uri, inputs);
  url(["refresh", "endpoint"], definition.refresh?.endpoint, later);
  url(["identity", "endpoint"], definition.identity?.endpoint, later);
  values(["authorization", "parameters"], definition.authorization?.parameters, inputs);
  values(["authorization", "offline", "parameters"], definition.authorization?.offline?.parameters, inputs);
  values(
    ["authorization", "offline", "token_parameters"],
    definition.authorization?.offline?.token_parameters,
    later,
  );
  const withToken = new Set([...later, "token"]);
  for (const [section, known] of [
    ["token_request", new Set([...later, "state"])],
    ["refresh", later],
    ["revocation", withToken],
    ["introspection", withToken],
  ] as const) {
    values([section, "parameters"], definition[section]?.parameters, known);
    values([section, "headers"], definition[section]?.headers, known);
  }
  for (const [index, template] of (definition.id_token?.issuers ?? []).entries()) {
    found.push({ path: ["id_token", "issuers", index], template, url: false, known: inputs });
  }
  values(["identity", "headers"], definition.identity?.headers, later);
  for (const [name, { equals }] of Object.entries(definition.callback?.keep ?? {})) {
    if (equals !== undefined) values(["callback", "keep", name], { equals }, inputs);
  }
  const { kid, iss, aud } = definition.client_jwt ?? {};
  for (const [name, template] of Object.entries({ kid, iss, aud })) {
    if (template !== undefined) values(["client_jwt"], { [name]: template }, inputs);
  }
  const answered = new Set([
    ...later,
    "access_token",
    "refresh_token",
    ...(definition.token_answer?.keep ?? []),
  ]);
  for (const [index, followUp] of (definition.follow_ups ?? []).entries()) {
    const known = new Set(answered);
    url(["follow_ups", index, "endpoint"], followUp.endpoint, known);
    values(["follow_ups", index, "parameters"], followUp.parameters, known);
    values(["follow_ups", index, "headers"], followUp.headers, known);
    for (const name of Object.keys(followUp.keep ?? {})) answered.add(name);
  }
  return found;
}

/** Every authentication besides the token endpoint's, with its path. */
function authentications(definition: Definition): [(string | number)[], string][] {
  const found: [(string | number)[], string][] = (definition.follow_ups ?? []).map((followUp, index) => [
    ["follow_ups", index, "authentication"],
    followUp.authentication,
  ]);
  for (const section of ["refresh", "revocation", "introspection"] as const) {
    const authentication = definition[section]?.authentication;
    if (authentication !== undefined) found.push([[section, "authentication"], authentication]);
  }
  return found;
}

function broken(pattern: string, example?: string): string | undefined {
  try {
    const whole = new RegExp(`^(?:${pattern})$`, "u");
    return example === undefined || whole.test(example) ? undefined : "must match its own pattern";
  } catch {
    return "must be a regular expression";
  }
}

/** The rules that one member alone cannot show. Empty when the definition is sound. */
export function brokenRules(definition: Definition): BrokenRule[] {
  const rules: BrokenRule[] = [];
  const say = (path: readonly (string | number)[], message: string): void =>
    void rules.push({ path, message });

  if (definition.issuer === undefined) {
    if (definition.authorization_endpoint === undefined)
      say(["authorization_endpoint"], "is needed without an issuer");
    if (definition.token_endpoint === undefined) say(["token_endpoint"], "is needed without an issuer");
  }
  for (const { path, template, url, known } of templates(definition)) {
    for (const name of placesIn(template)) {
      if (!known.has(name))
        say(path, `uses {${name}}, which is neither an input nor a kept value known by then`);
    }
    if (url && hasOpenHost(template) && definition.hosts === undefined) {
      say(["hosts"], `is needed: ${path.join(".")} leaves its host open`);
    }
    if (url && hasOpenHost(template) && definition.hosts?.includes("*")) {
      for (const name of placesIn(template.split("/", 3).join("/"))) {
        if (definition.inputs?.[name]?.by !== "operator")
          say(
            ["inputs", name, "by"],
            "must be `operator` where `hosts` is `*`: the client secret follows the host",
          );
      }
    }
    if (url && template.includes("#") && path[0] !== "authorization_endpoint")
      say(path, "must hold no fragment");
  }
  for (const [name, input] of Object.entries(definition.inputs ?? {})) {
    const pattern = broken(input.pattern);
    if (pattern !== undefined) say(["inputs", name, "pattern"], pattern);
    else {
      if (broken(input.pattern, input.example)) say(["inputs", name, "example"], "must match the pattern");
      if (input.default !== undefined && broken(input.pattern, input.default)) {
        say(["inputs", name, "default"], "must match the pattern");
      }
    }
  }
  for (const [name, kept] of Object.entries(definition.callback?.keep ?? {})) {
    const pattern = broken(kept.pattern);
    if (pattern !== undefined) say(["callback", "keep", name, "pattern"], pattern);
    if (definition.inputs?.[name] !== undefined && kept.equals === undefined) {
      say(["callback", "keep", name], "has the name of an input: say what it must equal");
    }
  }
  const { token_endpoint_auth_method: method = "" } = definition;
  const isPrivateKey = method === "private_key_jwt" || method === "signed_client_secret";
  if (definition.callback?.signature && (isPrivateKey || method === "none")) {
    say(["callback", "signature"], `needs a client secret, and ${method} has none`);
  }
  for (const [path, other] of isPrivateKey ? authentications(definition) : []) {
    // A private key leaves this house in no form.
    if (other.startsWith("client_secret"))
      say(path, `sends the client secret, which is a private key for ${method}`);
  }
  if (method === "signed_client_secret" && definition.client_jwt === undefined) {
    say(["client_jwt"], "is needed for signed_client_secret");
  }
  rules.push(...keptSecrets(definition));
  if (definition.identity?.from === "endpoint" && definition.identity.endpoint === undefined) {
    say(["identity", "endpoint"], "is needed");
  }
  if (
    definition.require_pushed_authorization_requests &&
    !definition.pushed_authorization_request_endpoint &&
    !definition.issuer
  ) {
    say(["pushed_authorization_request_endpoint"], "is needed");
  }
  return rules;
}
