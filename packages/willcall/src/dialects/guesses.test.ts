import { describe, expect, it } from "vitest";
import { Guesses } from "./guesses.ts";

const WINDOW = 600_000;

/** How many wrong entries are let through when each comes from `address`. */
function wrongEntries(guesses: Guesses, address: (index: number) => string, now: number): number {
  let count = 0;
  while (count < 10_000 && guesses.tries(address(count), now)) count++;
  return count;
}

const same = (): string => "198.51.100.7";
const another = (index: number): string => `198.51.${index >> 8}.${index & 255}`;

describe("guesses of user codes", () => {
  it("are five from one address in ten minutes", () => {
    const guesses = new Guesses();
    expect(wrongEntries(guesses, same, 0)).toBe(5);
    expect(wrongEntries(guesses, same, WINDOW - 1)).toBe(0);
    expect(wrongEntries(guesses, same, WINDOW)).toBe(5);
  });

  it("are a hundred from all addresses together, and five more for each code that was given out", () => {
    const guesses = new Guesses();
    expect(wrongEntries(guesses, another, 0)).toBe(100);
    for (let code = 0; code < 10; code++) guesses.issued(0);
    expect(wrongEntries(guesses, (index) => another(index + 1000), 0)).toBe(50);
  });

  it("are counted per network for IPv6, within which a client chooses its address", () => {
    const guesses = new Guesses();
    expect(wrongEntries(guesses, (index) => `2001:db8:0:1::${index.toString(16)}`, 0)).toBe(5);
    expect(guesses.tries("2001:db8:0:2::1", 0)).toBe(true);
  });

  it("are not counted when they are right", () => {
    const guesses = new Guesses();
    for (let entry = 0; entry < 1_000; entry++) {
      expect(guesses.tries(same(), 0)).toBe(true);
      guesses.right(same());
    }
    expect(wrongEntries(guesses, same, 0)).toBe(5);
  });
});
