import { errorFields } from "../observe/log.ts";
import type { ReadKeyDialect } from "../crypto/read-key.ts";
import type { Desk } from "../desk.ts";
import type { LoginRow, MailboxId } from "../engines/engine.ts";
import type { Delivered } from "../grants/delivered.ts";
import { openBox } from "./box.ts";

/** Milliseconds after which a taken box whose delivery nobody confirmed means that the broker died in between. */
const CONFIRM_WINDOW = 30_000;

/** What a key's mailbox has to say. */
export type PickedUp =
  | { kind: "pending" }
  | { kind: "taken" }
  | { kind: "over"; status: "denied" | "failed" | "cancelled" | "expired"; reason: string }
  | { kind: "tokens"; delivered: Delivered; row: LoginRow; end: (sent: boolean) => Promise<void> };

/** The mailbox someone asks for, and the key that opens it. */
export interface Claim {
  mailbox: MailboxId;
  keyPair(): { privateKey: Buffer; publicKey: Buffer };
}

/**
 * Picks up an outcome, waiting for one until `signal` aborts. Tokens come out once (promise S2): whoever gets
 * them says through `end` whether they reached the connection; if not, they go back.
 */
export async function pickUp(
  desk: Desk,
  dialect: ReadKeyDialect | "client-keys",
  app: string,
  claim: Claim,
  signal: AbortSignal | undefined,
): Promise<PickedUp> {
  const { mailboxes, platform } = desk;
  for (;;) {
    const taken = await mailboxes.take(claim.mailbox, { dialect, app }, platform.now());
    if (taken.kind === "box") return open(desk, claim, taken.row);
    if (taken.kind === "over") return endOf(desk, taken.row);
    if (signal === undefined || signal.aborted) return { kind: "pending" };
    // The row's own time, ours or not: a foreign settled row would wake us again and again, at once.
    await mailboxes.wait(claim.mailbox, taken.changedAt, signal);
  }
}

/** How a login without a box to take ended. */
function endOf({ platform }: Desk, { status, reason, box, changedAt }: LoginRow): PickedUp {
  if (status === "denied" || status === "failed" || status === "cancelled" || status === "expired")
    return { kind: "over", status, reason: reason ?? status };
  return box !== null && platform.now() - changedAt > CONFIRM_WINDOW
    ? { kind: "over", status: "failed", reason: "interrupted" }
    : { kind: "taken" };
}

function open(desk: Desk, claim: Claim, row: LoginRow): PickedUp {
  const { mailboxes, platform, keys, log } = desk;
  const facts = { app: row.app, provider: row.provider, dialect: row.dialect, login: row.id };
  const delivered = row.box === null ? undefined : openBox(keys, row.id, row.box, claim.keyPair());
  if (delivered === undefined) {
    log.error("pickup.refused", { ...facts, reason: "unreadable" });
    return { kind: "over", status: "failed", reason: "unreadable" };
  }
  const end = async (sent: boolean): Promise<void> => {
    log.info(sent ? "login.taken" : "pickup.put_back", facts);
    try {
      await (sent ? mailboxes.confirm(row.id) : mailboxes.putBack(row.id, platform.now()));
    } catch (error) {
      log.error("store.unavailable", { ...facts, ...errorFields(error) });
    }
  };
  return { kind: "tokens", delivered, row, end };
}
