import * as z from "zod/mini";
import { EVENT_TYPES } from "../engines/vault-store.ts";
import { definitionSchema } from "../providers/definition.ts";
import { inputRules, placeName } from "../providers/definition-parts.ts";
import { described, optional } from "../schemas.ts";
import { ownPaths } from "./names.ts";

/** A string within `pattern`; the remedy is said for every other value, and shown by editors. */
const text = (pattern: RegExp, remedy: string) =>
  described(z.string(remedy).check(z.regex(pattern, remedy)), remedy);

/** A whole number from `least` to `most`. */
const whole = (least: number, most: number, remedy: string) =>
  described(z.int(remedy).check(z.minimum(least, remedy), z.maximum(most, remedy)), remedy);

/** True or false. */
const flag = (remedy: string) => described(z.boolean(remedy), remedy);

const nameRemedy =
  "Use up to 40 lower-case letters, digits, dots, hyphens and underscores, beginning with a letter or digit; " +
  `not ${ownPaths.join(", ")}`;

const nameBody = `(?!(?:${ownPaths.join("|")})$)[a-z0-9][a-z0-9._-]{0,39}`;
const providerName = described(
  z.string().check(z.regex(new RegExp(`^${nameBody}$`), nameRemedy)),
  nameRemedy,
);
const appName = described(
  z.string().check(z.regex(new RegExp(`^(?:${nameBody})?$`), nameRemedy)),
  `The app's path segment, or "" for the app at the root. ${nameRemedy}`,
);

const referencePattern = "(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:[^\\p{Cc}]{1,1024})";
const reference = text(
  new RegExp(`^${referencePattern}$`, "u"),
  'Write a reference: "env:NAME" for a variable, "file:/run/secrets/name" for a file',
);
const clientId = text(
  new RegExp(`^(?:${referencePattern}|[\\x21-\\x7e]{1,512})$`, "u"),
  'Write the client id that the provider gave you (no spaces), or "env:NAME"',
);
const clientSecret = text(
  /^[^\p{Cc}]{1,8192}$/u,
  'Write a reference to the client secret: "env:NAME" for a variable, "file:/run/secrets/name" for a file',
);

const title = text(
  /^(?!\s)[^\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]{1,80}$/u,
  "Write 1 to 80 visible characters: people read it on the pages",
);

const address = described(
  z.union(
    [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
    "Write an IP address or a CIDR block such as 10.0.0.0/8",
  ),
  "An IP address or a CIDR block",
);

/** The parts of a provider's definition, each of which the configuration may replace. */
const definition = definitionSchema.shape;

export const providerSchema = z.strictObject({
  use: z.optional(
    text(/^[a-z0-9][a-z0-9._-]{0,63}$/, "Name a provider of the catalogue; `willcall providers` lists them"),
  ),
  title: z.optional(title),
  client_id: clientId,
  client_secret: z.optional(clientSecret),
  ...definition,
  inputs: optional(
    z.record(placeName, z.partial(inputRules)),
    "What a login needs to know first; of an input of the catalogue `default` is enough",
  ),
});

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/;
const verbatimRemedy = "Write the scope exactly as the provider wants it, within printable ASCII";
const scopeRemedy = "Write a list of scopes, or one string of scopes with spaces or commas between them";
const scope = described(
  z.union(
    [
      z.array(text(scopeToken, "Write one scope, with no spaces in it")).check(z.maxLength(200)),
      text(/^[\x20\x21\x23-\x5b\x5d-\x7e]{0,4096}$/, scopeRemedy),
      z.strictObject({ verbatim: text(/^[\x20-\x7e]{1,4096}$/, verbatimRemedy) }),
    ],
    scopeRemedy,
  ),
  "What to ask for, joined as the provider wants it; `verbatim` goes out as it stands",
);

const redirectUri = text(
  /^https?:\/\/[^\s#]{1,2000}$/,
  "Write the absolute URL that is registered at the provider",
);
const atProvider = z.strictObject({ scope: z.optional(scope), redirectUri: z.optional(redirectUri) });

const origin = text(
  /^(?:framer:[a-z0-9]{1,63}(?:@[a-z0-9-]+(?:\.[a-z0-9-]+)+)?|null|[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9.[\]:-]{1,255})$/,
  'Write "framer:<plugin id>", "framer:<plugin id>@<parent domain>", an exact origin such as ' +
    '"https://app.example" (lower case, no slash at the end), or "null"',
);

const until = described(
  z.union(
    [z.literal("90-days-from-first-start"), z.iso.date(), z.iso.datetime({ offset: true })],
    'Write a date such as "2030-01-31", or "90-days-from-first-start"',
  ),
  "Until when the provider's own refresh tokens are accepted from apps that still hold them",
);

export const appSchema = z.strictObject({
  title: z.optional(title),
  provider: z.optional(providerName),
  scope: z.optional(scope),
  redirectUri: z.optional(redirectUri),
  providers: optional(
    z.record(providerName, atProvider, "Write an object whose keys are names of `providers`"),
    "Instead of `provider`, for an app with several",
  ),
  origins: optional(z.array(origin, "Write a list of origins"), "Who may call the app's API from a browser"),
  launch: optional(
    z.enum(["page", "direct"], 'Write "page" or "direct"'),
    "`page`: a launch URL of this broker; `direct`: the provider's own URL",
  ),
  confirm: optional(
    z.enum(["auto", "always", "never"], 'Write "auto", "always" or "never"'),
    "`auto`: ask the person unless the login provably comes from the app",
  ),
  refresh: optional(
    z.enum(["sealed", "raw"], 'Write "sealed" or "raw"'),
    "`sealed`: the app holds a handle; `raw`: the provider's own refresh token",
  ),
  refreshRawUntil: z.optional(until),
  clientKeys: z.optional(flag("Write true if the app makes its own read and write keys, else false")),
  redirectUris: optional(
    z.array(text(/^[^\s\p{Cc}]{1,2000}$/u, "Write an absolute URI"), "Write a list of URIs"),
    "Where the code dialect may send people back to; loopback addresses match on any port",
  ),
});

const accountRefresh = described(
  z.strictObject({
    background: z.optional(flag("Write false if nothing is renewed unless somebody asks, else true")),
    idleDays: optional(
      whole(1, 3650, "Write a number of days, from 1 to 3650"),
      "After how many idle days refresh tokens may end, where the provider's own limit is later or unknown",
    ),
  }),
  "Renewing accounts that nobody uses, before their refresh tokens end",
);

const webhook = z.strictObject({
  url: text(/^https?:\/\/[^\s#]{1,2000}$/, "Write the absolute https URL that takes the events"),
  secret: described(
    z.union(
      [reference, z.array(reference).check(z.minLength(1), z.maxLength(4))],
      'Write a reference such as "env:WEBHOOK_SECRET", or a list of them while you change secrets',
    ),
    "Leads to `whsec_` and base64 of 24 to 64 bytes; each of several signs",
  ),
  events: optional(
    z
      .array(z.enum(EVENT_TYPES, `Write ${EVENT_TYPES.join(", ")}`), "Write a list of events")
      .check(z.minLength(1, "Write at least one event, or leave this out for all")),
    "Which events it gets; all of them unless said",
  ),
});

export const accountsSchema = described(
  z.strictObject({
    title: z.optional(title),
    refresh: z.optional(accountRefresh),
    webhooks: optional(
      z.array(webhook, "Write a list of webhooks").check(z.maxLength(10, "Write at most ten webhooks")),
      "Who is told of what happens to accounts (Standard Webhooks)",
    ),
    providers: optional(
      z.record(providerName, atProvider, "Write an object whose keys are names of `providers`"),
      "Besides account types, which are provisioned while the broker runs",
    ),
    context: optional(
      text(
        /^[a-z0-9][a-z0-9._-]{0,39}$/,
        "Write the name of a context: up to 40 lower-case letters, digits, dots, hyphens and underscores",
      ),
      "The context whose account types, `context/type`, come before those of all contexts",
    ),
    connectors: optional(
      z.array(
        text(/^[^\p{Cc}]{1,1024}$/u, "Write the path of a connector's directory"),
        "Write a list of paths",
      ),
      "Directories of connectors that people may run with their accounts",
    ),
  }),
  "Where Willcall keeps people's accounts, and refreshes them",
);

const pemFiles = z.strictObject({
  cert: text(/^[^\p{Cc}]{1,1024}$/u, "Write the path of a PEM certificate"),
  key: text(/^[^\p{Cc}]{1,1024}$/u, "Write the path of a PEM private key"),
});

/** All but providers and apps. */
const generalShape = {
  $schema: z.optional(z.string("Write a URL or path")),
  publicUrl: z.optional(
    text(
      /^https?:\/\/[^\s]{1,255}$/,
      "Write the origin under which browsers reach this broker, such as https://login.example.com",
    ),
  ),
  listen: z.optional(
    z.strictObject({
      host: z.optional(
        text(/^[A-Za-z0-9.:[\]-]{1,255}$/, "Write an address or host name, such as 127.0.0.1"),
      ),
      port: z.optional(whole(0, 65_535, "Write a port from 1 to 65535, or 0 for any free one")),
      https: optional(
        z.union([z.boolean(), pemFiles], "Write true, false, or the paths of a certificate and its key"),
        "True: localhost.pem and localhost-key.pem, or a self-signed pair",
      ),
    }),
  ),
  data: z.optional(text(/^[^\p{Cc}]{1,1024}$/u, "Write the path of the data directory")),
  keys: optional(
    z.array(reference, "Write a list of references").check(z.minLength(1, "Write at least one reference")),
    "Root keys: the first seals, all open. Each reference leads to base64 of 32 bytes, several joined by commas",
  ),
  trustedProxies: optional(
    z.array(address, "Write a list of addresses"),
    "Whose X-Forwarded-For is believed",
  ),
  operatorToken: optional(
    reference,
    "A token for the operator's API with every right; `willcall operator-tokens` makes others",
  ),
  beginsPerMinute: z.optional(whole(1, 1_000_000, "Write how many logins one address may begin in a minute")),
};

/**
 * What the operator writes in `willcall.config.json`. Every key but `client_id` may be left out; an unknown
 * key is a mistake. Each message is an instruction, and no message holds a value.
 */
export const configFileSchema = z.strictObject(
  {
    ...generalShape,
    providers: z.optional(z.record(providerName, providerSchema, "Write an object of providers by name")),
    apps: z.optional(z.record(appName, appSchema, "Write an object of apps by name")),
    accounts: z.optional(accountsSchema),
  },
  "Write an object",
);

/** A configuration file, parsed but not yet resolved: references are still references. */
export type ConfigFile = z.infer<typeof configFileSchema>;
export type ProviderFile = z.infer<typeof providerSchema>;
export type AppFile = z.infer<typeof appSchema>;
export type AccountsFile = z.infer<typeof accountsSchema>;

/** The keys that an object at `path` may have, for a suggestion when it has another. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: z.core.$ZodType | undefined = configFileSchema;
  for (const key of path) schema = inside(schema, key);
  return schema instanceof z.ZodMiniObject ? Object.keys(schema.shape) : [];
}

function inside(schema: z.core.$ZodType | undefined, key: PropertyKey): z.core.$ZodType | undefined {
  const member = memberOf(schema, key);
  return member instanceof z.ZodMiniOptional ? member.def.innerType : member;
}

function memberOf(schema: z.core.$ZodType | undefined, key: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodMiniObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodMiniRecord) return schema.def.valueType;
  return schema instanceof z.ZodMiniArray ? schema.def.element : undefined;
}
