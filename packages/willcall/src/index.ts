/**
 * Willcall as a library, for programs that serve it themselves.
 *
 * @example
 * const { config } = await loadConfig({ cwd, env: process.env, flags: {}, files: diskFiles, catalogue, random: randomBytes });
 * const engine = openSqlite({ path: "willcall.db" });
 * const { url, close } = await serveNode({ config, engine, log: pinoLog(), listen: { host: "127.0.0.1", port: 8787 } });
 *
 * @module
 */
export { type Broker, createBroker, type Parts } from "./broker.ts";
export type { Catalogue } from "./config/catalogue.ts";
export type { Config } from "./config/config.ts";
export { type Loaded, loadConfig } from "./config/load.ts";
export { ConfigError, type Mistake } from "./config/mistakes.ts";
export type { ConfigSources, Files } from "./config/sources.ts";
export type { Connection } from "./connection.ts";
export { type KeyService, KeyServiceError } from "./crypto/key-service.ts";
export { diskFiles } from "./cli/files.ts";
export type { Engine } from "./engines/engine.ts";
export { StoreError, type StoreErrorCode } from "./engines/errors.ts";
export { openSqlite, type SqliteOptions } from "./engines/sqlite/open.ts";
export { type NodeOptions, serveNode, type Serving } from "./node.ts";
export type { Log } from "./observe/log.ts";
export { pinoLog } from "./observe/pino.ts";
export type { Platform } from "./platform.ts";
export { catalogue } from "./providers/catalogue/index.ts";
