import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { MailboxId, Mailboxes } from "../engine.ts";
import { LIFE, isSettled } from "../life.ts";
import { createModel } from "./mailboxes-model.ts";

const hash = fc.constantFrom("hash-1", "hash-2");

/** One call and the milliseconds that pass before it; each verb uses the fields that it needs. */
const calls = fc.record({
  verb: fc.constantFrom("launch", "claim", "settle", "retry", "end", "take", "confirm", "putBack"),
  pause: fc.constantFrom(0, 0, 0, 1, 39, 40, 100),
  mailbox: fc.constantFrom("A", "B"),
  hash,
  newHash: hash,
  anyHash: fc.boolean(),
  byAnother: fc.boolean(),
  ending: fc.constantFrom("ready", "ready", "retry", "denied", "failed"),
  login: fc.constantFrom(null, new Uint8Array([1])),
  cap: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
});
type Call = typeof calls extends fc.Arbitrary<infer T> ? T : never;

/** Makes the call. `app` names the run, and keeps its rows apart from those of every other run. */
function perform(
  on: Omit<Mailboxes, "wait" | "isSettled" | "sweep">,
  call: Call,
  app: string,
  now: number,
): Promise<unknown> {
  const id = `${app}${call.mailbox}` as MailboxId;
  switch (call.verb) {
    case "launch": {
      const times = { expiresAt: now + 150, forgetAt: now + 1_000 };
      const names = { dialect: "device", app, provider: "google", binding: null } as const;
      return on.launch({ id, stateHash: call.hash, login: call.login, ...names, ...times }, now, call.cap);
    }
    case "claim":
      return on.claim(id, call.hash, now, now + 40);
    case "settle": {
      const good = {
        status: "ready",
        box: new Uint8Array([2]),
        expiresAt: now + 100,
        forgetAt: now + 2_000,
      } as const;
      const { ending: status } = call;
      return on.settle(id, call.hash, status === "ready" ? good : { status, reason: "provider_down" }, now);
    }
    case "retry":
      return on.retry(id, call.hash, call.newHash, now);
    case "end":
      return on.end(id, "cancelled", "cancelled", now, call.anyHash ? undefined : call.hash);
    case "take":
      return on.take(id, { dialect: "device", app: call.byAnother ? "another" : app }, now);
    case "confirm":
      return on.confirm(id);
    default:
      return on.putBack(id, now);
  }
}

/** One case: whatever the order of calls and pauses, the engine answers as the model does. */
export function modelConformance(open: () => Mailboxes): void {
  it("answers any sequence of calls as the model of a login's life does", async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { minLength: 1, maxLength: 25 }), async (sequence) => {
        const model = createModel();
        const app = `run-${runs++}-`;
        let now = 1_800_000_000_000;
        for (const call of sequence) {
          now += call.pause;
          const id = `${app}${call.mailbox}` as MailboxId;
          const before = await open().read(id, now);
          expect(await perform(open(), call, app, now)).toEqual(await perform(model, call, app, now));
          const after = await open().read(id, now);
          const isOver = after !== undefined && isSettled(after);
          expect(open().isSettled?.(id, now) ?? isOver).toBe(isOver);
          const allowed = before ? [before.status, ...LIFE[before.status]] : [after?.status];
          expect(allowed).toContain(after?.status);
        }
        // A confirmation may lag behind, but not behind the next write.
        await open().putBack(`${app}nobody` as MailboxId, now);
        for (const mailbox of ["A", "B"]) {
          const id = `${app}${mailbox}` as MailboxId;
          expect(await open().read(id, now)).toEqual(await model.read(id, now));
        }
      }),
      { numRuns: 200 },
    );
  });
}
