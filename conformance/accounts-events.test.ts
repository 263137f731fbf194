import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { members, send } from "./support/http.ts";
import { inProcess } from "./support/in-process.ts";
import { eventsOf } from "./support/target.ts";
import { until } from "./support/until.ts";
import { type WebhookEndpoint, startWebhookEndpoint } from "./support/webhook-endpoint.ts";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const SOON = { pause: 20, tries: 500 };
const EVENTS = ["account.connected", "account.refreshed", "account.needs_reconnect", "account.deleted"];

interface Event {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, string | null>>;
}

let stage: Accounts;
const secret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** What the feed holds after a number, and the number that follows. */
async function feed(query = ""): Promise<{ events: Event[]; next: number }> {
  const answer = await stage.get(`/api/events${query}`);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as { events: Event[]; next: number };
}

/** Everything that can happen to an account. */
async function live(): Promise<string> {
  const { account } = await stage.connect("ada");
  await stage.post(`/api/accounts/${account}/refresh`, { stale: 1 });
  stage.provider.script((response) =>
    response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}'),
  );
  await stage.post(`/api/accounts/${account}/refresh`, { stale: 2 });
  stage.provider.script(undefined);
  await stage.delete(`/api/accounts/${account}`);
  return account;
}

describe("the feed of events", () => {
  beforeEach(async () => {
    stage = await raiseAccounts();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it("S11: tells all that became of an account, in order, also when it is gone", async () => {
    const account = await live();
    const { events } = await feed();
    expect(events.map(({ type }) => type)).toEqual(EVENTS);
    expect(events.map(({ data }) => data["reason"])).toEqual([null, null, "dead_token", "revoked"]);
    expect(
      new Set(events.map(({ data }) => `${data["account"]} ${data["owner"]} ${data["provider"]}`)),
    ).toEqual(new Set([`${account} ada meadow`]));
    expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  });

  it("is read on from where one stopped, and stands still while nothing happens", async () => {
    await live();
    const first = await feed("?limit=3");
    expect(first.events.map(({ type }) => type)).toEqual(EVENTS.slice(0, 3));
    const second = await feed(`?after=${first.next}`);
    expect(second.events.map(({ type }) => type)).toEqual(EVENTS.slice(3));
    expect(await feed(`?after=${second.next}`)).toEqual({ events: [], next: second.next });
    await stage.connect("grace");
    expect((await feed(`?after=${second.next}`)).events.map(({ type }) => type)).toEqual([
      "account.connected",
    ]);
  });

  it("tells of a connection in place, too", async () => {
    const { account } = await stage.connect("ada");
    await stage.finish(await stage.begin({ account }));
    expect((await feed()).events.map(({ type }) => type)).toEqual(["account.connected", "account.connected"]);
  });

  it("S7: forgets after thirty days, and never uses a number twice", async () => {
    await stage.connect("ada");
    const { next } = await feed();
    stage.broker.advance?.(31 * DAY);
    const { account } = await stage.connect("ada");
    await stage.broker.restart();
    const first = async (): Promise<unknown> => (await feed()).events[0]?.data["account"];
    expect(await until(first, account, SOON)).toBe(account);
    expect((await feed(`?after=${next}`)).events).toHaveLength(1);
  });

  it("needs an operator token that allows it", async () => {
    expect(await send(`${stage.broker.base}/api/events`)).toMatchObject({ status: 401 });
  });

  it("refuses what is not as documented", async () => {
    for (const query of ["?after=-1", "?after=x", "?limit=0", "?limit=201", "?since=1"])
      expect(await stage.get(`/api/events${query}`)).toMatchObject({ status: 400 });
  });

  it("is as its OpenAPI document says", async () => {
    await live();
    const document = JSON.parse((await stage.get("/api/openapi.json")).text);
    const validator = new Ajv2020({ strict: false, validateFormats: false });
    validator.addSchema(document, "openapi");
    const isList = validator.compile({ $ref: "openapi#/components/schemas/EventList" });
    isList(JSON.parse((await stage.get("/api/events")).text));
    expect(isList.errors).toBeNull();
  });
});

/** Passes the time, once what was delivered is written down, and lets the broker look at once what is to be delivered. */
const later = async (milliseconds: number): Promise<void> => {
  await stage.broker.stop();
  stage.broker.advance?.(milliseconds);
  await stage.broker.restart();
};

describe("webhooks", () => {
  const [current, former] = [secret(), secret()];
  let endpoint: WebhookEndpoint;
  beforeEach(async () => {
    endpoint = await startWebhookEndpoint();
    const webhooks = [
      {
        url: endpoint.url,
        secret: ["env:HOOK", "env:FORMER_HOOK"],
        events: EVENTS.filter((type) => type !== "account.refreshed"),
      },
    ];
    const env = { HOOK: current, FORMER_HOOK: former };
    stage = await raiseAccounts(inProcess, env, { accounts: { webhooks } });
  });
  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
    await endpoint[Symbol.asyncDispose]();
  });
  const count = () => endpoint.told.length;

  it("come at once, in order, those that are wanted", async () => {
    const account = await live();
    expect(await until(count, 3, SOON)).toBe(3);
    expect(endpoint.told.map(({ type }) => type)).toEqual(
      EVENTS.filter((type) => type !== "account.refreshed"),
    );
    expect(new Set(endpoint.told.map((one) => one.account))).toEqual(new Set([account]));
  });

  it("verify with the specification's own library, under each secret and no other", async () => {
    await stage.connect("ada");
    await until(count, 1, SOON);
    const [{ headers, body } = { headers: {}, body: "" }] = endpoint.told;
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    for (const good of [current, former])
      expect(new Webhook(good).verify(body, given)).toMatchObject({ type: EVENTS[0] });
    expect(() => new Webhook(secret()).verify(body, given)).toThrow(WebhookVerificationError);
    expect(() => new Webhook(current).verify(`${body} `, given)).toThrow(WebhookVerificationError);
    const [event] = (await feed()).events;
    expect(given["webhook-id"]).toBe(event?.id);
    const { id: _, ...message } = event ?? { id: "" };
    expect(JSON.parse(body)).toEqual(message);
  });

  it("come again, with the same id and in order, while the endpoint fails: later and later", async () => {
    endpoint.answer(500);
    await stage.connect("ada");
    expect(await until(count, 1, SOON)).toBe(1);
    await stage.connect("grace");
    await later(6_000);
    expect(await until(count, 2, SOON)).toBe(2);
    endpoint.answer(204);
    await later(MINUTE);
    await later(5 * MINUTE);
    expect(await until(count, 4, SOON)).toBe(4);
    const ids = endpoint.told.map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(endpoint.told[3]?.account).not.toBe(endpoint.told[2]?.account);
    const times = endpoint.told.map(({ headers }) => Number(headers["webhook-timestamp"]));
    expect(times[2]).toBeGreaterThan((times[1] ?? 0) + 300);
  });

  it("are left out when nobody took them for three days, and the next ones come", async () => {
    endpoint.answer(500);
    await stage.connect("ada");
    expect(await until(count, 1, SOON)).toBe(1);
    for (let attempt = 2; attempt <= 10; attempt++) {
      await later(27 * 60 * MINUTE);
      expect(await until(count, attempt, SOON)).toBe(attempt);
    }
    await until(() => eventsOf(stage.broker).some(({ event }) => event === "webhook.given_up"), true, SOON);
    endpoint.answer(204);
    const { account } = await stage.connect("grace");
    expect(await until(count, 11, SOON)).toBe(11);
    expect(endpoint.told[10]?.account).toBe(account);
  });

  it("wait as long as the endpoint asks for", async () => {
    endpoint.answer(429, { "retry-after": "3600" });
    await stage.connect("ada");
    expect(await until(count, 1, SOON)).toBe(1);
    endpoint.answer(204);
    await later(55 * MINUTE);
    await later(6 * MINUTE);
    expect(await until(count, 2, SOON)).toBe(2);
    const times = endpoint.told.map(({ headers }) => Number(headers["webhook-timestamp"]));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(3_600);
  });

  it("end for good where the endpoint is gone (410)", async () => {
    endpoint.answer(410);
    await stage.connect("ada");
    expect(await until(count, 1, SOON)).toBe(1);
    endpoint.answer(204);
    await stage.connect("ada");
    await later(DAY);
    const ended = () => eventsOf(stage.broker).filter(({ event }) => event === "webhook.ended").length;
    expect(ended()).toBe(1);
    await stage.connect("ada");
    expect((await feed()).events).toHaveLength(3);
    expect(count()).toBe(1);
  });

  it("follow no redirect: that is a failure, and nothing goes elsewhere", async () => {
    const elsewhere = await startWebhookEndpoint();
    endpoint.answer(307, { location: elsewhere.url });
    await stage.connect("ada");
    expect(await until(count, 1, SOON)).toBe(1);
    const failed = () =>
      eventsOf(stage.broker).some(
        ({ event, reason }) => event === "webhook.failed" && reason === "redirected",
      );
    expect(await until(failed, true, SOON)).toBe(true);
    expect(elsewhere.told).toEqual([]);
    await elsewhere[Symbol.asyncDispose]();
  });

  it("come once from several brokers on one store", async () => {
    const sibling = await stage.broker.sibling();
    const owners = ["ada", "grace", "edith", "mary"];
    for (const owner of owners) await stage.connect(owner);
    const { events } = await feed();
    await Promise.all(
      events.map(({ data }, index) =>
        stage.post(
          `/api/accounts/${data["account"]}/refresh`,
          { stale: 1 },
          index % 2 ? sibling.base : stage.broker.base,
        ),
      ),
    );
    for (const { data } of events) await stage.delete(`/api/accounts/${data["account"]}`);
    expect(await until(count, 8, SOON)).toBe(8);
    expect(new Set(endpoint.told.map(({ headers }) => headers["webhook-id"])).size).toBe(8);
  });

  it("S1, S4: leave neither secret nor path in log or store", async () => {
    endpoint.answer(500);
    await stage.connect("ada");
    await until(count, 1, SOON);
    await until(() => eventsOf(stage.broker).some(({ event }) => event === "webhook.failed"), true, SOON);
    const directory = stage.broker.dataDir ?? "";
    const kept = [
      ...stage.broker.logs,
      ...readdirSync(directory).map((name) => readFileSync(join(directory, name), "latin1")),
    ].join("\n");
    expect(kept).toContain("account.connected");
    for (const hidden of [current, former, "/hooks", "tenant=1", current.slice(6), former.slice(6)])
      expect(kept).not.toContain(hidden);
  });

  it("tell nobody anything secret", async () => {
    const { account } = await stage.connect("ada");
    const { access_token } = members(await stage.get(`/api/accounts/${account}/tokens`));
    await until(count, 1, SOON);
    expect(endpoint.told[0]?.body).not.toContain(String(access_token));
    expect(endpoint.told[0]?.body).not.toMatch(/access-|refresh-|ada@example/);
  });
});
