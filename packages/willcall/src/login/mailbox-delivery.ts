import { prepare } from "../grants/delivered.ts";
import { sealBox } from "./box.ts";
import type { Delivery } from "./delivery.ts";
import { READ_KEY_WINDOW, TOMBSTONE_WINDOW } from "./login.ts";

/** Seals the tokens to the login's read key; the app polls for them. */
export const mailboxDelivery: Delivery = {
  deliver: async (desk, { app, login, registration, tokens, context }) => {
    const { keys, platform } = desk;
    const holder = { app, provider: registration.provider.name, origin: login.origin };
    const expiresAt = login.createdAt + READ_KEY_WINDOW;
    const content = prepare(desk, holder, tokens, context);
    return {
      box: sealBox(keys, platform.random(48), login, content, expiresAt),
      expiresAt,
      forgetAt: login.createdAt + TOMBSTONE_WINDOW,
    };
  },
  next: () => undefined,
};
