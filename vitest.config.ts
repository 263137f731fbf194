import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Much of the suite waits for processes and sockets: two at a time on two cores, not one.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.worker.test.ts"],
          // Properties are tried many times over: on a busy machine the usual five seconds are too few.
          testTimeout: 30_000,
        },
      },
      "./vitest.workers.config.ts",
      {
        extends: "./vitest.workerd.config.ts",
        test: {
          name: "workerd",
          runner: "conformance/support/abridged-runner.ts",
          includeTaskLocation: true,
        },
      },
      {
        test: {
          name: "conformance",
          include: ["conformance/*.test.ts", "conformance/clients/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // Waiting is not measuring: a busy machine may take longer than the usual second.
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: "browser",
          include: ["conformance/browser/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
});
