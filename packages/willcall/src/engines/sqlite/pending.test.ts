import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Engine, MailboxId, NewLogin } from "../engine.ts";
import { openSqlite } from "./open.ts";

const now = 1_800_000_000_000;
const id = "AAAAAAAAAAAAAAAAAAAAAA" as MailboxId;
const login: NewLogin = {
  id,
  dialect: "read-key",
  app: "",
  provider: "p",
  stateHash: "hash",
  login: null,
  binding: null,
  expiresAt: now + 1_000,
  forgetAt: now + 2_000,
};

describe("what a process remembers of pending mailboxes", () => {
  let folder: string;
  let mine: Engine;
  let other: Engine;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "willcall-pending-"));
    mine = openSqlite({ path: join(folder, "store.sqlite") });
    other = openSqlite({ path: join(folder, "store.sqlite") });
  });
  afterEach(async () => {
    await mine.close();
    await other.close();
    rmSync(folder, { recursive: true });
  });

  it("is forgotten with this process's own writes, before they are answered", async () => {
    expect(mine.mailboxes.isSettled?.(id, now)).toBe(false);
    await mine.mailboxes.launch(login, now);
    expect(mine.mailboxes.isSettled?.(id, now)).toBe(false);
    await mine.mailboxes.end(id, "cancelled", "cancelled", now);
    expect(mine.mailboxes.isSettled?.(id, now)).toBe(true);
  });

  it("ends with time, although nobody writes", async () => {
    expect(mine.mailboxes.isSettled?.(id, now)).toBe(false);
    await mine.mailboxes.launch(login, now);
    expect(mine.mailboxes.isSettled?.(id, now + 999)).toBe(false);
    expect(mine.mailboxes.isSettled?.(id, now + 1_000)).toBe(true);
  });

  it("is given up soon after another process has written", async () => {
    await mine.mailboxes.launch(login, now);
    expect(mine.mailboxes.isSettled?.(id, now)).toBe(false);
    await other.mailboxes.end(id, "cancelled", "cancelled", now);
    await vi.waitFor(() => expect(mine.mailboxes.isSettled?.(id, now)).toBe(true));
  });
});
