import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileText, compileUrl, leadsToAllowedHost } from "./template.ts";

const shopHosts = ["*.myshopify.com"];
const shop = compileUrl("https://{shop}.myshopify.com/admin/oauth/access_token", shopHosts);
const server = compileUrl("{server}/oauth/v2/token", ["accounts.zoho.com", "accounts.zoho.eu"]);
const anywhere = compileUrl("https://{host}/oauth/token", ["*"]);

describe("templated hosts", () => {
  it("are filled in", () => {
    expect(shop({ shop: "my-shop" })).toBe("https://my-shop.myshopify.com/admin/oauth/access_token");
    expect(server({ server: "https://accounts.zoho.eu" })).toBe("https://accounts.zoho.eu/oauth/v2/token");
    expect(anywhere({ host: "git.example.org" })).toBe("https://git.example.org/oauth/token");
  });

  it.each([
    "evil.com/",
    "evil.com#",
    "evil.com?",
    "evil.com\\",
    "evil.com:443/",
    "x@evil.com",
    "x:y@evil.com/",
    "evil.com/.",
    "a.b",
    "",
    "-shop",
    "shop-",
    "SHOP",
    "ｓhop",
    "shop。evil",
    "shop\n",
    "shop%2eevil",
    "sh op",
    "[::1]",
    "a".repeat(64),
  ])("refuse %j as one label", (value) => {
    expect(shop({ shop: value })).toBeUndefined();
  });

  it.each([
    "https://evil.com",
    "https://accounts.zoho.com.evil.com",
    "https://accounts.zoho.com@evil.com",
    "https://accounts.zoho.com:8443",
    "https://evil.com/https://accounts.zoho.com",
    "http://accounts.zoho.com",
    "https://ACCOUNTS.zoho.com",
    "https://accounts.zoho.com#",
    "https://accounts.zoho.com\\",
    "//accounts.zoho.com",
    "",
  ])("refuse %j as a whole origin", (value) => {
    expect(server({ server: value })).toBeUndefined();
  });

  it.each([
    "localhost",
    "127.0.0.1",
    "10.0.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "[::1]",
    "example.com:8080",
    "user@example.com",
    "example.com.",
    "example..com",
    "example.123",
    "éxample.com",
  ])("refuse %j as any public host", (value) => {
    expect(anywhere({ host: value })).toBeUndefined();
  });

  it("stay undecided while a value is missing, whatever an object's prototype has", () => {
    expect(shop({})).toBeUndefined();
    expect(compileUrl("https://{constructor}.myshopify.com/", shopHosts)({})).toBeUndefined();
  });

  it("lead to an allowed host, whatever the value", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from("ab9-._/:@#?\\%[]&=ｅ。 \n")) }),
        (value) => {
          const url = shop({ shop: value });
          if (url === undefined) return;
          const { hostname, protocol, username, port, pathname } = new URL(url);
          expect(hostname).toMatch(/^[a-z0-9-]+\.myshopify\.com$/);
          expect([protocol, username, port, pathname]).toEqual([
            "https:",
            "",
            "",
            "/admin/oauth/access_token",
          ]);
        },
      ),
    );
  });
});

describe("values in paths, queries and parameters", () => {
  it("cannot leave their place in a URL", () => {
    const url = compileUrl("https://api.example.com/apps/{client_id}/token?tenant={tenant}", undefined);
    expect(url({ client_id: "a/../b?c#d", tenant: "x&y=z" })).toBe(
      "https://api.example.com/apps/a%2F..%2Fb%3Fc%23d/token?tenant=x%26y%3Dz",
    );
  });

  it("go into parameters and headers as they are", () => {
    expect(compileText("Client-ID {client_id}")({ client_id: "a&b $& $1" })).toBe("Client-ID a&b $& $1");
  });
});

describe("allowed hosts", () => {
  it("are compared whole, with a star for exactly one label or for any public name", () => {
    expect(leadsToAllowedHost("https://a.example.com/x", ["*.example.com"])).toBe(true);
    expect(leadsToAllowedHost("https://a.b.example.com/x", ["*.example.com"])).toBe(false);
    expect(leadsToAllowedHost("https://example.com/x", ["*.example.com"])).toBe(false);
    expect(leadsToAllowedHost("https://notexample.com?x", ["example.com"])).toBe(false);
    expect(leadsToAllowedHost("https://example.com?x", ["example.com"])).toBe(true);
    expect(leadsToAllowedHost("https://example.com", ["*"])).toBe(true);
    expect(leadsToAllowedHost("https://example.com", [])).toBe(false);
  });
});
