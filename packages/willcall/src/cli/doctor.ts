import type { AppProvider } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import { ConfigError, didYouMean, sentence } from "../config/mistakes.ts";
import type { Discovery } from "../providers/discovery.ts";
import { compileValues } from "../providers/place.ts";
import type { Provider, ProviderClient } from "../providers/provider.ts";
import { compileUrl } from "../providers/template.ts";
import type { Probe } from "./probe.ts";

/** Milliseconds by which this machine's clock may differ from a provider's (security.md, "Defaults"). */
const MAX_SKEW = 60_000;

/** What one check found. */
export interface Finding {
  /** What was checked: `configuration`, `google: credentials`. */
  readonly check: string;
  readonly state: "good" | "warning" | "bad" | "skipped";
  /** What was found, and what to do about it: sentences without any secret or provider text. */
  readonly says: string;
}

/** What the doctor looks with. */
export interface Instruments {
  readonly load: () => Promise<Loaded>;
  readonly probe: Probe;
  readonly client: ProviderClient;
  readonly discovery: Discovery;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Checks the configuration, whether the broker answers at its public URL, and for each provider (or the `only`
 * one): discovery, TLS, clock, redirect URI, and whether it accepts our credentials, by refreshing with a token
 * that cannot exist.
 */
export async function examine(instruments: Instruments, only?: string): Promise<Finding[]> {
  let loaded: Loaded;
  try {
    loaded = await instruments.load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map((mistake) => ({
      check: "configuration",
      state: "bad",
      says: sentence(mistake),
    }));
  }
  const { config, warnings } = loaded;
  const findings: Finding[] = [
    { check: "configuration", state: "good", says: `Sound, in ${config.mode} at ${config.publicUrl}.` },
    ...warnings.map((says): Finding => ({ check: "configuration", state: "warning", says })),
    await checkPublicUrl(instruments.probe, config.publicUrl),
  ];
  const apps = config.accounts === undefined ? config.apps : [...config.apps, config.accounts];
  const all = Map.groupBy(
    apps.flatMap((app) => app.providers),
    ({ provider }) => provider,
  );
  const chosen = [...all].filter(([{ name }]) => only === undefined || name === only);
  if (chosen.length === 0 && only !== undefined) {
    const names = Array.from(all.keys(), ({ name }) => name);
    const says = `No app uses a provider of that name.${didYouMean(only, names)}`;
    findings.push({ check: "provider", state: "bad", says });
  }
  for (const [provider, uses] of chosen)
    findings.push(...(await examineProvider(instruments, provider, uses)));
  return findings;
}

async function checkPublicUrl(probe: Probe, publicUrl: string): Promise<Finding> {
  const check = "public URL";
  const answer = await probe(`${publicUrl}/healthz`);
  if (!answer.ok) {
    const says = `Nothing answers at ${publicUrl} (${answer.reason}). If the broker is not running now, that is why.`;
    return { check, state: "warning", says };
  }
  if (answer.status === 200) return { check, state: "good", says: `The broker answers at ${publicUrl}.` };
  const says = `${publicUrl}/healthz answers with status ${answer.status}: something else is there, or the store is down.`;
  return { check, state: "bad", says };
}

async function examineProvider(
  instruments: Instruments,
  provider: Provider,
  uses: readonly AppProvider[],
): Promise<Finding[]> {
  const finding = (check: string, state: Finding["state"], says: string): Finding => ({
    check: `${provider.name}: ${check}`,
    state,
    says,
  });
  const uris = [...new Set(uses.map(({ redirectUri }) => redirectUri))].join(" and ");
  const findings = [finding("redirect URI", "good", `Must be registered there exactly so: ${uris}`)];

  const { issuer } = provider.definition;
  const metadata = issuer === undefined ? undefined : await instruments.discovery.read(issuer);
  const definition = { ...metadata, ...provider.definition };
  if (issuer !== undefined && metadata === undefined) {
    const isNeeded = definition.token_endpoint === undefined;
    const says = `${issuer} publishes no metadata that could be read.`;
    findings.push(finding("discovery", isNeeded ? "bad" : "warning", says));
    if (isNeeded) return findings;
  } else if (issuer !== undefined) {
    findings.push(finding("discovery", "good", `${issuer} says where its endpoints are.`));
  }

  const values = compileValues(definition, provider.clientId)({}, {});
  const endpoint = values && compileUrl(definition.token_endpoint ?? "", definition.hosts)(values);
  if (endpoint === undefined) {
    const says = "Its endpoints depend on what each login says, so there is nothing to reach yet.";
    return [...findings, finding("connection", "skipped", says)];
  }
  const answer = await instruments.probe(endpoint);
  if (!answer.ok) {
    return [
      ...findings,
      finding("connection", "bad", `Its token endpoint cannot be reached: ${answer.reason}.`),
    ];
  }
  findings.push(finding("connection", "good", "Its token endpoint answers."));
  if (answer.date !== undefined) {
    const skew = Math.round((instruments.now() - answer.date) / 1_000);
    const isRight = Math.abs(skew) * 1_000 <= MAX_SKEW;
    const says = isRight
      ? "This machine's clock agrees."
      : `This machine's clock is ${skew} s off. Set it by NTP.`;
    findings.push(finding("clock", isRight ? "good" : "bad", says));
  }
  findings.push(finding("credentials", ...(await tryCredentials(instruments.client, provider))));
  return findings;
}

/** Refreshes with a token that cannot exist: a provider that complains of the token accepts the client. */
async function tryCredentials(
  client: ProviderClient,
  provider: Provider,
): Promise<[Finding["state"], string]> {
  if (provider.definition.refresh?.supported === false) {
    return ["skipped", "It has no refresh, so credentials are tried only by a login."];
  }
  const result = await client.refresh(provider, "willcall-doctor-not-a-token", { inputs: {}, captured: {} });
  const failure = result.ok ? undefined : result.failure;
  if (failure?.reason === "dead_token") return ["good", "It accepts our client id and secret."];
  if (failure?.error === "invalid_client") {
    return ["bad", "It does not accept our client id and secret. Copy both again from its console."];
  }
  const why =
    failure === undefined ? "it took a token that cannot exist" : failure.reason.replaceAll("_", " ");
  return ["warning", `It does not say whether it accepts our client id and secret (${why}). Try a login.`];
}

const marks = { good: "✓", warning: "!", bad: "✗", skipped: "–" } as const;

/** The findings as text for a person. */
export function findingsText(findings: readonly Finding[]): string {
  return findings.map(({ check, state, says }) => `${marks[state]} ${check}: ${says}`).join("\n");
}
