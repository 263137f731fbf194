import * as z from "zod/mini";
import { configFileSchema } from "../config/schema.ts";
import type { Loaded } from "../config/load.ts";
import type { Terminal } from "./terminal.ts";

/** The JSON Schema of `willcall.config.json`, as text: what editors complete from. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configFileSchema, { io: "input", target: "draft-7" });
  return `${JSON.stringify({ title: "Willcall configuration", ...schema }, null, 2)}\n`;
}

/** What a checked configuration amounts to, for a person or (`json`) for a program; holds no secret. */
export function describeConfig({ config, listen, dataDir, warnings }: Loaded, json: boolean): string {
  const apps = config.apps.map((app) => ({
    name: app.name,
    title: app.title,
    base: app.name === "" ? config.publicUrl : `${config.publicUrl}/${app.name}`,
    providers: app.providers.map(({ provider, redirectUri }) => ({ name: provider.name, redirectUri })),
  }));
  const facts = { publicUrl: config.publicUrl, mode: config.mode, listen, dataDir, apps, warnings };
  if (json) return JSON.stringify(facts, null, 2);
  return [
    `The configuration is sound (${config.mode}): ${config.publicUrl}, listening on ${listen.host}:${listen.port}.`,
    ...apps.flatMap(({ title, base, providers }) => [
      `${title}: ${base}`,
      ...providers.map(({ name, redirectUri }) => `  ${name}: register ${redirectUri}`),
    ]),
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join("\n");
}

/** Prints `describeConfig`. */
export function checkConfig(loaded: Loaded, json: boolean, terminal: Terminal): void {
  terminal.say(describeConfig(loaded, json));
}
