import { join } from "node:path";
import type { Files } from "../config/sources.ts";
import { MANIFEST_FILE, type Manifest, type ReadManifest, readManifest } from "./manifest.ts";

/** A program that uses an account, and where it lies. */
export interface Connector {
  /** Absolute path of its directory. */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Reads the manifest in a connector's directory (absolute); what is wrong with it comes back as mistakes. */
export async function openManifest(files: Pick<Files, "read">, directory: string): Promise<ReadManifest> {
  const file = await files.read(join(directory, MANIFEST_FILE));
  if (file.ok) return readManifest(file.text);
  const absent = file.reason === "absent";
  const remedy = absent ? "Name the directory of a connector." : "Check who may read it.";
  const problem = absent ? "is not there" : "cannot be read";
  return {
    ok: false,
    code: absent ? "manifest_missing" : "manifest_unreadable",
    mistakes: [{ path: MANIFEST_FILE, problem, remedy }],
  };
}
