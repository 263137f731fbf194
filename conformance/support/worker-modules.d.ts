// oxlint-disable typescript/consistent-type-imports -- with imports this file would augment a module that is not there

/** The packed catalogue, as `bundleWorker` provides it. */
declare module "willcall:catalogue" {
  const pack: import("../../packages/willcall/src/providers/catalogue/packed.ts").CataloguePack;
  export default pack;
}

declare module "cloudflare:workers" {
  interface TestBindings {
    /** `willcall.config.json`, as a text. */
    CONFIGURATION: string;
  }
}
