import type { LineType } from "./runs.ts";

/** What one line of a connector's standard output says. */
export interface Said {
  readonly type: LineType;
  readonly message: string;
}

/** Characters of a message that are kept, as Cozy's stack does with lines. */
const LONGEST = 65_536;

/** Cozy's own names for how grave a line is, and the ones that its libraries use besides. */
const types: ReadonlyMap<string, LineType> = new Map([
  ["debug", "debug"],
  ["info", "info"],
  ["ok", "info"],
  ["warn", "warn"],
  ["warning", "warn"],
  ["error", "error"],
  ["critical", "critical"],
]);

/**
 * Reads a line in the format of cozy-konnector-libs: JSON with `type` and `message`. Whatever else a program prints is
 * `info` as it stands. Undefined: nothing to say, or the connector itself calls it secret.
 */
export function readLine(line: string): Said | undefined {
  const said = readJsonLine(line) ?? { type: "info", message: line };
  if (said === "secret") return undefined;
  const message = printable(said.message).slice(0, LONGEST);
  return message === "" ? undefined : { type: said.type, message };
}

function readJsonLine(line: string): Said | "secret" | undefined {
  if (!line.startsWith("{")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  if (value.type === "secret") return "secret";
  const type = types.get(String(value.type)) ?? "info";
  const message = "message" in value ? value.message : "";
  const label = "label" in value && typeof value.label === "string" ? `${value.label}: ` : "";
  return { type, message: label + (typeof message === "string" ? message : JSON.stringify(message)) };
}

/** On one line, and without what a terminal would take for a command. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
