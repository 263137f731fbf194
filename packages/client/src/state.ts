import type { WillcallError } from "./errors.ts";

/**
 * Where a client is. An object is never changed: a new one takes its place, so that comparing by identity tells
 * whether anything happened.
 */
export type State =
  /** Nobody is logged in. `restoring`: an asynchronous storage has not answered yet. */
  | { status: "signed-out"; restoring?: boolean }
  /** Between the click and the window. */
  | { status: "opening" }
  /** The person is at the provider. */
  | {
      status: "waiting";
      /** The link to show or copy: where no window could be opened, and where it was closed by mistake. */
      url: string;
      /** Whether a window opened, as far as this page may know (desktop hosts open one and don't say so). */
      opened: boolean;
      /** The window seems to be gone. Only a hint: some providers' pages look closed from here. */
      closed: boolean;
      /** The last attempt to ask the broker failed; the client goes on trying. */
      error?: WillcallError | undefined;
    }
  /** `error`: a login for more did not work out, and what was there is still good. */
  | {
      status: "signed-in";
      scope?: string | undefined;
      provider?: string | undefined;
      error?: WillcallError | undefined;
    }
  /** What was granted has ended, by itself or at the provider: log in again. */
  | { status: "expired" }
  /** The last login failed. */
  | { status: "error"; error: WillcallError };

/** The state's name. */
export type Status = State["status"];
