import { expect, test } from "vitest";
import { env, load, mistakesIn, provider } from "./sources.fixture.ts";

const manifest = (more: object) => JSON.stringify({ slug: "photos", ...more });
const files = new Map([
  ["/site/photos/manifest.konnector", manifest({ oauth: { account_type: "p", scope: ["read+list"] } })],
  ["/elsewhere/photos/manifest.konnector", manifest({})],
  ["/site/bills/manifest.konnector", JSON.stringify({ slug: "bills", oauth: { scope: false } })],
  ["/site/broken/manifest.konnector", "{"],
  ["/site/wrong/manifest.konnector", manifest({ oauth: { scope: 7 } })],
]);
const given = (...connectors: unknown[]) => ({
  file: { providers: { p: provider }, accounts: { providers: { p: {} }, connectors } },
  env,
  files: new Map(files),
});

test("connectors are found beside the configuration, or where an absolute path says", async () => {
  const { config, warnings } = await load(given("photos", "./bills/"));
  expect(config.connectors).toMatchObject([
    { directory: "/site/photos", manifest: { slug: "photos", oauth: { scope: ["read", "list"] } } },
    { directory: "/site/bills", manifest: { slug: "bills" } },
  ]);
  expect((await load(given("/elsewhere/photos"))).config.connectors).toHaveLength(1);
  expect(warnings.join()).toContain('accounts.connectors[1] needs accounts at "bills"');
  expect(warnings.join()).not.toContain("accounts.connectors[0]");
});

test("there are none unless the operator names them", async () => {
  const { file } = given();
  expect(
    (await load({ file: { ...file, accounts: { providers: { p: {} } } }, env })).config.connectors,
  ).toEqual([]);
});

test.each([
  [
    "a directory without a manifest",
    ["nowhere"],
    "accounts.connectors[0] has a mistake: manifest.konnector is not there",
  ],
  [
    "a manifest that is not JSON",
    ["photos", "broken"],
    "accounts.connectors[1] has a mistake: manifest.konnector is not JSON in line 1",
  ],
  [
    "a manifest with a mistake",
    ["wrong"],
    "accounts.connectors[0] has a mistake: manifest.konnector: oauth.scope is a number",
  ],
  [
    "two connectors of one slug",
    ["photos", "/elsewhere/photos"],
    "accounts.connectors[1] has the slug of a connector before it",
  ],
  ["what is no path", [7], "accounts.connectors[0] is a number. Write the path of a connector's directory"],
])("a mistake is %s", async (_what, connectors, mistake) => {
  expect(await mistakesIn(given(...connectors))).toEqual([expect.stringContaining(mistake)]);
});
