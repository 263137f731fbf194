import { beforeEach, expect, it } from "vitest";
import { type Account, openAccount } from "./account.ts";
import { createRenewingFetch } from "./renewing-fetch.ts";
import { type World, startWorld } from "./testing.ts";

let world: World;
let account: Account;
beforeEach(async () => {
  world = await startWorld();
  account = await openAccount({ env: world.env, cwd: "/", fetch });
  return () => world[Symbol.asyncDispose]();
});

const renewing = createRenewingFetch(() => account, fetch);
const authorization = "Bearer stale";
const things = () => world.asked.filter((asked) => asked.includes("/things"));

it("renews a token that is refused in a header, and asks again with the new one", async () => {
  const answer = await renewing(`${world.url}/things`, { headers: { authorization } });
  expect(answer.status).toBe(200);
  expect(account.fields["access_token"]).toBe("fresh");
  expect(things()).toHaveLength(2);
});

it("renews a token that is refused in the query", async () => {
  const answer = await renewing(`${world.url}/things?page=2&access_token=stale`);
  expect(answer.status).toBe(200);
  expect(things().at(-1)).toBe("GET /things?page=2&access_token=fresh");
});

it("sends the body again, too", async () => {
  const init = { method: "POST", headers: { authorization }, body: "a body" };
  const answer = await renewing(new Request(`${world.url}/things`, init));
  await expect(answer.json()).resolves.toEqual({ got: "a body" });
});

it("renews once for all requests that are refused together", async () => {
  const headers = { authorization };
  const answers = await Promise.all([1, 2, 3, 4].map(() => renewing(`${world.url}/things`, { headers })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(world.asked.filter((asked) => asked.endsWith("/refresh"))).toHaveLength(1);
});

it("asks again once, and not for ever", async () => {
  const headers = { authorization };
  world.token = "newer-than-what-the-account-gets";
  account.renew = async () => "still-wrong";
  expect((await renewing(`${world.url}/things`, { headers })).status).toBe(401);
  expect(things()).toHaveLength(2);
});

it("leaves requests alone that do not carry the token, or are not refused", async () => {
  expect((await renewing(`${world.url}/things`)).status).toBe(401);
  expect((await renewing(`${world.url}/things`, { headers: { authorization: "Bearer other" } })).status).toBe(
    401,
  );
  world.token = "stale";
  expect((await renewing(`${world.url}/things`, { headers: { authorization } })).status).toBe(200);
  expect(world.asked.filter((asked) => asked.endsWith("/refresh"))).toEqual([]);
});
