import { describe, expect, test } from "vitest";
import { loadConfig } from "./load.ts";
import { sources, workerVariables } from "./sources.fixture.ts";

describe("the Framer worker's variables alone", () => {
  test("make one app at the root", async () => {
    const { config, listen } = await loadConfig(sources({ env: workerVariables }));
    expect(config.publicUrl).toBe("https://localhost:8787");
    expect(config.mode).toBe("development");
    expect(config.apps).toHaveLength(1);
    expect(config.apps[0]).toMatchObject({
      name: "",
      launch: "page",
      confirm: "auto",
      refresh: "sealed",
      refreshRawUntil: "90-days-from-first-start",
      origins: { framer: [{ id: "37bb6c", parent: "plugins.framercdn.com" }], opaque: false },
      providers: [{ scope: { verbatim: "read write" }, redirectUri: "https://localhost:8787/redirect" }],
    });
    expect(listen).toEqual({ host: "127.0.0.1", port: 8787, https: false });
  });
});
