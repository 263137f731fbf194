import { describe, expect, it } from "vitest";
import { StatusCodeError, createRequestFactory } from "./request.ts";

interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** A factory whose requests are answered the same, and what was sent. */
function factory(text = '{"ok":true}', status = 200) {
  const sent: Sent[] = [];
  const requestFactory = createRequestFactory(async (input, init) => {
    const { method, url, headers, body } = new Request(input, init);
    sent.push({
      method,
      url,
      headers: Object.fromEntries(headers),
      body: body ? await new Response(body).text() : "",
    });
    return new Response(text, { status, headers: { "x-from": "api" } });
  });
  return { requestFactory, sent };
}

describe("a request", () => {
  it("takes a URL, or options, or both, over the factory's own", async () => {
    const { requestFactory, sent } = factory();
    const request = requestFactory({ baseUrl: "https://api.example/v1/", headers: { "x-app": "things" } });
    await request("/things", { qs: { page: 2 } });
    await request({ uri: "/things", method: "DELETE", auth: { bearer: "token" } });
    expect(sent).toMatchObject([
      { method: "GET", url: "https://api.example/v1/things?page=2", headers: { "x-app": "things" } },
      { method: "DELETE", headers: { authorization: "Bearer token", accept: "application/json" } },
    ]);
  });

  it("sends objects as JSON, forms as forms, and text as it is", async () => {
    const { requestFactory, sent } = factory();
    const request = requestFactory();
    await request.post("https://api.example/", { body: { a: 1 } });
    await request.put("https://api.example/", { form: { a: "b c" } });
    await request.post({
      url: "https://api.example/",
      body: "plain",
      headers: { "content-type": "text/csv" },
    });
    expect(sent.map(({ body }) => body)).toEqual(['{"a":1}', "a=b+c", "plain"]);
    expect(sent.map(({ headers }) => headers["content-type"]?.split(";")[0])).toEqual([
      "application/json",
      "application/x-www-form-urlencoded",
      "text/csv",
    ]);
  });

  it("resolves to the answer's JSON, to text where it is none, and to text alone on demand", async () => {
    expect(await factory().requestFactory()("https://api.example/")).toEqual({ ok: true });
    expect(await factory("plain").requestFactory()("https://api.example/")).toBe("plain");
    expect(await factory().requestFactory({ json: false })("https://api.example/")).toBe('{"ok":true}');
  });

  it("resolves to the whole answer on demand", async () => {
    const request = factory().requestFactory({ resolveWithFullResponse: true });
    expect(await request("https://api.example/")).toMatchObject({
      statusCode: 200,
      headers: { "x-from": "api" },
      body: { ok: true },
    });
  });

  it("rejects where the answer is not 2xx, with its status for a message, unless told otherwise", async () => {
    const { requestFactory } = factory('{"error":"token hunter2"}', 403);
    const refused = await requestFactory()("https://api.example/").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StatusCodeError);
    expect(refused).toMatchObject({ statusCode: 403, message: "403", error: { error: "token hunter2" } });
    expect(await requestFactory({ simple: false })("https://api.example/")).toEqual({
      error: "token hunter2",
    });
  });
});

it("says that it parses no pages, instead of giving something else", () => {
  expect(() => factory().requestFactory({ cheerio: true })).toThrow("json: false");
});
