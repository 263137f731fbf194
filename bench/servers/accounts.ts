/** Willcall that keeps accounts, as the CLI serves it. */
import { keepYoungSpaceSmall } from "../../packages/willcall/src/cli/young-space.ts";
import { openSqlite } from "../../packages/willcall/src/engines/sqlite/open.ts";
import { serveNode } from "../../packages/willcall/src/node.ts";
import { pinoLog } from "../../packages/willcall/src/observe/pino.ts";
import { Secret } from "../../packages/willcall/src/secret.ts";
import { appFor } from "./config.ts";
import { report } from "./report.ts";

keepYoungSpaceSmall();
const { PROVIDER_PORT = "", DATA = "", ROOT_KEY = "", OPERATOR_TOKEN = "" } = process.env;
const { port } = await serveNode({
  config: {
    publicUrl: "http://localhost:8787",
    mode: "development",
    rootKeys: [new Secret(Buffer.from(ROOT_KEY, "base64"))],
    apps: [],
    accounts: { ...appFor(PROVIDER_PORT), name: "accounts" },
    operatorToken: new Secret(OPERATOR_TOKEN),
    connectors: [],
    trustedProxies: [],
    beginsPerMinute: 600,
    allowLoopbackProviders: true,
  },
  engine: openSqlite({ path: `${DATA}/willcall.sqlite` }),
  log: pinoLog(),
  listen: { host: "127.0.0.1", port: 0 },
});
report(port);
