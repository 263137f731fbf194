import { build } from "esbuild";
import { readPack } from "../../packages/willcall/src/providers/catalogue/read-pack.ts";

/**
 * Bundles a Worker as Wrangler would: one module, with what the runtime brings left out. `willcall:catalogue` is the
 * packed catalogue as a text, made on the spot.
 *
 * @param entry absolute path of the module that is the Worker
 */
export async function bundleWorker(entry: string, { minify = false } = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    logLevel: "silent",
    plugins: [
      {
        name: "catalogue",
        setup: (builder) => {
          builder.onResolve({ filter: /^willcall:catalogue$/ }, ({ path }) => ({
            path,
            namespace: "catalogue",
          }));
          builder.onLoad({ filter: /.*/, namespace: "catalogue" }, async () => ({
            contents: JSON.stringify(await readPack()),
            loader: "text",
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? "";
}
