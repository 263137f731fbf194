import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redirectUriMatches } from "./clients.ts";

const registered = [
  "http://127.0.0.1/callback",
  "http://[::1]:8080/callback?x=1",
  "http://localhost/",
  "https://app.example/callback",
  "vscode://fieldnotes.notes/callback",
];

describe("a redirect URI", () => {
  it.each(registered)("%s matches itself", (uri) => {
    expect(redirectUriMatches(registered, uri)).toBe(true);
  });

  it.each([
    "http://127.0.0.1:1/callback",
    "http://127.0.0.1:65535/callback",
    "http://[::1]/callback?x=1",
    "http://[::1]:9/callback?x=1",
    "http://localhost:3000/",
    "http://localhost",
  ])("on loopback matches on any port: %s", (uri) => {
    expect(redirectUriMatches(registered, uri)).toBe(true);
  });

  it.each([
    "http://127.0.0.1:/callback",
    "http://127.0.0.1:123456/callback",
    "http://127.0.0.1:80@evil.example/callback",
    "http://127.0.0.1.evil.example/callback",
    "http://127.0.0.1:80:80/callback",
    "http://127.1/callback",
    "http://2130706433/callback",
    "http://127.0.0.2/callback",
    "http://localhost.evil.example/",
    "http://LOCALHOST/",
    "http://[::1]:8080/callback",
    "http://[::1]:8080/callback?x=1#",
    "http://127.0.0.1\\@evil.example/callback",
    "https://app.example:443/callback",
    "https://app.example/callback/",
    "vscode://fieldnotes.notes:80/callback",
    "",
  ])("is refused otherwise: %s", (uri) => {
    expect(redirectUriMatches(registered, uri)).toBe(false);
  });

  it("that matches leads to the registered host and path, whatever was sent", () => {
    const host = fc.constantFrom("127.0.0.1", "localhost", "[::1]:8080", "127.0.0.2", "evil.example");
    const piece = fc.constantFrom(":80", "@", "/", "callback", "?x=1", "#", "\\", ".", "evil");
    const pieces = fc.array(piece, { maxLength: 3 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(host, pieces, pieces, (name, before, after) => {
        const uri = `http://${name}${before}/${after}`;
        if (!redirectUriMatches(registered, uri)) return;
        const { hostname, pathname, hash, username } = new URL(uri);
        expect(["127.0.0.1", "localhost", "[::1]"]).toContain(hostname);
        expect(["/", "/callback"]).toContain(pathname);
        expect([hash, username]).toEqual(["", ""]);
      }),
      { numRuns: 2000 },
    );
  });
});
