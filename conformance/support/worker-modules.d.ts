// oxlint-disable typescript/consistent-type-imports -- with imports this file would augment a module that is not there

/** The packed catalogue as JSON, as `bundleWorker` provides it. */
declare module "willcall:catalogue" {
  const text: string;
  export default text;
}

declare module "cloudflare:workers" {
  interface TestBindings {
    /** `willcall.config.json`, as a text. */
    CONFIGURATION: string;
  }
}
