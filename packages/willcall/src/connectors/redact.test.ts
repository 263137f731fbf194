import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Redactor, mayHoldToken } from "./redact.ts";

const clean = (text: string): string => new Redactor().clean(text);

describe("a redactor", () => {
  it.each([
    ['{"oauth":{"access_token":"hunter2"}}', '{"oauth":{"access_token":"[secret]"}}'],
    ['"{\\"refresh_token\\":\\"hunter2\\"}"', '"{\\"refresh_token\\":\\"[secret]\\"}"'],
    ["GET /me?access_token=hunter2&page=2", "GET /me?access_token=[secret]&page=2"],
    ["client_secret: hunter2", "client_secret: [secret]"],
    ["Authorization: Bearer hunter2", "Authorization: [secret]"],
    ["sent Bearer hunter2 twice", "sent Bearer [secret] twice"],
    ["got eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.sig now", "got [secret] now"],
    ["given wcc1.AAAA-_", "given [secret]"],
    ["password='hunter2'", "password='[secret]'"],
  ])("takes secrets out of %s", (text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it("leaves everything else alone", () => {
    for (const text of ["12 tokens left", "bearer of news", "https://api.example/me?page=2"]) {
      expect(clean(text)).toBe(text);
    }
  });

  it("takes a value that it knows out of wherever it stands, also as URLs spell it", () => {
    const redactor = new Redactor();
    redactor.add("a/b+c=d&hunter2");
    expect(redactor.clean("x a/b+c=d&hunter2 a%2Fb%2Bc%3Dd%26hunter2 y")).toBe("x [secret] [secret] y");
  });

  it("takes a value out that was named like a secret before", () => {
    const redactor = new Redactor();
    redactor.clean('"access_token":"opaque-and-long"');
    expect(redactor.clean("trying opaque-and-long")).toBe("trying [secret]");
  });

  it("keeps no known secret, whatever stands around it", () => {
    const secret = fc.string({
      unit: fc.constantFrom("a", "B", "7", "-", "_", "/", "+"),
      minLength: 8,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, value, after) => {
        const redactor = new Redactor();
        redactor.add(value);
        expect(redactor.clean(before + value + after)).not.toContain(value);
      }),
    );
  });

  it("takes no time for long lines", () => {
    const text = "access_token".repeat(5_000);
    expect(clean(text)).toContain("access_token");
  });
});

it("says which texts may hold a token", () => {
  expect(mayHoldToken("12 bills saved in 3 seconds")).toBe(false);
  expect(mayHoldToken("token is ya29.A0ARrdaM-abcdef")).toBe(true);
});
