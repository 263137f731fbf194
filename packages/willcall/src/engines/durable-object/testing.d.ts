/// <reference types="@cloudflare/vitest-plugin/types" />

// oxlint-disable typescript/consistent-type-imports -- with imports this file would augment a module that is not there
/** What the tests inside workerd are bound to: see vitest.workers.config.ts. */
declare module "cloudflare:workers" {
  export const env: {
    MAILBOXES: import("./runtime.ts").Namespace<import("./open.ts").ShardStub>;
    RECORDS: import("../d1/open.ts").Database;
  };
}
