import { describe, expect, it } from "vitest";
import { ago } from "./ago.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const en = (milliseconds: number): string => ago(milliseconds, "en", "just now");

describe("how long ago", () => {
  it.each([
    [0, "just now"],
    [-HOUR, "just now"],
    [4_999, "just now"],
    [5 * SECOND, "5 seconds ago"],
    [59_999, "59 seconds ago"],
    [MINUTE, "1 minute ago"],
    [HOUR - 1, "59 minutes ago"],
    [23 * HOUR, "23 hours ago"],
    [DAY, "yesterday"],
    [29 * DAY, "29 days ago"],
    [31 * DAY, "last month"],
    [800 * DAY, "2 years ago"],
  ])("%d ms is %s", (milliseconds, said) => {
    expect(en(milliseconds)).toBe(said);
  });

  it("is told in the page's language", () => {
    expect(ago(2 * HOUR, "fr", "à l’instant")).toBe("il y a 2 heures");
  });

  it("says something of what is no time", () => {
    expect(en(Number.NaN)).toBe("just now");
  });
});
