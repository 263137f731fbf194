import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKind } from "./address.ts";

describe("the kind of an address", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
  ])("%s is public", (address) => expect(addressKind(address)).toBe("public"));

  it.each([
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "0:0:0:0:0:0:0:1",
  ])("%s is loopback", (address) => expect(addressKind(address)).toBe("loopback"));

  it.each([
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::7f00:1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "2002:a00:1::",
    "3fff::1",
  ])("%s is special", (address) => expect(addressKind(address)).toBe("special"));

  it.each([
    "example.com",
    "127.1",
    "0x7f000001",
    "2130706433",
    "1.2.3.256",
    "01.2.3.4",
    "1::2::3",
    "1:2:3",
    ":::",
    "",
  ])("%s is no address", (text) => expect(addressKind(text)).toBeUndefined());

  it("judges every IPv4 address alike when it is mapped into IPv6", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(addressKind(`::ffff:${address}`)).toBe(addressKind(address));
      }),
    );
  });

  it("knows every IPv6 address", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(addressKind(address)).toBeDefined();
      }),
    );
  });
});
