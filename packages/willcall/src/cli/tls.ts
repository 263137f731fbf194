import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import { ConfigError } from "../config/mistakes.ts";
import type { Listen } from "../config/place.ts";
import type { Files } from "../config/sources.ts";
import { selfSignedPem } from "./self-signed.ts";

/** A certificate and its private key, as PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** What TLS files are read from and written to. */
export interface TlsPlace {
  readonly cwd: string;
  /** Where a pair of our own making is kept: beside the root keys. */
  readonly directory: string;
  readonly files: Files;
  /** Replaces a file that only its owner can read. */
  readonly write: (path: string, text: string) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface ServedTls {
  readonly pair: TlsPair;
  /** The self-signed file that was made just now, if one was. */
  readonly made: string | undefined;
}

/** The file that holds the pair of our own making, key and certificate together, so that they always match. */
export const SELF_SIGNED_FILE = ".willcall-localhost.pem";

const day = 86_400_000;

/**
 * The pair to serve https with: the configured files; or `localhost.pem` and `localhost-key.pem` of the working
 * directory, as `mkcert localhost` makes them; or a self-signed pair, made when there is none or it ends within
 * a day. Throws `ConfigError` when configured files cannot be used.
 */
export async function readTls(https: Exclude<Listen["https"], false>, place: TlsPlace): Promise<ServedTls> {
  if (https !== "self") return { pair: await readConfigured(https, place.files), made: undefined };
  const [cert, key] = await Promise.all([
    place.files.read(resolve(place.cwd, "localhost.pem")),
    place.files.read(resolve(place.cwd, "localhost-key.pem")),
  ]);
  if (cert.ok && key.ok) return { pair: { cert: cert.text, key: key.text }, made: undefined };

  const path = resolve(place.directory, SELF_SIGNED_FILE);
  const kept = await place.files.read(path);
  if (kept.ok && endOf(kept.text) > place.now() + day) {
    return { pair: { cert: kept.text, key: kept.text }, made: undefined };
  }
  const pem = selfSignedPem(place.now() - day, place.now() + 365 * day);
  await place.write(path, pem);
  return { pair: { cert: pem, key: pem }, made: path };
}

async function readConfigured(paths: TlsPair, files: Files): Promise<TlsPair> {
  const [cert, key] = await Promise.all([files.read(paths.cert), files.read(paths.key)]);
  if (cert.ok && key.ok) return { cert: cert.text, key: key.text };
  const remedy = "Check the path and who may read it.";
  throw new ConfigError([
    ...(cert.ok
      ? []
      : [{ path: "listen.https.cert", problem: `names a file that is ${cert.reason}`, remedy }]),
    ...(key.ok ? [] : [{ path: "listen.https.key", problem: `names a file that is ${key.reason}`, remedy }]),
  ]);
}

/** When a certificate ends, in milliseconds since the epoch; 0 for what is none. */
function endOf(pem: string): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return 0;
  }
}
