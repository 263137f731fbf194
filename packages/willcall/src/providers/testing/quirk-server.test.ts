import { afterAll, describe, expect, it } from "vitest";
import type { EgressFetch } from "../../platform.ts";
import { catalogue } from "../catalogue/index.ts";
import { catalogueMembers, type Definition, definitionSchema } from "../definition.ts";
import { createEgress } from "../egress.node.ts";
import { serveQuirks, type QuirkServer } from "./quirk-server.ts";
import { wholeLogin } from "./whole-login.ts";

const egress = createEgress({ allowLoopback: true });
const servers: QuirkServer[] = [];
afterAll(async () => {
  await egress.close();
  await Promise.all(servers.map((server) => server.close()));
});

async function overTheWire(provider: EgressFetch): Promise<EgressFetch> {
  const server = await serveQuirks(provider);
  servers.push(server);
  return server.through(egress.fetch);
}

async function definitionOf(id: string): Promise<Definition> {
  const facts = Object.entries((await catalogue.entry(id)) ?? {}).filter(
    ([name]) => !catalogueMembers.has(name),
  );
  return definitionSchema.parse(Object.fromEntries(facts));
}

describe("a scripted provider on loopback", () => {
  it.each(["google", "github", "slack", "notion", "zoho", "shopify"])(
    "plays %s over a real connection",
    async (id) => {
      const { provider, exchanged, revoked } = await wholeLogin(await definitionOf(id), overTheWire);
      expect(provider.objections).toEqual([]);
      expect(exchanged).toMatchObject({ ok: true });
      expect(revoked).toBe("revoked");
    },
  );

  it("objects to what its definition does not say", async () => {
    const stated = await definitionOf("notion");
    const { provider } = await wholeLogin(
      stated,
      async (play) => (request) =>
        play({ ...request, headers: { ...request.headers, authorization: "Basic wrong" } }),
    );
    expect(provider.objections).toEqual([
      "exchange: the Authorization header is wrong",
      "refresh: the Authorization header is wrong",
      "revocation: the Authorization header is wrong",
    ]);
  });
});
