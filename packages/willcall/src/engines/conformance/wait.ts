import { describe, expect, it } from "vitest";
import type { MailboxId, Mailboxes } from "../engine.ts";
import { createSteps, newLogin, READY, T, times } from "./steps.ts";

/** Who waits is woken. `open` gives the mailboxes of the running case. */
export function waitConformance(open: () => Mailboxes): void {
  const { launched, exchanging, settled, taken, changedAt } = createSteps(open);

  describe("wait", () => {
    const never = new AbortController().signal;

    it.each([
      ["settled", exchanging, (id: MailboxId) => open().settle(id, "hash-1", READY, T)],
      ["ended", launched, (id: MailboxId) => open().end(id, "denied", "access_denied", T)],
      ["taken by another", settled, (id: MailboxId) => taken(id)],
    ])("resolves when the login is %s, even within one millisecond", async (_what, make, change) => {
      const id = await make();
      const waiting = open().wait(id, await changedAt(id), never);
      await change(id);
      await expect(waiting).resolves.toBeUndefined();
    });

    it("resolves when a box comes back", async () => {
      const id = await settled();
      await taken(id);
      const waiting = open().wait(id, await changedAt(id), never);
      await open().putBack(id, T);
      await expect(waiting).resolves.toBeUndefined();
    });

    it("resolves at once when the change came before it", async () => {
      const id = await exchanging();
      const since = await changedAt(id);
      await open().settle(id, "hash-1", READY, T);
      await expect(open().wait(id, since, never)).resolves.toBeUndefined();
    });

    it("may begin before the login is launched", async () => {
      const login = newLogin();
      const waiting = open().wait(login.id, 0, never);
      await open().launch(login, T);
      await open().end(login.id, "cancelled", "cancelled", T);
      await expect(waiting).resolves.toBeUndefined();
    });

    it("wakes everybody who waits at the mailbox", async () => {
      const id = await launched();
      const since = await changedAt(id);
      const waiting = times(3, () => open().wait(id, since, never));
      await open().end(id, "cancelled", "cancelled", T);
      expect(await waiting).toHaveLength(3);
    });

    it("resolves at once for a signal that aborted before", async () => {
      await expect(open().wait(await launched(), T, AbortSignal.abort())).resolves.toBeUndefined();
    });

    it("resolves when its signal aborts, and still wakes the others later", async () => {
      const id = await launched();
      const since = await changedAt(id);
      const leaving = new AbortController();
      const left = open().wait(id, since, leaving.signal);
      const stayed = open().wait(id, since, never);
      leaving.abort();
      await expect(left).resolves.toBeUndefined();
      await open().end(id, "cancelled", "cancelled", T);
      await expect(stayed).resolves.toBeUndefined();
    });
  });
}
