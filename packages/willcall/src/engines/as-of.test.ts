import { describe, expect, it } from "vitest";
import { asOf } from "./as-of.ts";
import type { LoginRow, LoginStatus, MailboxId } from "./engine.ts";

/** Expires at 1000; its exchange, if it is in one, has until 1500. */
const row = (status: LoginStatus): LoginRow => ({
  id: "mailbox" as MailboxId,
  dialect: "read-key",
  app: "demo",
  provider: "google",
  stateHash: "hash",
  status,
  reason: null,
  login: null,
  box: new Uint8Array([1]),
  binding: null,
  expiresAt: 1000,
  deadline: 1500,
  changedAt: 0,
  forgetAt: 2000,
});

describe("asOf", () => {
  it.each([
    ["launched", 999, "launched"],
    ["launched", 1000, "expired"],
    ["retry", 999, "retry"],
    ["retry", 1000, "expired"],
    ["ready", 999, "ready"],
    ["ready", 1000, "expired"],
    ["exchanging", 1499, "exchanging"],
    ["exchanging", 1500, "failed"],
    ["taken", 9000, "taken"],
    ["denied", 9000, "denied"],
    ["failed", 9000, "failed"],
    ["cancelled", 9000, "cancelled"],
  ] as const)("reads a row that is %s, at %i ms, as %s (S7)", (stored, now, read) => {
    expect(asOf(row(stored), now).status).toBe(read);
  });

  it("withholds a box that expired (S7)", () => {
    expect(asOf(row("ready"), 1000).box).toBeNull();
  });

  it("says that an exchange without an end was interrupted (S11)", () => {
    expect(asOf(row("exchanging"), 1500).reason).toBe("interrupted");
  });
});
