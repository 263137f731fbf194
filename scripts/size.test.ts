import { expect, test } from "vitest";
import { measure, measures } from "./size.ts";

test.each(measures)("the client keeps within its limits: $title", async (one) => {
  expect(await measure(one)).toBeLessThanOrEqual(one.limit);
});
