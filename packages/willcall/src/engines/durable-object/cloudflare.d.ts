// oxlint-disable typescript/consistent-type-imports -- with imports this file would augment a module that is not there

/** The module that Workers bring. */
declare module "cloudflare:workers" {
  /** The base of classes that can be called from other Workers. */
  export abstract class DurableObject<Env> {
    constructor(state: import("./runtime.ts").ShardState, env: Env);
    protected readonly ctx: import("./runtime.ts").ShardState;
    protected readonly env: Env;
  }
}
