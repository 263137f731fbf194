import type { App } from "../config/config.ts";
import { openClientKey } from "../crypto/read-key.ts";
import { open } from "../crypto/seal.ts";
import type { Desk } from "../desk.ts";
import type { MailboxId } from "../engines/engine.ts";

/** Whether a key that an app made has at least 128 bits, whatever alphabet it is written in. */
export function looksLikeClientKey(text: string): boolean {
  return /^[A-Za-z0-9_~.-]{22,256}$/.test(text);
}

/** The id of the row that leads from a write key to its login. */
export function leadOfWriteKey(app: App, writeKey: string): MailboxId {
  return openClientKey(app.name, `write ${writeKey}`).mailbox;
}

/** The mailbox of the login that was begun with `writeKey`, which came back as its `state`; or undefined. */
export async function mailboxOfWriteKey(
  { keys, mailboxes, platform }: Desk,
  app: App,
  writeKey: string,
): Promise<MailboxId | undefined> {
  if (!looksLikeClientKey(writeKey)) return undefined;
  const lead = leadOfWriteKey(app, writeKey);
  const row = await mailboxes.read(lead, platform.now());
  const opened = row?.login && open(keys, "login", Buffer.from(row.login), Buffer.from(lead));
  return opened ? (opened.plaintext.toString("utf8") as MailboxId) : undefined;
}
