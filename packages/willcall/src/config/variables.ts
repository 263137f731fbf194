import { resolve } from "node:path";
import { didYouMean } from "./mistakes.ts";
import type { Path, Written } from "./written.ts";

/** Variables by name: `.dev.vars` with the environment over it. */
export type Variables = ReadonlyMap<string, string>;

/** What the command line said. */
export interface Flags {
  readonly config?: string | undefined;
  readonly data?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly https?: boolean | undefined;
}

const number = (value: string) => (/^\d{1,9}$/.test(value) ? Number(value) : value);
const flag = (value: string) =>
  ({ true: true, "1": true, false: false, "0": false, "": false })[value] ?? value;
const list = (value: string) => value.split(",").flatMap((entry) => entry.trim() || []);

/** Our own variables that say what the configuration file could: where each goes, and how it is read. */
const general: Readonly<Record<string, readonly [Path, (value: string) => unknown]>> = {
  WILLCALL_PUBLIC_URL: [["publicUrl"], String],
  WILLCALL_HOST: [["listen", "host"], String],
  WILLCALL_PORT: [["listen", "port"], number],
  WILLCALL_HTTPS: [["listen", "https"], flag],
  WILLCALL_KEYS: [["keys"], () => ["env:WILLCALL_KEYS"]],
  WILLCALL_OPERATOR_TOKEN: [["operatorToken"], () => "env:WILLCALL_OPERATOR_TOKEN"],
  WILLCALL_TRUSTED_PROXIES: [["trustedProxies"], list],
  WILLCALL_BEGINS_PER_MINUTE: [["beginsPerMinute"], number],
};

/** Our own variables for the app at the root, beside the Framer worker's. */
export const rootAppVariables: Readonly<Record<string, readonly [string, (value: string) => unknown]>> = {
  WILLCALL_TITLE: ["title", String],
  WILLCALL_LAUNCH: ["launch", String],
  WILLCALL_CONFIRM: ["confirm", String],
  WILLCALL_REFRESH: ["refresh", String],
  WILLCALL_CLIENT_KEYS: ["clientKeys", flag],
  WILLCALL_REDIRECT_URIS: ["redirectUris", list],
};

const known = [
  ...Object.keys(general),
  ...Object.keys(rootAppVariables),
  "WILLCALL_CONFIG",
  "WILLCALL_DATA",
  "WILLCALL_ORIGINS",
];

/** Lays our own variables over what the file says. A relative data directory starts at `cwd`. */
export function layVariables(written: Written, variables: Variables, cwd: string): void {
  const data = variables.get("WILLCALL_DATA");
  if (data) written.put(["data"], resolve(cwd, data), "WILLCALL_DATA");
  for (const [name, [path, read]] of Object.entries(general)) {
    const value = variables.get(name);
    if (value !== undefined) written.put(path, read(value), name);
  }
}

/** Lays the command line's flags over everything else. A relative data directory starts at `cwd`. */
export function layFlags(written: Written, flags: Flags, cwd: string): void {
  if (flags.data) written.put(["data"], resolve(cwd, flags.data), "--data");
  if (flags.host !== undefined) written.put(["listen", "host"], flags.host, "--host");
  if (flags.port !== undefined) written.put(["listen", "port"], number(flags.port), "--port");
  const namesFiles = typeof written.at(["listen", "https"]) === "object";
  if (flags.https && !namesFiles) written.put(["listen", "https"], true, "--https");
}

/** A warning for each `WILLCALL_…` variable that nobody reads but that resembles one that is read. */
export function misspelt(variables: Variables): string[] {
  const ours = [...variables.keys()].filter((name) => name.startsWith("WILLCALL_") && !known.includes(name));
  return ours.flatMap((name) => {
    const near = didYouMean(name, known);
    return near === "" ? [] : [`${name} is not a variable that Willcall knows.${near}`];
  });
}
