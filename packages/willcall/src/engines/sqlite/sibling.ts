import process from "node:process";
import { TAKER } from "../conformance/steps.ts";
import { openSqlite } from "./open.ts";
import type { SiblingCall } from "./testing.ts";

/** A second process on the store named by the first argument: it answers each message with what its call gave. */
const { mailboxes } = openSqlite({ path: process.argv[2] ?? "" });
const never = new AbortController().signal;

function perform(call: SiblingCall): Promise<unknown> {
  switch (call.verb) {
    case "launch":
      return mailboxes.launch(call.login, call.now);
    case "end":
      return mailboxes.end(call.id, "cancelled", "cancelled", call.now);
    case "take":
      return mailboxes.take(call.id, TAKER, call.now);
    default:
      return mailboxes.wait(call.id, call.since, never);
  }
}

process.on("message", ({ tag, call }: { tag: number; call: SiblingCall }) => {
  void perform(call).then((answer) => process.send?.({ tag, answer }));
});
process.send?.("open");
