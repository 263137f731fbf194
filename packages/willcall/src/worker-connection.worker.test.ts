import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { WorkerConnection, type WorkerRequest } from "./worker-connection.ts";

const URL = "https://willcall.example/poll";

/** Answers a request whose tokens somebody wants to hear about; resolves to what they heard. */
async function heard(request: Request, read: (answer: Response) => unknown): Promise<boolean | undefined> {
  const connection = new WorkerConnection(request);
  let said: boolean | undefined;
  connection.onAnswered(async (sent) => {
    said = sent;
  });
  const lifetime = createExecutionContext();
  await read(await connection.watched(Response.json({ access_token: "x" }), lifetime));
  await waitOnExecutionContext(lifetime);
  return said;
}

describe("an answer that carries tokens", () => {
  it("was sent when the runtime took all of it (S11)", async () => {
    let text = "";
    const said = await heard(new Request(URL), async (answer) => {
      text = await answer.text();
    });
    expect(said).toBe(true);
    expect(text).toBe('{"access_token":"x"}');
  });

  it("was not sent when the client left before (S11)", async () => {
    expect(await heard(new Request(URL, { signal: AbortSignal.abort() }), () => {})).toBe(false);
  });

  it("was not sent when the client left before a byte was taken (S11)", async () => {
    const leaving = new AbortController();
    expect(await heard(new Request(URL, { signal: leaving.signal }), () => leaving.abort())).toBe(false);
  });

  it("was not sent when the runtime gave it up (S11)", async () => {
    expect(await heard(new Request(URL), (answer) => answer.body?.cancel())).toBe(false);
  });
});

describe("an answer that nobody wants to hear about", () => {
  it("goes out as it is", async () => {
    const answer = new Response("pending");
    const connection = new WorkerConnection(new Request(URL));
    expect(await connection.watched(answer, createExecutionContext())).toBe(answer);
  });
});

/** A connection from a place. */
function from(cf: WorkerRequest["cf"], headers: Record<string, string> = {}): WorkerConnection {
  return new WorkerConnection(Object.defineProperty(new Request(URL, { headers }), "cf", { value: cf }));
}

describe("where a request comes from", () => {
  it("is a city and a country, where Cloudflare knows them", () => {
    expect(from({ city: "Lyon", country: "FR" }).near).toBe("Lyon, FR");
    expect(from({ country: "FR" }).near).toBe("FR");
  });

  it("is the address that Cloudflare names, where it does not", () => {
    expect(from({}, { "cf-connecting-ip": "203.0.113.5" }).near).toBe("203.0.113.5");
  });
});
