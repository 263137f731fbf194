import { expect, it } from "vitest";
import { type Answer, send } from "../support/http.ts";
import { type Stage, raise } from "../support/stage.ts";
import { workerdWith } from "../support/workerd.ts";

const LIMIT = 3;

const behindProxy = (): Promise<Stage> =>
  raise({
    target: workerdWith({ begins: LIMIT }),
    configuration: () => ({ trustedProxies: ["127.0.0.1"] }),
  });

/** So many begins of one address as Cloudflare's limiter allows in two of its minutes, and one more. */
async function tooMany({ broker }: Stage, path: string, address: string): Promise<Answer[]> {
  const headers = { "x-forwarded-for": address };
  const answers: Answer[] = [];
  for (let count = 0; count <= 2 * LIMIT; count++)
    answers.push(await send(`${broker.base}${path}`, { method: "POST", headers }));
  return answers;
}

it("A2: Cloudflare's limiter refuses further begins of one address with 429, and others go on", async () => {
  await using stage = await behindProxy();
  const answers = await tooMany(stage, "/authorize", "203.0.113.5");
  expect(answers[0]).toMatchObject({ status: 200 });
  const refused = answers.find(({ status }) => status === 429);
  expect(refused).toMatchObject({ headers: { "retry-after": "60" } });
  const other = { method: "POST", headers: { "x-forwarded-for": "203.0.113.6" } };
  expect(await send(`${stage.broker.base}/authorize`, other)).toMatchObject({ status: 200 });
});

it("A2: an IPv6 client does not escape it by using other addresses of its network", async () => {
  await using stage = await behindProxy();
  const begins = Array.from({ length: 2 * LIMIT + 1 }, (_, index) =>
    send(`${stage.broker.base}/authorize`, {
      method: "POST",
      headers: { "x-forwarded-for": `2001:db8:1:2::${index + 1}` },
    }),
  );
  expect((await Promise.all(begins)).map(({ status }) => status)).toContain(429);
});

it("A13: Cloudflare's limiter never counts polls", async () => {
  await using stage = await behindProxy();
  const { readKey } = await stage.launch();
  const polls = await tooMany(stage, `/poll?readKey=${readKey}`, "203.0.113.5");
  expect(new Set(polls.map(({ status }) => status))).toEqual(new Set([404]));
});
