import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether `node_modules` holds what `package-lock.json` asks for, judged by the lock file that npm leaves in there
 * after every complete installation. Optional packages may be missing: most are for other machines.
 *
 * @param {string} root the directory of `package-lock.json`
 */
export function installed(root) {
  const wanted = packagesIn(join(root, "package-lock.json"));
  const present = packagesIn(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted)
    .filter(([path]) => path.includes("node_modules/"))
    .every(([path, { version, optional, peer }]) =>
      present[path] === undefined ? optional === true || peer === true : present[path].version === version,
    );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean, peer?: boolean }> | undefined}
 */
function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8")).packages;
  } catch {
    return undefined;
  }
}
