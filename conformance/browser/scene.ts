import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Listening, listen } from "../../examples/demo/listen.ts";
import { type ProviderOptions, register, startProvider } from "../../examples/demo/provider.ts";
import { startSite } from "../../examples/demo/sites.ts";
import { catalogue } from "../../packages/willcall/src/providers/catalogue/index.ts";
import { diskFiles } from "../../packages/willcall/src/cli/files.ts";
import { loadConfig } from "../../packages/willcall/src/config/load.ts";
import { openSqlite } from "../../packages/willcall/src/engines/sqlite/open.ts";
import { serveNode } from "../../packages/willcall/src/node.ts";
import { type LogEvent, recordingLog } from "../../packages/willcall/src/observe/log.ts";

/** What differs from the demo. */
export interface SceneOptions {
  /** Further members of the app's configuration. */
  readonly app?: object;
  /** Headers on every page of the provider. */
  readonly providerHeaders?: ProviderOptions["headers"];
  /** How many token requests the provider's front door answers with 503 before it lets them through. */
  readonly failures?: number;
  /** Makes the broker keep accounts at the provider, too: further members of `accounts`. */
  readonly accounts?: object;
}

/** A broker, a provider, a plugin and strangers, each on an origin of its own. */
export interface Scene {
  readonly willcall: string;
  readonly plugin: string;
  readonly provider: string;
  /** A link that signs a browser in as `owner`, where accounts are kept. */
  signInLink(owner: string): Promise<string>;
  /** Serves one page on a new origin; resolves to that origin. */
  page(html: string): Promise<string>;
  /** Ends the broker, as a deployment does, and starts it again on the same data. */
  restart(): Promise<void>;
  /** What the broker has logged so far. */
  readonly events: readonly LogEvent[];
  close(): Promise<void>;
}

/** A port that nobody uses right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Sets the scene: everything runs in this process, on loopback, with a data directory of its own. */
export async function setScene(options: SceneOptions = {}): Promise<Scene> {
  const [port, pluginPort, providerPort, tokenPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const willcall = `http://localhost:${port}`;
  const plugin = `http://localhost:${pluginPort}`;
  const provider = `http://localhost:${providerPort}`;
  const registration = register();
  const closing: (() => Promise<unknown>)[] = [];
  const keep = (part: { close(): Promise<unknown> }) => closing.push(() => part.close());

  keep(
    await startProvider({
      ...registration,
      port: providerPort,
      redirectUri: `${willcall}${options.accounts ? "/accounts/meadow" : ""}/redirect`,
      ...(options.providerHeaders && { headers: options.providerHeaders }),
    }),
  );
  const demo = join(import.meta.dirname, "..", "..", "examples", "demo");
  keep(
    await startSite(pluginPort, join(demo, "plugin"), ["index.html", "plugin.mjs", "style.css"], {
      willcall,
    }),
  );
  keep(await startTokenDoor(tokenPort, `${provider}/token`, options.failures ?? 0));

  const folder = mkdtempSync(join(tmpdir(), "willcall-scene-"));
  const configuration = {
    publicUrl: willcall,
    listen: { host: "localhost", port },
    providers: {
      meadow: {
        title: "Meadow ID",
        authorization_endpoint: `${provider}/auth`,
        token_endpoint: `http://localhost:${tokenPort}/`,
        client_id: registration.clientId,
        client_secret: registration.clientSecret,
        token_endpoint_auth_method: "client_secret_basic",
        revocation_endpoint: `${provider}/token/revocation`,
        identity: { from: "endpoint", endpoint: `${provider}/me`, id: "sub", label: "name" },
        pkce: "required",
      },
    },
    apps: { "": { title: "Fieldnotes", provider: "meadow", scope: ["openid", "profile"], ...options.app } },
    ...(options.accounts && {
      accounts: {
        title: "Fieldnotes",
        providers: { meadow: { scope: ["openid", "profile"] } },
        ...options.accounts,
      },
    }),
  };
  const operatorToken = randomBytes(24).toString("base64url");
  const env = options.accounts ? { WILLCALL_OPERATOR_TOKEN: operatorToken } : {};
  writeFileSync(join(folder, "willcall.config.json"), JSON.stringify(configuration));
  const sources = { cwd: folder, env, flags: {}, files: diskFiles, catalogue, random: randomBytes };
  const { config, dataDir, listen: address } = await loadConfig(sources);
  const events: LogEvent[] = [];
  const log = recordingLog(({ event }) => events.push(event), Date.now);
  const start = () => {
    const engine = openSqlite({ path: join(dataDir, "willcall.db") });
    return serveNode({ config, engine, log, listen: address });
  };
  let broker = await start();
  keep({ close: () => broker.close() });

  return {
    willcall,
    plugin,
    provider,
    events,
    signInLink: async (owner) => {
      const headers = { authorization: `Bearer ${operatorToken}` };
      const body = JSON.stringify({ owner });
      const answer = await fetch(`${willcall}/api/owner-sessions`, { method: "POST", headers, body });
      const { url } = (await answer.json()) as { url: string };
      return url;
    },
    restart: async () => {
      await broker.close();
      broker = await start();
    },
    page: async (html) => {
      const own = await freePort();
      keep(await listen(own, (_, response) => response.setHeader("content-type", "text/html").end(html)));
      return `http://localhost:${own}`;
    },
    close: async () => {
      await Promise.all(closing.map((close) => close()));
      rmSync(folder, { recursive: true });
    },
  };
}

/** Stands before the token endpoint: fails as often as told, then passes requests on. */
function startTokenDoor(port: number, endpoint: string, failures: number): Promise<Listening> {
  let left = failures;
  return listen(port, (request, response) => {
    if (left-- > 0) response.writeHead(503).end();
    else passOn(endpoint, request, response).catch(() => response.destroy());
  });
}

async function passOn(endpoint: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { authorization = "", "content-type": type = "" } = request.headers;
  const headers = { authorization, "content-type": type };
  const answer = await fetch(endpoint, { method: "POST", headers, body: await text(request) });
  response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
}
