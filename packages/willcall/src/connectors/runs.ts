import type { Desk } from "../desk.ts";
import type { AccountId, VaultStore } from "../engines/vault-store.ts";
import type { Registrations } from "../registrations.ts";
import type { Connector } from "./connector.ts";

/** How a run of a connector ended: `stopped` by a signal, `timed_out` by its time limit. */
export type RunOutcome = "succeeded" | "failed" | "timed_out" | "stopped";

/** How grave a line is; the log levels of Cozy's connectors. */
export type LineType = "debug" | "info" | "warn" | "error" | "critical";

/** One line that a connector said, without any secret that we know of. Untrusted text. */
export interface RunLine {
  /** Milliseconds since the epoch: when we got it. */
  readonly at: number;
  readonly type: LineType;
  readonly message: string;
}

/** One run of a connector. */
export interface Run {
  /** The connector's slug. */
  readonly connector: string;
  readonly account: AccountId;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch; null while it runs. */
  readonly endedAt: number | null;
  /** Null while it runs. */
  readonly outcome: RunOutcome | null;
  /** The last lines, oldest first. */
  readonly lines: readonly RunLine[];
  /**
   * What the connector gave as the reason of its last failure, such as `USER_ACTION_NEEDED.OAUTH_OUTDATED`: of this run, or
   * while this one has not failed, of the one before. Null after a success.
   */
  readonly lastError: string | null;
}

/** Whose account a connector is to use. */
export interface RunWanted {
  readonly account: AccountId;
  readonly owner: string;
}

/** Runs of connectors in this process: one at a time for a connector and an account. */
export interface ConnectorRuns {
  /** Starts a run; `running`: one is under way already. Never throws: what goes wrong is the run's outcome. */
  start(connector: Connector, wanted: RunWanted): "started" | "running";
  /** The run under way, or the last one that ended, in whatever process; undefined: there was none yet. */
  last(connector: Connector, account: AccountId): Promise<Run | undefined>;
  /** Ends what runs, and waits until it has ended. */
  close(): Promise<void>;
}

/** What runs need of the broker. */
export interface RunTools {
  readonly desk: Desk;
  /** Where accounts are, whose tokens nobody may be shown, and where last runs are kept. */
  readonly store: Pick<VaultStore, "accounts" | "connectorRuns">;
  /** Where a connector's account type says what it is given besides tokens. */
  readonly registrations: Registrations;
}

/** Makes the runs of a process, where the runtime can start programs. */
export type MakeConnectorRuns = (tools: RunTools) => ConnectorRuns;
