import { open, seal } from "../crypto/seal.ts";
import type { Desk } from "../desk.ts";
import type { ConnectorRunRow, ConnectorRunRows } from "../engines/connector-runs.ts";
import type { AccountId } from "../engines/vault-store.ts";
import type { Run } from "./runs.ts";

/** What a run is sealed for: copied to another account or connector, it does not open. */
const aadOf = ({ account, connector }: Pick<ConnectorRunRow, "account" | "connector">): Buffer =>
  Buffer.from(JSON.stringify([account, connector]));

/** The last run that ended; undefined: there was none, or the root key that sealed it is gone. */
export async function readRun(
  { keys }: Pick<Desk, "keys">,
  rows: ConnectorRunRows,
  account: AccountId,
  connector: string,
): Promise<Run | undefined> {
  const row = await rows.read(account, connector);
  const opened = row && open(keys, "connector run", Buffer.from(row.sealed), aadOf(row));
  return opened && (JSON.parse(opened.plaintext.toString("utf8")) as Run);
}

/**
 * Keeps a run in the place of the one before: sealed, because a program may print anything about a person. Where the
 * account is gone, nothing is kept.
 */
export async function writeRun(
  { keys, platform }: Pick<Desk, "keys" | "platform">,
  rows: ConnectorRunRows,
  run: Run,
): Promise<void> {
  const { account, connector } = run;
  const content = Buffer.from(JSON.stringify(run));
  const sealed = seal(keys, "connector run", platform.random(16), content, aadOf(run));
  await rows.write({ account, connector, sealed });
}
