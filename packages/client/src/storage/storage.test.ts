import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type FigmaHost, figmaStorage, serveFigmaStorage } from "./figma.ts";
import { fileStorage } from "./file.ts";
import { memoryStorage } from "./memory.ts";
import type { ClientStorage } from "./storage.ts";
import { webStorage } from "./web.ts";

const folder = mkdtempSync(join(tmpdir(), "willcall-storage-"));
afterEach(() => {
  vi.unstubAllGlobals();
});

/** A stand-in for a browser's storage area. */
function area(broken?: "all" | "set"): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const items = new Map<string, string>();
  const refuse = (when: "all" | "set") => {
    if (broken === "all" || broken === when) throw new DOMException("denied", "SecurityError");
  };
  return {
    getItem: (key) => (refuse("all"), items.get(key) ?? null),
    setItem: (key, value) => (refuse("set"), items.set(key, value)),
    removeItem: (key) => void items.delete(key),
  };
}

/** Figma: a page whose parent is Figma's, and a main thread with its clientStorage. */
function figma(): ClientStorage {
  const parent = {};
  const values = new Map<string, unknown>();
  const page = new Set<(event: unknown) => void>();
  const main = new Set<(message: unknown) => void>();
  vi.stubGlobal("addEventListener", (_: string, heard: (event: unknown) => void) => page.add(heard));
  vi.stubGlobal("removeEventListener", (_: string, heard: (event: unknown) => void) => page.delete(heard));
  vi.stubGlobal(
    "parent",
    Object.assign(parent, {
      postMessage: ({ pluginMessage }: { pluginMessage: unknown }) => {
        for (const heard of main) heard(pluginMessage);
      },
    }),
  );
  const host: FigmaHost = {
    ui: {
      on: (_, heard) => void main.add(heard),
      postMessage: (pluginMessage) => {
        for (const heard of page) heard({ source: parent, data: { pluginMessage } });
      },
    },
    clientStorage: {
      getAsync: async (key) => values.get(key),
      setAsync: async (key, value) => void values.set(key, value),
      deleteAsync: async (key) => void values.delete(key),
    },
  };
  serveFigmaStorage(host);
  return figmaStorage();
}

/** A localStorage that is what `area` made. */
function web(broken?: "all" | "set"): ClientStorage {
  vi.stubGlobal("localStorage", area(broken));
  return webStorage("localStorage");
}

describe.each<[string, () => ClientStorage]>([
  ["memory", memoryStorage],
  ["localStorage", () => web()],
  ["a localStorage that is blocked", () => web("all")],
  ["a localStorage that is full", () => web("set")],
  ["Figma's clientStorage", figma],
  ["a file", () => fileStorage(join(folder, "deep", "tokens.json"))],
])("%s", (_, open) => {
  test("gives back what was set last, and nothing after remove", async () => {
    const storage = open();
    expect((await storage.get("a")) ?? null).toBeNull();
    await storage.set("a", "1");
    await storage.set("b", "2");
    await storage.set("a", "3");
    expect([await storage.get("a"), await storage.get("b")]).toEqual(["3", "2"]);
    await storage.remove("a");
    await storage.remove("b");
    expect((await storage.get("a")) ?? null).toBeNull();
  });
});

describe("localStorage", () => {
  test("blocked as a whole, where even naming it throws, becomes memory", () => {
    Object.defineProperty(globalThis, "localStorage", {
      configurable: true,
      get() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    const storage = webStorage("localStorage");
    storage.set("a", "1");
    expect(storage.get("a")).toBe("1");
    Reflect.deleteProperty(globalThis, "localStorage");
  });
});

describe("a file", () => {
  const path = join(folder, "tokens.json");

  test("is readable by its owner alone, and gone with its last record", async () => {
    const storage = fileStorage(path);
    await storage.set("a", "1");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await storage.remove("a");
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  test("keeps every one of many changes at once", async () => {
    const storage = fileStorage(path);
    await Promise.all(Array.from({ length: 20 }, (_, index) => storage.set(`key ${index}`, "1")));
    expect(Object.keys(JSON.parse(readFileSync(path, "utf8")))).toHaveLength(20);
  });

  test("that is broken counts as empty", async () => {
    writeFileSync(path, "{");
    expect(await fileStorage(path).get("a")).toBeNull();
    rmSync(path);
  });
});

describe("Figma's clientStorage", () => {
  test("leaves the plugin's own messages alone", () => {
    const heard: ((message: unknown) => void)[] = [];
    const answers: unknown[] = [];
    serveFigmaStorage({
      ui: { on: (_, listener) => void heard.push(listener), postMessage: (message) => answers.push(message) },
      clientStorage: {
        getAsync: () => Promise.reject(new Error("not asked")),
        setAsync: async () => {},
        deleteAsync: async () => {},
      },
    });
    for (const message of [undefined, null, "text", 7, { type: "resize" }]) heard[0]?.(message);
    expect(answers).toEqual([]);
  });
});
