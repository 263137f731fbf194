import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineProject } from "vitest/config";

/** Tests that run inside workerd, against real Durable Objects and D1. */
export default defineProject({
  plugins: [
    cloudflareTest({
      main: "./packages/willcall/src/engines/durable-object/testing.worker.ts",
      remoteBindings: false,
      miniflare: {
        compatibilityDate: "2026-07-01",
        compatibilityFlags: ["nodejs_compat"],
        durableObjects: { MAILBOXES: { className: "TestShard", useSQLite: true } },
        d1Databases: ["RECORDS"],
      },
    }),
  ],
  test: { name: "workers", include: ["packages/*/src/**/*.worker.test.ts"], testTimeout: 60_000 },
});
