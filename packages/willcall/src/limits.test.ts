import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AddressLimit } from "./limits.ts";

const MINUTE = 60_000;

/** Whether the second of two requests, one from each address, is still allowed where only one is. */
function areTwoClients(one: string, other: string): boolean {
  const limit = new AddressLimit(1);
  limit.allows(one, 0);
  return limit.allows(other, 0);
}

describe("a limit per address", () => {
  it("starts anew with every minute", () => {
    const limit = new AddressLimit(2);
    expect([1, 2, 3].map(() => limit.allows("203.0.113.5", 0))).toEqual([true, true, false]);
    expect(limit.allows("203.0.113.5", MINUTE)).toBe(true);
  });

  it("has none for loopback addresses", () => {
    const limit = new AddressLimit(1);
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
      expect([1, 2, 3].map(() => limit.allows(address, 0))).toEqual([true, true, true]);
  });

  it("takes an IPv6 network of 64 bits for one client, however its addresses are spelt", () => {
    for (const address of ["2001:db8:1:2:3::", "2001:DB8:0001:2:a:b:c:d", "2001:db8:1:2:0:0:0:1"])
      expect(areTwoClients("2001:db8:1:2::1", address)).toBe(false);
    expect(areTwoClients("2001:db8::1", "2001:db8:0:0:9::")).toBe(false);
    expect(areTwoClients("2001:db8:1:2::1", "2001:db8:1:3::1")).toBe(true);
  });

  it("takes an IPv4 address within IPv6 for that address", () => {
    expect(areTwoClients("203.0.113.5", "::ffff:203.0.113.5")).toBe(false);
    expect(areTwoClients("::ffff:203.0.113.5", "::ffff:203.0.113.6")).toBe(true);
  });

  it("takes every address", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(new AddressLimit(1).allows(address, 0)).toBe(true);
      }),
    );
  });
});
