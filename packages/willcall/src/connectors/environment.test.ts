import { expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { environmentOf } from "./environment.ts";

const start = {
  connector: {
    directory: "/connectors/photos",
    manifest: { slug: "photos", name: "Photos", fields: [], parameters: { page: 50 } },
  },
  account: "AbcdefghijklmnopqrstuA",
  url: "https://login.example.com",
  token: "wcc1.token",
  run: "run-1",
  timeLimit: 300,
  locale: "en",
  manual: true,
};

it("is what Cozy's stack gives a connector", () => {
  expect(environmentOf(start, {})).toEqual({
    NODE_ENV: "production",
    COZY_URL: "https://login.example.com/",
    COZY_CREDENTIALS: "wcc1.token",
    COZY_FIELDS: '{"account":"AbcdefghijklmnopqrstuA","konnector":"photos"}',
    COZY_PARAMETERS: '{"page":50}',
    COZY_LANGUAGE: "node",
    COZY_LOCALE: "en",
    COZY_TIME_LIMIT: "305",
    COZY_JOB_ID: "run-1",
    COZY_JOB_MANUAL_EXECUTION: "true",
  });
});

it("has the secret of the account type among the parameters, as Cozy's stack does", () => {
  const { COZY_PARAMETERS } = environmentOf({ ...start, secret: new Secret({ key: "hunter2" }) }, {});
  expect(COZY_PARAMETERS).toBe('{"page":50,"secret":{"key":"hunter2"}}');
});

it("passes on what a program needs, and nothing that is secret (S4)", () => {
  const ours = {
    PATH: "/bin",
    http_proxy: "http://proxy:3128",
    WILLCALL_KEYS: "key",
    WILLCALL_OPERATOR_TOKEN: "operator",
    GOOGLE_CLIENT_SECRET: "hunter2",
    NODE_OPTIONS: "--require x",
    COZY_CREDENTIALS: "another's",
    UNSET: undefined,
  };
  const { PATH, http_proxy, ...rest } = environmentOf(start, ours);
  expect({ PATH, http_proxy }).toEqual({ PATH: "/bin", http_proxy: "http://proxy:3128" });
  expect(rest).toEqual(environmentOf(start, {}));
});
