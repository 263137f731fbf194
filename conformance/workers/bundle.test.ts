import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundleWorker } from "../support/worker-bundle.ts";

it("takes at most 150 KB gzipped, without the catalogue", async () => {
  const entry = join(import.meta.dirname, "..", "..", "packages", "willcall", "src", "worker.ts");
  const bundle = await bundleWorker(entry, { minify: true });
  expect(gzipSync(bundle, { level: 9 }).length).toBeLessThanOrEqual(150_000);
});
