import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

/** What a plugin downloads, in bytes minified and gzipped, and the most it may be. */
export interface Measure {
  title: string;
  /** Entries of the client, bundled together. */
  entries: readonly string[];
  limit: number;
  /** Whether what is imported later counts, as in builds that make one file. */
  whole?: boolean;
}

/** Everything that is measured. */
export const measures: readonly Measure[] = [
  { title: "core", entries: ["index.ts"], limit: 4096 },
  { title: "core with React", entries: ["index.ts", "react.tsx"], limit: 5120 },
  { title: "core with the element", entries: ["index.ts", "element.ts"], limit: 5632 },
  { title: "  fetched while a login waits", entries: ["mailbox.ts"], limit: 1024 },
  { title: "  fetched for the read-key dialect", entries: ["read-key.ts"], limit: 1536 },
  { title: "core in a build of one file", entries: ["index.ts"], limit: 5632, whole: true },
  { title: "Figma storage", entries: ["storage/figma.ts"], limit: 1024 },
  { title: "migrations", entries: ["migrations.ts"], limit: 1024 },
];

/** Leaves what is imported later out: it is a file of its own in the plugin, too. */
const later: Plugin = {
  name: "later",
  setup(plugin) {
    plugin.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

/** The bytes of one measure. */
export async function measure({ entries, whole = false }: Measure): Promise<number> {
  const source = join(import.meta.dirname, "..", "packages", "client", "src");
  const { outputFiles } = await build({
    stdin: { contents: entries.map((entry) => `export * from "./${entry}";`).join("\n"), resolveDir: source },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: ["react", "react/*"],
    plugins: whole ? [] : [later],
    write: false,
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

/** `npm run size`: prints all of it, and fails where something is too big. */
async function main(): Promise<void> {
  for (const one of measures) {
    const bytes = await measure(one);
    const verdict = bytes > one.limit ? "  TOO BIG" : "";
    if (verdict) process.exitCode = 1;
    console.log(`${one.title.padEnd(36)}${bytes.toString().padStart(6)} of ${one.limit} bytes${verdict}`);
  }
}

if (import.meta.main) await main();
