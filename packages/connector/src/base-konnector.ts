import type { Account } from "./account.ts";
import type { Tree } from "./json.ts";
import type { Log } from "./log.ts";

/** What a connector does: gets the account's fields (`access_token`, …) and the manifest's parameters. */
export type Start = (this: Konnector, fields: Tree, parameters: Tree) => unknown;

/** A connector that runs. */
export interface Konnector {
  readonly accountId: string | undefined;
  /** What earlier runs kept. */
  getAccountData(): Tree;
  /** Keeps something for later runs, merged into what is there unless `merge` is false; resolves to all of it. */
  saveAccountData(data: Tree, options?: { readonly merge?: boolean }): Promise<Tree>;
  /** Ends the run at once, for this reason. */
  terminate(reason: string): void;
}

/** What the class stands on. */
export interface Ground {
  /** Opens the account of this run. */
  readonly open: () => Promise<Account>;
  readonly log: Log;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

/** What `BaseKonnector` is, on a ground that is not this process's own. */
export class GroundedKonnector implements Konnector {
  readonly #ground: Ground;
  readonly #start: Start | undefined;
  #account: Account | undefined;
  #data: Tree = {};

  constructor(ground: Ground, start?: Start) {
    this.#ground = ground;
    this.#start = start;
    if (start !== undefined) void this.run();
  }

  get accountId(): string | undefined {
    return this.#account?.id;
  }

  /** The account's fields; empty until the connector runs. */
  get fields(): Tree {
    return this.#account?.fields ?? {};
  }

  get parameters(): Tree {
    return this.#account?.parameters ?? {};
  }

  /** Opens the account and does the work: for classes that have a `fetch` of their own. */
  async run(): Promise<void> {
    try {
      this.#account = await this.#ground.open();
      this.#data = this.#account.data;
      await this.fetch(this.fields, this.parameters);
    } catch (error) {
      this.terminate(error instanceof Error ? error.message : String(error));
    }
  }

  /** The work. */
  async fetch(fields: Tree, parameters: Tree): Promise<unknown> {
    return this.#start?.call(this, fields, parameters);
  }

  getAccountData(): Tree {
    return { ...this.#data };
  }

  async saveAccountData(data: Tree, { merge = true }: { readonly merge?: boolean } = {}): Promise<Tree> {
    this.#data = merge ? { ...this.#data, ...data } : { ...data };
    await this.#account?.save(this.#data);
    return this.getAccountData();
  }

  terminate(reason: string): void {
    this.#ground.log("critical", reason);
    this.#ground.exit(1);
  }
}
