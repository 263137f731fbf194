import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exchangeConformance } from "./conformance/exchange.ts";
import { launchConformance } from "./conformance/launch.ts";
import { modelConformance } from "./conformance/model.ts";
import { pickUpConformance } from "./conformance/pick-up.ts";
import { recordsConformance } from "./conformance/records.ts";
import { waitConformance } from "./conformance/wait.ts";
import type { Engine } from "./engine.ts";

/**
 * Registers the cases that every engine must pass, named by promise (S2, S7, S11) where one rests on them.
 * `open` makes a fresh, empty store for each case. Time comes in through the `now` arguments alone and nothing
 * here belongs to one runtime, so the same cases run in Node and in workerd.
 */
export function engineConformance(name: string, open: () => Engine | Promise<Engine>): void {
  describe(`engine: ${name}`, () => {
    let engine: Engine;
    const mailboxes = () => engine.mailboxes;
    const records = () => engine.records;

    beforeEach(async () => {
      engine = await open();
    });

    afterEach(async () => {
      await engine.close();
    });

    it("answers a ping", async () => {
      await expect(engine.ping()).resolves.toBeUndefined();
    });

    describe("mailboxes", () => {
      launchConformance(mailboxes);
      exchangeConformance(mailboxes);
      pickUpConformance(mailboxes);
      waitConformance(mailboxes);
      modelConformance(mailboxes);
    });
    describe("records", () => {
      recordsConformance(records);
    });
  });
}
