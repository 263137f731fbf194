import { defineConfig } from "vitest/config";

/** `npm run test:workerd`: the whole black-box suite against real workerd. `npm test` runs it abridged. */
export default defineConfig({
  test: {
    name: "conformance-workerd",
    env: { CONFORMANCE_TARGET: "workerd" },
    runner: "conformance/support/workerd-runner.ts",
    include: ["conformance/*.test.ts", "conformance/clients/*.test.ts", "conformance/workers/*.test.ts"],
    // They bring brokers of their own: processes to kill, two on one file, one to stop.
    exclude: [
      "conformance/{account-types-curl,accounts-cli,accounts-events,accounts-processes,connectors,crash,two-processes,drain,trace}.test.ts",
    ],
    maxWorkers: 2,
    // The Worker is bundled once for each process, not for each file.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Waiting is not measuring: a busy machine may take longer than the usual second.
    expect: { poll: { timeout: 10_000 } },
  },
});
