import { describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { Refused, brokerAddress, createOperatorClient } from "./operator-client.ts";

const url = "http://localhost:8787";
const configured = async () => ({ publicUrl: url, operatorToken: new Secret("configured") });
const withoutToken = async () => ({ publicUrl: url });
const unread = () => Promise.reject(new Error("the configuration was read"));

const client = (response: () => Response) =>
  createOperatorClient({ url, token: "t" }, async () => response());

describe("the broker that commands work with", () => {
  it("is what the variables say, and then no configuration is read", async () => {
    const env = { WILLCALL_URL: "https://login.example.com/", WILLCALL_OPERATOR_TOKEN: "set" };
    expect(await brokerAddress(env, unread)).toEqual({ url: "https://login.example.com", token: "set" });
  });

  it("is the configuration's, with a token from either", async () => {
    expect(await brokerAddress({}, configured)).toEqual({ url, token: "configured" });
    expect(await brokerAddress({ WILLCALL_OPERATOR_TOKEN: "set" }, configured)).toEqual({
      url,
      token: "set",
    });
  });

  it("is refused without a token, with what makes one", async () => {
    await expect(brokerAddress({}, withoutToken)).rejects.toThrow("operator-tokens create");
  });
});

describe("a broker's answer", () => {
  it.each([
    [
      "a problem",
      () => Response.json({ error: "x", error_description: "Do that." }, { status: 409 }),
      "Do that.",
    ],
    ["another server's page", () => new Response("<html>"), "No broker that keeps accounts answers"],
    ["a status alone", () => Response.json({}, { status: 500 }), "answered 500"],
    ["not as documented", () => Response.json({ access_token: 1 }), "answered 200"],
  ])("that is %s becomes a sentence for a person", async (_what, response, sentence) => {
    await expect(client(response).tokens("a")).rejects.toThrow(sentence);
  });
});

describe("the tokens that a connector sees", () => {
  it("are those of the account's document", async () => {
    const document = {
      _id: "a",
      oauth: { access_token: "one", token_type: "bearer" },
      oauth_callback_results: { id_token: "two", scope: "read" },
    };
    expect(await client(() => Response.json(document)).shownTokens("a", "wcc1.x")).toEqual(["one", "two"]);
    expect(await client(() => Response.json({ _id: "a" })).shownTokens("a", "wcc1.x")).toEqual([]);
  });

  it("are unknown, and not none, where the broker does not say them", async () => {
    const answers = [Response.json({ error: "unauthorized" }, { status: 401 }), new Response("<html>")];
    for (const answer of answers) {
      await expect(client(() => answer).shownTokens("a", "wcc1.x")).rejects.toBeInstanceOf(Refused);
    }
  });
});
