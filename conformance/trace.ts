import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;

/** Where the trace is published. */
export const PAGE = join(here, "..", "docs", "conformance.md");

/** The contracts and promises in short, in the order of the page. The other dialects' cases follow by their names. */
export const claims: ReadonlyMap<string, string> = new Map([
  ["A1", "`GET /` is 200 text: health"],
  ["A2", "`POST /authorize` without body or headers answers 200 with `url` and `readKey`, ready for a URL"],
  [
    "A3",
    "a callback ends on a page; without an authentic, live state it is a page of 400, and nothing is sent",
  ],
  ["A4", "a callback with an error says what happened and ends the login"],
  ["A5", "a poll that is pending or unknown is exactly 404 with an empty body"],
  ["A6", "a poll that is ready answers the provider's own token object, but for three changes"],
  ["A7", "a poll without a read key is 400 in text"],
  ["A8", "a poll of a login that ended without tokens is 410 in text; one that was taken is 404"],
  ["A9", "`POST /refresh` answers a token object, always with a usable `refresh_token`"],
  ["A10", "a refresh that fails is no JSON; raw provider tokens are accepted until the day named"],
  ["A11", "`code` is percent-decoded and nothing else"],
  ["A12", "CORS for the right origins on every answer, 403 for all others before any work"],
  ["A13", "polls are never answered with 429"],
  ["A14", "long-polls are opt-in and answer as soon as there is something to say"],
  ["A15", "an expiry that is unknown is not invented"],
  ["A16", "parameters of one provider never go to another"],
  ["client keys", "keys that the app makes: `/auth/authorize`, capped, confirmed, never overwritten"],
  ["B", "the native dialect: the app's own key, sealed boxes, typed outcomes, RFC-shaped token endpoints"],
  ["E", "accounts: providers provisioned as at a CouchDB, logins into accounts, Cozy's routes and documents"],
  ["S1", "a stolen database, backup or log holds no usable token, key or secret"],
  ["S2", "tokens that the broker can open are delivered once at most"],
  ["S3", "nothing is sent to a provider for an unknown, used, expired or foreign state"],
  ["S4", "secret, codes and refresh tokens are in no URL, log line or answer"],
  ["S5", "a login from anywhere but its app is confirmed, and finished in the browser that launched it"],
  ["S6", "refresh works only with this broker's handles, for the same app and origin"],
  ["S7", "everything short-lived dies by its time"],
  ["S8", "no page loads anything from elsewhere; nothing is shown unescaped"],
  ["S9", "a hostile provider or client costs bounded time and memory, and its words are never echoed"],
  ["S10", "the contracts of published clients hold byte for byte"],
  ["S11", "a crash or a lost connection loses no login that can still be completed"],
]);

/** One test, as its source names it. */
export interface Case {
  /** The contracts and promises that it holds the broker to. */
  readonly claims: readonly string[];
  /** Its name without them; `%s` stands for what a table of rows puts there. */
  readonly name: string;
  /** Its file's path inside this directory. */
  readonly file: string;
}

const claim = String.raw`(?:[ACDS]\d+|B\d*|E|client keys)`;
const title = new RegExp(String.raw`["'\x60](${claim}(?:(?:, | to )${claim})*): ([^"\n]+?)["'\x60],`, "g");

/** `A1 to A9` in full. */
function spread(listed: string): string[] {
  return listed.split(", ").flatMap((part) => {
    const [, letter = "", from, to] = /^([A-Z])(\d+) to [A-Z](\d+)$/.exec(part) ?? [];
    if (from === undefined) return [part];
    const count = Number(to) - Number(from) + 1;
    return Array.from({ length: count }, (_, index) => `${letter}${Number(from) + index}`);
  });
}

/** Every case whose name begins with a contract or promise, in the order of files and lines. */
export function collectCases(): Case[] {
  const files = readdirSync(here, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".test.ts"),
  );
  return files
    .sort((one, other) => one.localeCompare(other))
    .flatMap((file) =>
      Array.from(readFileSync(join(here, file), "utf8").matchAll(title), ([, listed = "", name = ""]) => ({
        claims: spread(listed),
        name,
        file,
      })),
    );
}

/** A case as the page lists it. */
export function lineOf({ file, name }: Case): string {
  const text = name.replaceAll("|", "\\|").replaceAll("<", "&lt;");
  return `| [${file.replace(/\.test\.ts$/, "")}](../conformance/${file}) | ${text} |`;
}

/** `D9` before `D10`. */
const byNumber = (one: string, other: string): number => one.localeCompare(other, "en", { numeric: true });

/** The page: what is claimed, and the cases for it. */
function render(cases: readonly Case[]): string {
  const others = [...new Set(cases.flatMap((one) => one.claims))].filter((name) => !claims.has(name));
  const section = (name: string, what: string | undefined): string => {
    const rows = cases.filter((one) => one.claims.includes(name)).map(lineOf);
    const heading = what === undefined ? name : `${name}: ${what}`;
    return [`### ${heading}`, "", "| file | case |", "|---|---|", ...rows, ""].join("\n");
  };
  return [
    "# What is tested from outside",
    "",
    "The suite in [`conformance/`](../conformance) talks to a running broker over HTTP and knows nothing of its",
    "inside: `npx vitest run --project conformance`. Each case names the contract (`A1` to `A16`, client-made keys,",
    "`B`, …) or the promise ([`S1` to `S11`](../SECURITY.md)) that it holds the broker to. A provider that misbehaves",
    "is played by a scripted one on loopback; the happy paths also run against a certified OpenID provider.",
    "",
    "This page is made from the cases' names by `node scripts/run.mjs conformance/trace.ts`; a test fails when it",
    "names one that is gone, or when a contract or promise has none.",
    "",
    ...[...claims].map(([name, what]) => section(name, what)),
    "## Other dialects",
    "",
    "What `C` and `D` stand for, and how they follow the RFCs: [Standard clients](conformance-oauth.md).",
    "",
    ...others.sort(byNumber).map((name) => section(name, undefined)),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, render(collectCases()));
