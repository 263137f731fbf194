import { describe, expect, test } from "vitest";
import { countTests, sum } from "./test-report.ts";

const report = (change: object = {}): string =>
  JSON.stringify({
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [{ status: "passed", assertionResults: [{}] }],
    ...change,
  });

describe("counting tests", () => {
  test("todo and pending are skipped", () => {
    expect(countTests(report(), true)).toEqual({ passed: 5, failed: 0, skipped: 3 });
  });

  test("a file that can't be loaded is a failure", () => {
    const testResults = [{ status: "failed", assertionResults: [] }];
    expect(countTests(report({ testResults }), false).failed).toBe(1);
  });

  test("an unhandled error fails a run in which every test passed", () => {
    expect(countTests(report(), false).failed).toBe(1);
  });

  test.each([undefined, "", "{", "{}"])("without a readable report (%j) there is a failure", (json) => {
    expect(countTests(json, true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("sums add up", () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(sum([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});
