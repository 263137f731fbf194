import { describe, expect, it } from "vitest";
import { endpoints, json, world, providerWith, beginInput } from "./testing/world.ts";

describe("pushed authorization requests", () => {
  const definition = { ...endpoints, pushed_authorization_request_endpoint: "https://as.example/par" };

  it("leave the browser only a reference", async () => {
    const { client, calls } = world({ "https://as.example/par": [json({ request_uri: "urn:x:1" }, 201)] });
    const result = await client.authorizationUrl(providerWith(definition), beginInput);
    expect(result).toEqual({
      ok: true,
      url: "https://as.example/authorize?client_id=client&request_uri=urn%3Ax%3A1",
    });
    expect(calls[0]?.body).toContain("state=state-1");
    expect(calls[0]?.body).toContain("client_secret=CANARY-secret");
  });

  it.each([
    json({}, 201),
    json({ request_uri: 1 }, 201),
    json({ error: "invalid_client" }, 401),
    json({}, 302),
  ])("that fail end the login before the browser leaves (%#)", async (answer) => {
    const { client } = world({ "https://as.example/par": [answer] });
    expect(await client.authorizationUrl(providerWith(definition), beginInput)).toMatchObject({ ok: false });
  });
});
