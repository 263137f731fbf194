import * as z from "zod/mini";

/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What we read of vitest's JSON report. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/**
 * Counts from vitest's JSON report (`undefined` when it wrote none). A file that could not even be loaded counts as
 * one failure; so does a run that failed without any (`succeeded` is false: an unhandled error, or no report).
 */
export function countTests(json: string | undefined, succeeded: boolean): Counts {
  const report = Report.safeParse(parse(json));
  if (!report.success) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report.data;
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = numFailedTests + broken.length;
  return {
    passed: numPassedTests,
    failed: succeeded ? failed : Math.max(failed, 1),
    skipped: numPendingTests + numTodoTests,
  };
}

/** Adds up. */
export function sum(all: readonly Counts[]): Counts {
  return all.reduce((a, b) => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }));
}

function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "");
  } catch {
    return undefined;
  }
}
