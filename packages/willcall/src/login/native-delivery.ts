import { asTokenResponse, prepare } from "../grants/delivered.ts";
import { sealBox } from "./box.ts";
import type { Delivery } from "./delivery.ts";
import { TOMBSTONE_WINDOW } from "./login.ts";

/** Milliseconds a box sealed to an app's own key may be read, again and again: only that app can open it. */
const NATIVE_BOX_WINDOW = 600_000;

/** Seals the tokens, as an RFC 6749 answer, to the app's own public key. */
export const nativeDelivery: Delivery = {
  deliver: async (desk, { app, login, registration, tokens, context }) => {
    const { keys, platform } = desk;
    const now = platform.now();
    const expiresAt = now + NATIVE_BOX_WINDOW;
    const holder = { app, provider: registration.provider.name, origin: login.origin };
    const content = asTokenResponse(prepare(desk, holder, tokens, context), now);
    return {
      box: sealBox(keys, platform.random(48), login, content, expiresAt),
      expiresAt,
      forgetAt: expiresAt + TOMBSTONE_WINDOW,
    };
  },
  next: () => undefined,
};
