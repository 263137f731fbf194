/// <reference types="@cloudflare/vitest-plugin/types" />

// oxlint-disable typescript/consistent-type-imports -- with imports this file would augment a module that is not there

/** What Workers under test are bound to. */
declare module "cloudflare:workers" {
  interface TestBindings {
    MAILBOXES: import("./runtime.ts").Namespace<import("./open.ts").ShardStub>;
    RECORDS: import("../d1/open.ts").Database;
  }
  export const env: TestBindings;
}
