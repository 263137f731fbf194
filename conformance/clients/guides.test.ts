import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { type Chain, startChain } from "../support/chain.ts";
import { send } from "../support/http.ts";
import { OAuthApp } from "../support/oauth-app.ts";
import { hosts } from "./hosts.ts";

const folder = join(import.meta.dirname, "..", "..", "docs", "guides");
const EXAMPLE = "https://login.example.com";

const guide = (name: string): Promise<string> => readFile(join(folder, `${name}.md`), "utf8");

/** The first code block of a guide in a language. */
async function codeOf(name: string, language: string): Promise<string> {
  const [, code] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(await guide(name)) ?? [];
  if (code === undefined) throw new Error(`${name} shows no ${language}`);
  return code;
}

/** The chain with the redirect URIs that the guides tell the operator to name. */
async function start(): Promise<Chain> {
  const configuration: { apps: { fieldnotes: { redirectUris: string[] } } } = JSON.parse(
    await codeOf("oauth-clients", "json"),
  );
  return startChain({ redirectUris: configuration.apps.fieldnotes.redirectUris });
}

/** What a guide's code exports, run in a stand-in of its host against the chain. */
async function run(name: string, chain: Chain, host: object): Promise<Record<string, unknown>> {
  const code = (await codeOf(name, "js"))
    .replaceAll(EXAMPLE, chain.broker.base)
    // Here the broker has no https, which both libraries insist on.
    .replace('{ algorithm: "oauth2" }', '{ algorithm: "oauth2", execute: [client.allowInsecureRequests] }')
    .replace("const options = { [oauth", "const options = { [oauth.allowInsecureRequests]: true, [oauth");
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    plugins: [hosts],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
  });
  const built = await mkdtemp(join(tmpdir(), "willcall-guide-"));
  const file = join(built, "guide.mjs");
  await writeFile(file, outputFiles[0]?.text ?? "");
  Object.assign(globalThis, { host });
  try {
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(built, { recursive: true });
  }
}

/** A host that hands links of its scheme back to its extension. */
interface LinkHost {
  readonly open: (url: string | URL) => void;
  /** Set by the host's stand-in: what takes the link. */
  returned: (url: URL) => void;
}

function linkHost(chain: Chain): LinkHost {
  const host: LinkHost = {
    open: (url) => void chain.authorize(url).then((to) => host.returned(to)),
    returned: () => {},
  };
  return host;
}

/** Calls a function that a guide exports. */
async function call(exported: unknown): Promise<unknown> {
  if (typeof exported !== "function") throw new TypeError("the guide exports no such function");
  const result: unknown = await exported();
  return result;
}

const tokens = { access_token: expect.any(String), refresh_token: expect.stringMatching(/^wcr1\./) };

describe("the guides' code, unchanged but for the address", () => {
  it("D1, D6: Electron: logs in", async () => {
    await using chain = await start();
    const host = { open: (url: string) => chain.authorizeToTheEnd(url) };
    const { logIn } = await run("electron", chain, host);
    expect(await call(logIn)).toMatchObject(tokens);
  });

  it("D1, D5, D6: VS Code: logs in", async () => {
    await using chain = await start();
    const { logIn } = await run("vscode", chain, linkHost(chain));
    expect(await call(logIn)).toMatchObject(tokens);
  });

  it("D1, D5, D6: Obsidian: logs in", async () => {
    await using chain = await start();
    const host = linkHost(chain);
    Object.assign(globalThis, { window: { open: host.open } });
    const { default: Fieldnotes } = await run("obsidian", chain, host);
    const plugin: unknown = typeof Fieldnotes === "function" ? Reflect.construct(Fieldnotes, []) : undefined;
    if (!(plugin instanceof Object)) throw new TypeError("the guide exports no plugin");
    const method = (name: string): unknown => Reflect.get(plugin, name).bind(plugin);
    await call(method("onload"));
    expect(await call(method("logIn"))).toMatchObject(tokens);
  });

  it("D1, D5, D6, D10: Raycast: logs in, and refreshes when the token has expired", async () => {
    await using chain = await start();
    const { accessToken } = await run("raycast", chain, linkHost(chain));
    const first = await call(accessToken);
    expect(await call(accessToken)).toBe(first);
    Object.assign(globalThis, { host: { expired: true } });
    expect(await call(accessToken)).not.toBe(first);
  });

  it("D1, D6, D10, D13: Python with Authlib: logs in, refreshes and revokes", async () => {
    const python = ["python3", "/usr/bin/python3"].find(
      (one) => spawnSync(one, ["-c", "import authlib.integrations.requests_client"]).status === 0,
    );
    const said = python === undefined ? undefined : await runPython(python);
    if (said === undefined) console.log("Not run: no Python with Authlib here (Debian: python3-authlib).");
    expect(said ?? "Logged out").toContain("Logged out");
  });
});

/** Runs the Python guide; resolves to what it printed. A browser called `echo` prints the link, and the chain opens it. */
async function runPython(python: string): Promise<string> {
  await using chain = await start();
  const code = (await codeOf("python-cli", "python")).replaceAll(EXAMPLE, chain.broker.base);
  const child = spawn(python, ["-c", code], {
    env: { ...process.env, BROWSER: "echo %s", AUTHLIB_INSECURE_TRANSPORT: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith("http")) await chain.authorizeToTheEnd(line);
  }
  return lines.join("\n");
}

describe("the guides' addresses", () => {
  it("D14: lead somewhere, every one", async () => {
    await using chain = await start();
    const texts = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
    );
    const named = texts.flatMap((text) => text.match(/https:\/\/login\.example\.com\/[\w/.-]+/g) ?? []);
    const ours = new Set(named.filter((url) => url.includes("/fieldnotes")));
    expect(ours.size).toBeGreaterThan(5);
    for (const url of ours) {
      const { status } = await send(url.replace(EXAMPLE, chain.broker.base));
      expect({ url, found: status !== 404 }).toEqual({ url, found: true });
    }
  });

  it("D5: name redirect URIs that the configuration of the guides allows", async () => {
    await using chain = await start();
    const names = ["electron", "vscode", "obsidian", "raycast", "python-cli", "go-cli", "appauth"];
    for (const name of names) {
      const [, redirectUri = ""] = /redirect URI:\s+`([^`]+)`/i.exec(await guide(name)) ?? [];
      const app = new OAuthApp(chain.issuer, { clientId: "fieldnotes", redirectUri });
      expect({ name, status: (await app.authorize()).status }).toEqual({ name, status: 303 });
    }
  });
});
