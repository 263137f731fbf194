import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyDefinition } from "./testing/any-definition.ts";
import { wholeLogin } from "./testing/whole-login.ts";

describe("any definition", () => {
  it("is what arrives on the wire, and its secrets go nowhere else", async () => {
    await fc.assert(
      fc.asyncProperty(anyDefinition, async (definition) => {
        const { provider, exchanged, refreshed, revoked } = await wholeLogin(definition);
        expect(provider.objections).toEqual([]);
        expect(exchanged).toMatchObject({
          ok: true,
          tokens: { access_token: expect.stringMatching(/^access-/) },
        });
        expect(refreshed).toMatchObject({ ok: true, tokens: { refresh_token: expect.any(String) } });
        expect(revoked).toBe(definition.revocation_endpoint === undefined ? "unsupported" : "revoked");
      }),
      { numRuns: 300 },
    );
  }, 30_000);
});
