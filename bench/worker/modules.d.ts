// oxlint-disable typescript/consistent-type-imports -- with imports this file would augment a module that is not there

declare module "cloudflare:workers" {
  interface TestBindings {
    /** The objects of the skeleton. */
    SKELETON: import("../../packages/willcall/src/engines/durable-object/runtime.ts").Namespace<
      Pick<import("./skeleton.ts").Mailboxes, "read" | "insert" | "claim" | "settle" | "take">
    >;
    /** The origin of the provider. */
    PROVIDER: string;
  }
}
