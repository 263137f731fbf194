import { expect, test } from "vitest";
import { openSessionCode } from "../accounts/owner-session.ts";
import { loadConfig } from "../config/load.ts";
import { ConfigError } from "../config/mistakes.ts";
import { env, file, sources } from "../config/sources.fixture.ts";
import { Keyring } from "../crypto/keys.ts";
import { showHome } from "./home.ts";

const load = async (given: object) => loadConfig(sources({ file: { ...file, ...given }, env }));

/** What the command prints to standard output. */
async function printed(given: object, owner: string): Promise<{ text: string; keys: Keyring }> {
  const said: string[] = [];
  const loaded = await load(given);
  showHome(loaded, owner, { cwd: "/", env: {}, say: (line) => said.push(line), complain: () => {} });
  return { text: said.join(), keys: new Keyring(loaded.config.rootKeys) };
}

test("prints a link that this broker opens, for the owner that is named", async () => {
  const { text, keys } = await printed({ accounts: { providers: { p: {} } } }, "ada");
  expect(text).toMatch(/^https?:\/\/localhost:8787\/session\?code=/);
  const code = openSessionCode(keys, new URL(text).searchParams.get("code") ?? "", Date.now());
  expect(code).toMatchObject({ owner: "ada", origin: "terminal", returnTo: null });
});

test("says what to do where no accounts are kept", async () => {
  await expect(printed({}, "me")).rejects.toThrow(ConfigError);
});
