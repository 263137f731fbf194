import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { ConfigError } from "../config/mistakes.ts";
import { type ConnectorWorld, runOne } from "./connector.ts";
import { diskFiles } from "./files.ts";
import { Refused } from "./operator-client.ts";

const account = "AbcdefghijklmnopqrstuA";
const access_token = "opaque-access-token";

let directory: string;
let said: string[];
let complained: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "connector-"));
  said = [];
  complained = [];
  return () => rm(directory, { recursive: true });
});

const client: ConnectorWorld["client"] = {
  account: async (id) =>
    id === account
      ? {
          id,
          owner: "me",
          provider: "google",
          label: null,
          scope: null,
          status: "connected",
          reason: null,
          version: 1,
          created_at: "",
          renewed_at: "",
          expires_at: null,
          used_at: null,
        }
      : undefined,
  shownTokens: async () => [access_token],
  connectorToken: async () => ({ token: "wcc1.token", expires_at: "" }),
};

interface Given {
  manifest?: unknown;
  program?: string;
  of?: string;
  timeLimit?: string;
}

async function run({ manifest, program = "", of = account, timeLimit }: Given = {}): Promise<number> {
  const written = manifest ?? { slug: "photos", oauth: { account_type: "google" } };
  await writeFile(join(directory, "manifest.konnector"), JSON.stringify(written));
  await writeFile(join(directory, "index.js"), program);
  const world: ConnectorWorld = {
    client,
    url: "https://login.example.com",
    files: diskFiles,
    onStopSignal: () => {},
    terminal: {
      cwd: directory,
      env: process.env,
      say: (line) => said.push(line),
      complain: (line) => complained.push(line),
    },
  };
  return runOne(world, { directory: ".", account: of, timeLimit, locale: "fr" });
}

it("prints what a connector says, line by line, without tokens", async () => {
  const program = `
    console.log(JSON.stringify({ type: "info", message: process.env.COZY_URL + " " + process.env.COZY_LOCALE }));
    console.log(JSON.stringify({ type: "warn", message: "sent ${access_token}" }));`;
  expect(await run({ program })).toBe(0);
  expect(said).toEqual(["info     https://login.example.com/ fr", "warn     sent [secret]"]);
  expect(complained).toEqual(["photos has succeeded."]);
});

it("shows the last error, says what to do, and ends with the program's exit code", async () => {
  const program = `
    console.log(JSON.stringify({ type: "critical", message: "USER_ACTION_NEEDED.OAUTH_OUTDATED" }));
    process.exitCode = 3;`;
  expect(await run({ program })).toBe(3);
  expect(complained).toEqual([
    `photos has failed: USER_ACTION_NEEDED.OAUTH_OUTDATED. Run \`willcall login --account ${account}\` to connect it again.`,
  ]);
});

it("ends a connector whose time is over, as `timeout` does", async () => {
  expect(await run({ program: "setInterval(() => {}, 1000)", timeLimit: "1" })).toBe(124);
  expect(complained).toEqual(["photos has run for too long: its time was over"]);
});

it("starts nothing with a manifest that cannot be used, and says what is wrong with it", async () => {
  const manifest = { slug: "photos", oauth: { scope: [7], account_type: "" } };
  await expect(run({ manifest, program: 'console.log("started")' })).rejects.toThrow(
    /manifest\.konnector: oauth\.scope\[0\] is a number\.[^]*manifest\.konnector: oauth\.account_type is empty\./,
  );
  await expect(run({ manifest })).rejects.toBeInstanceOf(ConfigError);
  expect(said).toEqual([]);
});

it("refuses an account at another provider, and one that is not there", async () => {
  const elsewhere = run({ manifest: { slug: "facebook", oauth: { scope: false } } });
  await expect(elsewhere).rejects.toThrow("uses accounts at facebook, and this one is at google");
  await expect(run({ of: "nobody" })).rejects.toBeInstanceOf(Refused);
});

it("refuses a time that is none, or longer than its token lasts", async () => {
  for (const timeLimit of ["0", "1801", "-1", "soon"]) {
    await expect(run({ timeLimit })).rejects.toThrow("Write seconds, from 1 to 1800.");
  }
});
