import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const guides = readdirSync(join(root, "docs/guides")).map((name) => `docs/guides/${name}`);
const documents = ["packages/client/README.md", ...guides];

/** The TypeScript in a document, each block with the name of its place. */
const blocks = documents.flatMap((path) =>
  [...readFileSync(join(root, path), "utf8").matchAll(/```(tsx?)\n(.*?)```/gs)].map(
    ([, loader, code], index) => ({
      place: `${path}, block ${index + 1}`,
      loader: loader === "tsx" ? ("tsx" as const) : ("ts" as const),
      code: code ?? "",
    }),
  ),
);

describe("the guides", () => {
  test.each(blocks)(
    "show code that builds, with names that are exported: $place",
    async ({ loader, code }) => {
      const { errors } = await build({
        stdin: { contents: code, loader, resolveDir: import.meta.dirname },
        bundle: true,
        format: "esm",
        platform: "node",
        jsx: "automatic",
        external: ["react", "react/*"],
        write: false,
        logLevel: "silent",
      });
      expect(errors).toEqual([]);
    },
  );
});
