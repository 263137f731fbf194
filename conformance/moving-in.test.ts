import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { PLUGIN } from "./support/app.ts";
import { raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

/** A read or write key as the Framer worker made them. */
const workerKey = (): string => randomBytes(16).toString("hex");

it("A8: a read key of the worker that stood here before is 410 in text, with CORS", async () => {
  await using stage = await raise();
  const answer = await stage.app.poll(workerKey());
  expect(answer).toMatchObject({ status: 410, headers: { "access-control-allow-origin": PLUGIN } });
  expect(answer.headers["content-type"]).toContain("text/plain");
});

it("A3, S3: a callback of a login that the worker began says to log in again, and exchanges nothing", async () => {
  await using stage = await raise();
  const page = await new UserAgent().open(`${stage.broker.base}/redirect?code=x&state=${workerKey()}`);
  expect(page.status).toBe(400);
  expect(page.text).toContain("log in again");
  expect(stage.provider.tokenRequests).toHaveLength(0);
});
