import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The entries of a package.json's `exports`. */
type Entries = Readonly<Record<string, string>>;

/** What lies beside the sources and is published as it is, where it is there. */
const ASIDE = ["bin", "schema", "README.md", "LICENSE"];

const root = join(import.meta.dirname, "..");

/**
 * Makes what gets published of a package (`npm publish <package>/dist`): JavaScript where the sources are TypeScript,
 * types, and a package.json whose entries name them. Here in the repository the entries name the sources, so that
 * nothing has to be built to run an example or a test. Throws when the sources do not compile.
 *
 * @param folder the package, with a `tsconfig.build.json` that names what is published
 * @param dist absolute path; what was there is deleted
 */
export function buildPackage(folder: string, dist: string): void {
  rmSync(dist, { recursive: true, force: true });
  const { status } = spawnSync("tsc", ["-p", join(folder, "tsconfig.build.json"), "--outDir", dist], {
    stdio: "inherit",
    env: { ...process.env, PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter) },
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`${folder} does not compile`);
  for (const path of globSync("src/**/*.json", { cwd: folder })) {
    // Beside what was compiled lies what it reads; the tests' own files lie elsewhere.
    if (existsSync(join(dist, dirname(path)))) cpSync(join(folder, path), join(dist, path));
  }
  for (const name of ASIDE) {
    const path = join(folder, name);
    if (existsSync(path)) cpSync(path, join(dist, name), { recursive: true });
  }
  cpSync(join(root, "LICENSE"), join(dist, "LICENSE"));
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  writeFileSync(join(dist, "package.json"), `${JSON.stringify(published(manifest), null, 2)}\n`);
}

/** A package.json as it is published. `private` keeps the sources from being published in its place. */
function published(manifest: { scripts?: unknown; private?: unknown; exports: Entries }): object {
  const { scripts: _scripts, private: _private, exports: entries, ...rest } = manifest;
  const built = Object.entries(entries).map(([name, source]) => {
    const file = source.replace(/\.tsx?$/, "");
    return [name, file === source ? source : { types: `${file}.d.ts`, default: `${file}.js` }];
  });
  return { ...rest, exports: Object.fromEntries(built) };
}

/** `npm run build -w <package>`. */
if (import.meta.main) buildPackage(process.cwd(), join(process.cwd(), "dist"));
