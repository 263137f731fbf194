import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { providerSchema } from "../config/schema.ts";
import { english } from "../schemas.ts";
import { definitionSchema } from "./definition.ts";
import { wholeLogin } from "./testing/whole-login.ts";

const page = readFileSync(new URL("../../../../docs/providers.md", import.meta.url), "utf8");

/** The JSON examples of one kind in docs/providers.md. */
function examples(kind: string): unknown[] {
  return Array.from(page.matchAll(new RegExp(`\`\`\`json ${kind}\\n(.*?)\`\`\``, "gs")), ([, text = ""]) =>
    JSON.parse(text),
  );
}

describe("docs/providers.md", () => {
  it("has three worked definitions, each of which logs in, refreshes and needs no code", async () => {
    const definitions = examples("definition");
    expect(definitions).toHaveLength(3);
    for (const definition of definitions) {
      const { provider, exchanged, refreshed } = await wholeLogin(
        definitionSchema.parse(definition, english),
      );
      expect(provider.objections).toEqual([]);
      expect([exchanged.ok, refreshed?.ok]).toEqual([true, true]);
    }
  });

  it.each(examples("config"))("has configurations that can be used (%#)", (example) => {
    const { providers = {} } = Object(example);
    for (const provider of Object.values(providers)) {
      expect(providerSchema.safeParse(provider, english).error?.issues ?? []).toEqual([]);
    }
  });
});
