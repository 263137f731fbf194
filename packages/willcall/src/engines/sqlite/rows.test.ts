import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { newLogin, T } from "../conformance/steps.ts";
import { openSqlite } from "./open.ts";
import { temporaryStore } from "./testing.ts";

describe("a row that somebody damaged", () => {
  it.each(["status = 'delivered'", "dialect = 'telnet'"])(
    "with %s is reported, not believed",
    async (damage) => {
      const path = temporaryStore();
      const engine = openSqlite({ path });
      const login = newLogin();
      await engine.mailboxes.launch(login, T);
      const editor = new DatabaseSync(path);
      editor.exec(`UPDATE logins SET ${damage}`);
      editor.close();
      await expect(engine.mailboxes.read(login.id, T)).rejects.toMatchObject({ code: "store_down" });
      await engine.close();
    },
  );
});
