import type { AttemptState } from "../../accounts/attempt.ts";
import type { AccountStatus } from "../../engines/vault-store.ts";
import type { PageFacts, PageForm } from "../page.ts";

/** An attempt to connect an account, which a window of its own carries on. */
export interface ShownAttempt {
  readonly state: AttemptState;
  /** The provider's title. */
  readonly provider: string;
  /** Why it failed, from the broker's own closed list. */
  readonly reason: string | null;
  /** Opens its window, again if need be. */
  readonly url: string;
  /** What names it to the broker. */
  readonly ticket: string;
}

/** How a connector's last run stands. */
export interface ShownRun {
  readonly outcome: "running" | "succeeded" | "failed" | "timed_out" | "stopped";
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Null while it runs. */
  readonly endedAt: number | null;
}

/** A connector that may be run with an account. */
export interface ShownConnector {
  readonly name: string;
  /** Where it is run, by POST, and where its log is. */
  readonly path: string;
  /** Null: it has not run yet. */
  readonly run: ShownRun | null;
}

/** One of the owner's accounts. */
export interface ShownAccount {
  /** Where it is reached: `<path>/reconnect`, `<path>/disconnect`. */
  readonly path: string;
  /** The provider's title. */
  readonly provider: string;
  readonly label: string | null;
  readonly status: AccountStatus;
  readonly reason: string | null;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Null: never. */
  readonly usedAt: number | null;
  readonly connectors: readonly ShownConnector[];
}

/** What a person must say before they can log in: a shop, a subdomain. */
export interface ShownInput {
  readonly name: string;
  readonly title: string;
  readonly example: string;
  /** What stands when nothing is entered; null: something must be. */
  readonly byDefault: string | null;
}

/** What can be connected: a provider, or a connector with the provider that it uses. */
export interface Offer {
  readonly title: string;
  /** The provider that a connector uses; null: it is a provider itself. */
  readonly uses: string | null;
  /** What the form says besides its nonce. */
  readonly fields: Readonly<Record<string, string>>;
  readonly inputs: readonly ShownInput[];
  /** Why it was not begun, from the broker's own closed list; null: nobody tried, or it was. */
  readonly problem: string | null;
}

/** The person's accounts, and what else can be connected. */
export interface Home extends Visitor {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly attempt: ShownAttempt | null;
  readonly accounts: readonly ShownAccount[];
  /** Where the list goes on; null: these are all. */
  readonly more: string | null;
  readonly connectors: readonly Offer[];
  readonly providers: readonly Offer[];
  /** What has just been done, or why it was not, from the broker's own closed lists; null: nothing, or an offer says it. */
  readonly notice: string | null;
}

/** Who looks at a page, and what proves that its forms are ours. */
export interface Visitor {
  /** Null: there is only one person. */
  readonly owner: string | null;
  readonly nonce: string;
}

/** One line that a connector said. */
export interface ShownLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: "debug" | "info" | "warn" | "error" | "critical";
  readonly message: string;
}

/** A connector's last run with an account, and what it said. */
export interface RunView extends Visitor {
  readonly connector: ShownConnector;
  readonly account: ShownAccount;
  readonly lines: readonly ShownLine[];
  /** The connector's own word for what went wrong; null: nothing did. */
  readonly lastError: string | null;
  readonly now: number;
}

/** The pages of somebody who is signed in. Every string may be hostile: pages escape, cut and isolate all of them. */
export type HomePage = Pick<PageFacts, "language" | "app"> &
  (
    | ({ kind: "home" } & Home)
    | { kind: "disconnect"; form: PageForm; account: ShownAccount }
    | ({ kind: "run" } & RunView)
  );
