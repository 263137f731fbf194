import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const VERSION = "5.13.0";

/** A folder whose programs can require cozy-konnector-libs, or why there is none. */
export type CozyLibs = { readonly folder: string } | { readonly missing: string };

/** What npm says when nobody answers. */
const unreachable =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)\b/;

/**
 * Installs Cozy's own library for connectors into a temporary folder, which later runs on this machine find again. Where the
 * registry cannot be reached, says so; rejects when npm fails for another reason.
 */
export async function installCozyLibs(): Promise<CozyLibs> {
  const folder = join(tmpdir(), `willcall-cozy-konnector-libs-${VERSION}-${userInfo().username}`);
  const isThere = await access(join(folder, "node_modules", "cozy-konnector-libs")).then(
    () => true,
    () => false,
  );
  if (isThere) return { folder };
  const draft = await mkdtemp(join(tmpdir(), "willcall-cozy-"));
  await writeFile(
    join(draft, "package.json"),
    // Its own geco comes from a git repository, which many machines cannot reach; this one is the same from the registry.
    JSON.stringify({
      private: true,
      dependencies: { "cozy-konnector-libs": VERSION },
      overrides: { geco: "0.11.1" },
    }),
  );
  // Its peers are apps for telephones.
  const flags = [
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--legacy-peer-deps",
    "--prefer-offline",
    "--fetch-retries=1",
    "--loglevel=error",
  ];
  const npm = spawn("npm", ["install", ...flags], {
    cwd: draft,
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
  const [said, [code]] = await Promise.all([text(npm.stderr), once(npm, "exit")]);
  if (code !== 0) {
    await rm(draft, { recursive: true });
    if (unreachable.test(said)) return { missing: "cozy-konnector-libs: the npm registry cannot be reached" };
    throw new Error(`cozy-konnector-libs cannot be installed: ${said}`);
  }
  await mkdir(folder, { recursive: true });
  await rm(folder, { recursive: true });
  await rename(draft, folder);
  return { folder };
}
