import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { catalogue } from "../../packages/willcall/src/providers/catalogue/index.ts";
import { diskFiles } from "../../packages/willcall/src/cli/files.ts";
import { loadConfig } from "../../packages/willcall/src/config/load.ts";
import { openSqlite } from "../../packages/willcall/src/engines/sqlite/open.ts";
import { serveNode } from "../../packages/willcall/src/node.ts";
import { pinoLog } from "../../packages/willcall/src/observe/pino.ts";
import { startSite } from "./site.ts";
import type { Target } from "./target.ts";

/** The broker in this process: real sockets, a real store, and a clock that can be moved forward. */
export const inProcess: Target = {
  start: async (configuration, beginning) => {
    let ahead = 0;
    const now = (): number => Date.now() + ahead;
    return startSite(
      async ({ folder }, port, env, logs) => {
        const sources = { cwd: folder, env, flags: {}, files: diskFiles, catalogue, random: randomBytes };
        const { config, dataDir } = await loadConfig(sources);
        const log = pinoLog({ destination: { write: (line) => logs.push(line) } });
        const engine = openSqlite({ path: join(dataDir, "willcall.db") });
        const serving = await serveNode({ config, engine, log, listen: { host: "127.0.0.1", port }, now });
        return { stop: () => serving.close() };
      },
      configuration,
      beginning,
      (milliseconds) => {
        ahead += milliseconds;
      },
    );
  },
};
