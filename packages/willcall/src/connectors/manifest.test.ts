import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentence } from "../config/mistakes.ts";
import { type Manifest, readManifest } from "./manifest.ts";

const read = (manifest: unknown): Manifest => {
  const result = readManifest(JSON.stringify(manifest));
  if (!result.ok) throw new Error(result.mistakes.map(sentence).join("\n"));
  return result.manifest;
};

const refused = (text: string): { code: string; sentences: string[] } => {
  const result = readManifest(text);
  if (result.ok) throw new Error("the manifest was read");
  return { code: result.code, sentences: result.mistakes.map(sentence) };
};

const scopeOf = (scope: unknown) => read({ slug: "facebook", oauth: { scope } }).oauth?.scope;

describe("oauth.scope of a manifest (contract E)", () => {
  it("may be a string", () => expect(scopeOf("email profile")).toEqual(["email", "profile"]));

  it("may be a list, which means the same as its entries joined with spaces", () =>
    expect(scopeOf(["email profile", "openid"])).toEqual(["email", "profile", "openid"]));

  it("separates scopes by +, as Cozy's URLs do", () => {
    expect(scopeOf(["email+profile"])).toEqual(["email", "profile"]);
    expect(scopeOf("email+profile")).toEqual(["email", "profile"]);
  });

  it("asks for nothing where it is false, null, or empty", () => {
    for (const none of [false, null, "", "  ", [], [""]]) expect(scopeOf(none)).toEqual([]);
  });

  it("is the operator's affair where it is left out", () => {
    expect(read({ slug: "facebook", oauth: {} }).oauth).toEqual({ accountType: "facebook" });
  });

  it("names every scope once, in order, whatever stands between them", () => {
    const token = fc.string({
      unit: fc.constantFrom("a", "Z", "9", ":", "/", ".", "_", "-", ","),
      minLength: 1,
      maxLength: 8,
    });
    const separator = fc.constantFrom(" ", "+", "  ", " + ");
    fc.assert(
      fc.property(fc.array(fc.tuple(token, separator)), (pairs) => {
        const tokens = [...new Set(pairs.map(([one]) => one))];
        const joined = pairs.map(([one, between]) => one + between).join("");
        expect(scopeOf(joined)).toEqual(tokens);
        expect(scopeOf([joined, joined])).toEqual(tokens);
      }),
    );
  });

  it("is refused in any other shape, with its place and without its value", () => {
    const { code, sentences } = refused('{"slug": "a", "oauth": {"scope": ["ok", 7]}}');
    expect(code).toBe("manifest_invalid");
    expect(sentences).toEqual([
      "oauth.scope[1] is a number. Write scopes in printable ASCII, with spaces or + between them.",
    ]);
    expect(refused('{"slug": "a", "oauth": {"scope": true}}').sentences).toEqual([
      "oauth.scope is a boolean. Write a string of scopes, a list of them, or false for none.",
    ]);
    expect(refused('{"slug": "a", "oauth": {"scope": "hunter2\\n"}}').sentences.join()).not.toContain(
      "hunter2",
    );
  });
});

describe("a manifest", () => {
  it("names its account type, or has its slug for one", () => {
    expect(read({ slug: "photos", oauth: { account_type: "google" } }).oauth?.accountType).toBe("google");
    expect(read({ slug: "photos", oauth: { scope: false } }).oauth?.accountType).toBe("photos");
  });

  it("uses no OAuth where it does not say so", () => {
    expect(read({ slug: "trinlane" })).toEqual({
      slug: "trinlane",
      name: "trinlane",
      fields: [],
      parameters: {},
    });
  });

  it("has name, fields and parameters, and whatever else Cozy knows", () => {
    const manifest = read({
      name: "Google Photos",
      slug: "photos",
      language: "node",
      version: "1.0.0",
      fields: {
        access_token: { type: "hidden" },
        album: { required: false },
        advancedFields: "folderPath",
      },
      parameters: { page: 50 },
      permissions: {},
    });
    expect(manifest.name).toBe("Google Photos");
    expect(manifest.fields).toEqual([
      { name: "access_token", type: "hidden", required: true },
      { name: "album", type: "text", required: false },
    ]);
    expect(manifest.parameters).toEqual({ page: 50 });
  });

  it("says everything that is wrong with it at once", () => {
    expect(refused('{"slug": "../../etc", "language": "ruby", "oauth": []}').sentences).toHaveLength(3);
  });

  it("says where it stops being JSON, and quotes nothing of it", () => {
    const { code, sentences } = refused('{\n  "slug": "a",\n  "secret": "hunter2",\n}');
    expect(code).toBe("manifest_not_json");
    expect(sentences.join()).toMatch(/^manifest\.konnector is not JSON in line 4\. /);
    expect(sentences.join()).not.toContain("hunter2");
  });

  it("is an object", () => {
    for (const text of ["[]", "null", '"slug"', "7"]) expect(refused(text).code).toBe("manifest_invalid");
  });

  it("is read or refused with a reason, whatever stands in the file", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const result = readManifest(text);
        expect(result.ok || result.mistakes.length > 0).toBe(true);
      }),
    );
  });

  it("does not take __proto__ for a member", () => {
    const { parameters } = read(JSON.parse('{"slug": "a", "parameters": {"__proto__": {"x": 1}}}'));
    expect(Object.getPrototypeOf(parameters)).toBe(Object.prototype);
  });
});
