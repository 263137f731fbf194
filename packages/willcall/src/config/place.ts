import { resolve } from "node:path";
import type { Mode } from "./config.ts";
import { valueClass } from "./mistakes.ts";
import type { ConfigFile } from "./schema.ts";
import type { Gathered } from "./sources.ts";
import { isLoopback, parseOrigin } from "./urls.ts";

/** Where the process listens. */
export interface Listen {
  /** An address or host name. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** `self`: localhost's pair where there is one, else one made on the spot. Absolute paths otherwise. */
  readonly https: false | "self" | { readonly cert: string; readonly key: string };
}

/** Where the broker is, seen from inside and from outside. */
export interface Place {
  readonly listen: Listen;
  readonly publicUrl: string;
  readonly mode: Mode;
}

/**
 * Reads where to listen and what the public URL is: configured, or else the listening address as long as that is
 * loopback. Never anything from a request. When it cannot be known, a mistake says so and a stand-in is returned.
 */
export function readPlace(file: ConfigFile, gathered: Gathered): Place {
  const { host = "127.0.0.1", port = 8787, https = false } = file.listen ?? {};
  const listen: Listen = { host, port, https: readHttps(https, gathered.directory) };
  const publicUrl = readPublicUrl(file, listen, gathered);
  const mode = isLoopback(new URL(publicUrl).hostname) ? "development" : "production";
  if (mode === "development") gathered.warnings.push(...mismatches(publicUrl, listen));
  return { listen, publicUrl, mode };
}

/** Why a browser on this machine would not find the process at its public URL. A proxy in between may be meant. */
function mismatches(publicUrl: string, { port, https }: Listen): string[] {
  const url = new URL(publicUrl);
  const publicPort = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const warnings: string[] = [];
  if (url.protocol === "https:" && https === false) {
    warnings.push(
      `${publicUrl} is https, but this process serves http. Start it with --https, or put a proxy in front.`,
    );
  }
  if (port !== 0 && port !== publicPort) {
    warnings.push(`Browsers are sent to ${publicUrl}, but this process listens on port ${port}.`);
  }
  return warnings;
}

function readHttps(https: boolean | { cert: string; key: string }, directory: string): Listen["https"] {
  if (typeof https === "boolean") return https && "self";
  return { cert: resolve(directory, https.cert), key: resolve(directory, https.key) };
}

function readPublicUrl(file: ConfigFile, listen: Listen, { written, mistakes }: Gathered): string {
  const { host, port, https } = listen;
  const standIn = `${https === false ? "http" : "https"}://localhost:${port}`;
  if (file.publicUrl !== undefined) {
    const origin = parseOrigin(file.publicUrl);
    if (origin !== undefined) return origin;
    const remedy = "Write https, host and, if it is not 443, port; http is for localhost only.";
    mistakes.push(
      written.mistake(["publicUrl"], `is ${valueClass(file.publicUrl)} that is not a secure origin`, remedy),
    );
  } else if (
    written.at(["publicUrl"]) === undefined &&
    !(isLoopback(host.includes(":") ? `[${host}]` : host) && port > 0)
  ) {
    const remedy =
      "Write the origin under which browsers reach this broker, as publicUrl or WILLCALL_PUBLIC_URL.";
    mistakes.push(written.mistake(["publicUrl"], "is missing", remedy));
  }
  return new URL(standIn).origin;
}
