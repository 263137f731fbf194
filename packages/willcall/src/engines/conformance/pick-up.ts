import { describe, expect, it } from "vitest";
import type { LoginRow, Mailboxes } from "../engine.ts";
import {
  BOX,
  BOX_EXPIRES,
  createSteps,
  DEADLINE,
  EXPIRES,
  FORGET,
  newLogin,
  READY,
  T,
  TAKER,
  times,
} from "./steps.ts";

const over = (row: Partial<LoginRow>) => ({ kind: "over", row });

/** What the app sees and takes, and how rows go. `open` gives the mailboxes of the running case. */
export function pickUpConformance(open: () => Mailboxes): void {
  const { launched, exchanging, settled, retryable, taken, statusOf } = createSteps(open);

  describe("read", () => {
    it("knows nothing of an unknown mailbox", async () => {
      expect(await open().read(newLogin().id, T)).toBeUndefined();
    });

    it("shows a login that nobody finished as expired, from the millisecond on (S7)", async () => {
      const id = await launched();
      expect(await statusOf(id, EXPIRES - 1)).toBe("launched");
      expect(await statusOf(id, EXPIRES)).toBe("expired");
      expect(await statusOf(await retryable(), EXPIRES)).toBe("expired");
    });

    it("shows a box that nobody took as expired, and keeps it back (S7)", async () => {
      const id = await settled();
      expect(await open().read(id, BOX_EXPIRES)).toMatchObject({ status: "expired", box: null });
    });

    it("shows an exchange whose process died as interrupted (S11)", async () => {
      const id = await exchanging();
      expect(await statusOf(id, DEADLINE - 1)).toBe("exchanging");
      expect(await open().read(id, DEADLINE)).toMatchObject({ status: "failed", reason: "interrupted" });
    });

    it("does not show a login expired while it is being exchanged (S11)", async () => {
      const id = await launched();
      await open().claim(id, "hash-1", EXPIRES - 1, EXPIRES + 15_000);
      expect(await statusOf(id, EXPIRES + 1)).toBe("exchanging");
      expect(await open().settle(id, "hash-1", READY, EXPIRES + 1)).toBe(true);
    });
  });

  describe("take", () => {
    it("hands the box to exactly one of fifty parallel callers (S2)", async () => {
      const id = await settled();
      const boxes = await times(50, () => taken(id));
      expect(boxes.filter(Boolean)).toMatchObject([{ id, status: "taken", box: BOX }]);
      expect(await statusOf(id)).toBe("taken");
    });

    it("says of what is not finished since when, so that a wait misses nothing", async () => {
      const id = await exchanging();
      const changedAt = (await open().read(id, T))?.changedAt;
      expect(await open().take(id, TAKER, T)).toEqual({ kind: "pending", changedAt });
      expect(await open().take(newLogin().id, TAKER, T)).toEqual({ kind: "pending", changedAt: 0 });
    });

    it("says how a login ended without a box: expired (S7), refused, or taken before (S2)", async () => {
      expect(await open().take(await settled(), TAKER, BOX_EXPIRES)).toMatchObject(
        over({ status: "expired", box: null }),
      );
      const ended = await launched();
      await open().end(ended, "denied", "access_denied", T);
      expect(await open().take(ended, TAKER, T)).toMatchObject(
        over({ status: "denied", reason: "access_denied" }),
      );
      const before = await settled();
      await taken(before);
      expect(await open().take(before, TAKER, T)).toMatchObject(over({ status: "taken" }));
    });

    it("gives another dialect or app nothing, and consumes nothing (S2)", async () => {
      const id = await settled();
      for (const other of [
        { ...TAKER, app: "other" },
        { ...TAKER, dialect: "device" },
      ] as const) {
        expect(await open().take(id, other, T)).toMatchObject({ kind: "pending" });
      }
      expect(await taken(id)).toMatchObject({ box: BOX });
    });

    it("keeps the box until the delivery is confirmed, so that a crash is visible (S11)", async () => {
      const id = await settled();
      await taken(id);
      expect(await open().read(id, T)).toMatchObject({ status: "taken", box: BOX });
    });

    it("can be put back and taken again, once (S2, S11)", async () => {
      const id = await settled();
      await taken(id);
      expect(await open().putBack(id, T)).toBe(true);
      expect(await open().putBack(id, T)).toBe(false);
      const boxes = await times(5, () => taken(id));
      expect(boxes.filter(Boolean)).toMatchObject([{ box: BOX }]);
    });

    it("cannot be put back once confirmed, and the box is gone (S2)", async () => {
      const id = await settled();
      await taken(id);
      await open().confirm(id);
      expect(await open().putBack(id, T)).toBe(false);
      expect(await open().read(id, T)).toMatchObject({ status: "taken", box: null });
    });

    it("is not undone by a confirmation of something never taken", async () => {
      const id = await settled();
      await open().confirm(id);
      expect(await taken(id)).toMatchObject({ box: BOX });
    });
  });

  describe("sweep", () => {
    it("deletes what is past its time, however much, and nothing else (S7)", async () => {
      await times(1_100, () => launched());
      const kept = await launched({ forgetAt: FORGET + 1 });
      expect(await open().sweep(FORGET - 1)).toBe(0);
      expect(await open().sweep(FORGET)).toBe(1_100);
      expect(await open().read(kept, T)).toBeDefined();
    });
  });
}
