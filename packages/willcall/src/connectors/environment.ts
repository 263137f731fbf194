import type { Json } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import type { Connector } from "./connector.ts";

/** Variables of ours that a connector may see: where programs and temporary files are, and how to reach the world. */
const PASSED = [
  "PATH",
  "HOME",
  "TMPDIR",
  "TZ",
  "LANG",
  "SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  // Windows cannot open a socket without the first.
  "SYSTEMROOT",
  "TEMP",
  "TMP",
];

/** What a connector is started with. */
export interface Start {
  readonly connector: Connector;
  /** The id of the account that it uses. */
  readonly account: string;
  /** Where the broker is, without a slash at the end. */
  readonly url: string;
  /** The bearer credential of this run. */
  readonly token: string;
  /** Names this run. */
  readonly run: string;
  /** Seconds. */
  readonly timeLimit: number;
  /** As `en` or `fr`. */
  readonly locale: string;
  /** Whether a person asked for this run, and may be there to answer. */
  readonly manual: boolean;
  /** What its account type gives it besides tokens. */
  readonly secret?: Secret<Json> | undefined;
}

/** Seconds between our time limit and the one that the connector is told, so that the two do not race. */
const GAP = 5;

/**
 * The environment of a connector, as Cozy's stack makes it for its konnector worker: everything of Cozy's, and of ours only
 * what a program needs to run. No root key, no operator's token, no client secret is among it.
 */
export function environmentOf(
  { connector, account, url, token, run, timeLimit, locale, manual, secret }: Start,
  ours: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const { slug, parameters } = connector.manifest;
  const passed = Object.entries(ours).flatMap(([name, value]) =>
    value !== undefined && PASSED.includes(name.toUpperCase()) ? [[name, value] as const] : [],
  );
  return {
    ...Object.fromEntries(passed),
    // Their logs are JSON lines then, and their data goes through COZY_URL.
    NODE_ENV: "production",
    COZY_URL: `${url}/`,
    COZY_CREDENTIALS: token,
    COZY_FIELDS: JSON.stringify({ account, konnector: slug }),
    COZY_PARAMETERS: JSON.stringify({ ...parameters, ...(secret && { secret: secret.reveal() }) }),
    COZY_LANGUAGE: "node",
    COZY_LOCALE: locale,
    COZY_TIME_LIMIT: String(timeLimit + GAP),
    COZY_JOB_ID: run,
    COZY_JOB_MANUAL_EXECUTION: String(manual),
  };
}
