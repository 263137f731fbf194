import { describe, expect, it } from "vitest";
import type { Mailboxes } from "../engine.ts";
import { createSteps, EXPIRES, newLogin, T, times } from "./steps.ts";

/** How a login gets its row, and how many a stranger can make. `open` gives the mailboxes of the running case. */
export function launchConformance(open: () => Mailboxes): void {
  const { launched, settled } = createSteps(open);

  describe("launch", () => {
    it("stores the row as given, with status launched", async () => {
      const login = newLogin({
        login: new Uint8Array([9, 0, 255]),
        binding: '{"client":"x"}',
        dialect: "device",
      });
      await open().launch(login, T);
      expect(await open().read(login.id, T)).toEqual({
        ...login,
        status: "launched",
        reason: null,
        box: null,
        deadline: null,
        changedAt: T,
      });
    });

    it("never overwrites: a second launch gets the row that is there", async () => {
      const id = await launched();
      expect(await open().launch(newLogin({ id, stateHash: "hash-2" }), T)).toMatchObject({
        stateHash: "hash-1",
      });
      expect(await open().read(id, T)).toMatchObject({ stateHash: "hash-1" });
    });

    it("lets one of twenty parallel launches of a mailbox in", async () => {
      const login = newLogin();
      const answers = await times(20, () => open().launch(login, T));
      expect(answers.filter((answer) => answer === "inserted")).toHaveLength(1);
    });

    describe("with a cap", () => {
      const sealed = { login: new Uint8Array([1]) };

      it("refuses when the app has that many live rows that a stranger can make", async () => {
        const answers = await times(5, () => open().launch(newLogin(sealed), T, 3));
        expect(answers.filter((answer) => answer === "inserted")).toHaveLength(3);
        expect(answers.filter((answer) => answer === "full")).toHaveLength(2);
      });

      it("counts each app by itself", async () => {
        await launched(sealed);
        expect(await open().launch(newLogin({ ...sealed, app: "other" }), T, 1)).toBe("inserted");
      });

      it("does not count rows without a sealed login", async () => {
        await launched();
        expect(await open().launch(newLogin(sealed), T, 1)).toBe("inserted");
      });

      it("gives the room back when rows expire (S7)", async () => {
        await launched(sealed);
        expect(await open().launch(newLogin({ ...sealed, expiresAt: EXPIRES + 1 }), EXPIRES, 1)).toBe(
          "inserted",
        );
      });

      it("gives the room back when a login succeeds", async () => {
        await settled(sealed);
        expect(await open().launch(newLogin(sealed), T, 1)).toBe("inserted");
      });

      it("gives a stranger who cancels what he began no more room", async () => {
        const id = await launched(sealed);
        await open().end(id, "cancelled", "cancelled", T);
        expect(await open().launch(newLogin(sealed), T, 1)).toBe("full");
      });

      it("still answers with the row that is there", async () => {
        const id = await launched(sealed);
        expect(await open().launch(newLogin({ ...sealed, id }), T, 1)).toMatchObject({ id });
      });
    });
  });
}
