import { describe, expect, it } from "vitest";
import type { Mailboxes } from "../engine.ts";
import { BOX, BOX_EXPIRES, createSteps, DEADLINE, EXPIRES, newLogin, READY, T, times } from "./steps.ts";

/** From the provider's answer to how the login ended. `open` gives the mailboxes of the running case. */
export function exchangeConformance(open: () => Mailboxes): void {
  const { launched, exchanging, settled, retryable, statusOf } = createSteps(open);

  describe("claim", () => {
    it("lets exactly one of twenty parallel claims through (S3)", async () => {
      const id = await launched();
      const claims = await times(20, () => open().claim(id, "hash-1", T, DEADLINE));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await open().read(id, T)).toMatchObject({ status: "exchanging", deadline: DEADLINE });
    });

    it.each([
      ["another state", "hash-2", T],
      ["a state whose time is over", "hash-1", EXPIRES],
    ])("refuses %s and leaves the login alone (S3)", async (_what, stateHash, now) => {
      const id = await launched();
      expect(await open().claim(id, stateHash, now, now + 15_000)).toBe(false);
      expect(await statusOf(id)).toBe("launched");
    });

    it("refuses an unknown mailbox (S3)", async () => {
      expect(await open().claim(newLogin().id, "hash-1", T, DEADLINE)).toBe(false);
    });

    it("refuses a login that ended (S3)", async () => {
      const id = await launched();
      await open().end(id, "denied", "access_denied", T);
      expect(await open().claim(id, "hash-1", T, DEADLINE)).toBe(false);
    });
  });

  describe("settle", () => {
    it("makes the box ready to take", async () => {
      const id = await settled();
      expect(await open().read(id, T)).toMatchObject({
        status: "ready",
        box: BOX,
        expiresAt: BOX_EXPIRES,
        deadline: null,
      });
    });

    it.each(["denied", "failed", "retry"] as const)("records %s and why", async (status) => {
      const id = await exchanging();
      expect(await open().settle(id, "hash-1", { status, reason: "provider_down" }, T)).toBe(true);
      expect(await open().read(id, T)).toMatchObject({
        status,
        reason: "provider_down",
        box: null,
        deadline: null,
      });
    });

    it("changes nothing when it comes a second time", async () => {
      const id = await settled();
      expect(await open().settle(id, "hash-1", { status: "failed", reason: "late" }, T)).toBe(false);
      expect(await statusOf(id)).toBe("ready");
    });

    it("changes nothing when an older attempt comes late", async () => {
      const id = await retryable();
      await open().retry(id, "hash-1", "hash-2", T);
      await open().claim(id, "hash-2", T, DEADLINE);
      expect(await open().settle(id, "hash-1", READY, T)).toBe(false);
      expect(await statusOf(id)).toBe("exchanging");
    });

    it("changes nothing past the deadline, when the app was told that the login failed", async () => {
      const id = await exchanging();
      expect(await open().settle(id, "hash-1", READY, DEADLINE)).toBe(false);
      expect(await statusOf(id, DEADLINE)).toBe("failed");
    });
  });

  describe("retry", () => {
    it("moves the login to a new state exactly once, and only the new state can be claimed", async () => {
      const id = await retryable();
      const tries = await times(5, () => open().retry(id, "hash-1", "hash-2", T));
      expect(tries.filter(Boolean)).toHaveLength(1);
      expect(await open().claim(id, "hash-1", T, DEADLINE)).toBe(false);
      expect(await open().claim(id, "hash-2", T, DEADLINE)).toBe(true);
      expect(await open().read(id, T)).toMatchObject({ stateHash: "hash-2", reason: null });
    });

    it("refuses once the login expired (S7)", async () => {
      const id = await retryable();
      expect(await open().retry(id, "hash-1", "hash-2", EXPIRES)).toBe(false);
    });

    it("refuses a login that never failed", async () => {
      expect(await open().retry(await launched(), "hash-1", "hash-2", T)).toBe(false);
    });
  });

  describe("end", () => {
    it.each(["denied", "failed", "cancelled"] as const)(
      "ends a launched login as %s, for good",
      async (status) => {
        const id = await launched();
        expect(await open().end(id, status, "first", T)).toBe(true);
        expect(await open().end(id, "failed", "second", T)).toBe(false);
        expect(await open().read(id, EXPIRES)).toMatchObject({ status, reason: "first" });
      },
    );

    it("ends a login that waits for another try", async () => {
      expect(await open().end(await retryable(), "cancelled", "cancelled", T)).toBe(true);
    });

    it("with a state, ends only while that state is in force", async () => {
      const id = await launched();
      expect(await open().end(id, "denied", "access_denied", T, "hash-0")).toBe(false);
      expect(await open().end(id, "denied", "access_denied", T, "hash-1")).toBe(true);
    });

    it("leaves an exchange and what came of it alone (S11)", async () => {
      const id = await exchanging();
      expect(await open().end(id, "cancelled", "cancelled", T)).toBe(false);
      await open().settle(id, "hash-1", READY, T);
      expect(await open().end(id, "cancelled", "cancelled", T)).toBe(false);
      expect(await statusOf(id)).toBe("ready");
    });

    it("refuses once the login expired", async () => {
      expect(await open().end(await launched(), "cancelled", "cancelled", EXPIRES)).toBe(false);
    });
  });
}
