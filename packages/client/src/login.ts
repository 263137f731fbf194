import type { Dialect, Pending } from "./dialect.ts";
import { asWillcallError, WillcallError } from "./errors.ts";
import { pickUp } from "./pick-up.ts";
import { abortable, quietly } from "./promises.ts";
import type { State } from "./state.ts";
import type { Kept } from "./tokens.ts";
import { onWake } from "./wake.ts";

/** A login that this page waits for. */
export interface Login {
  /** Rejects with a `WillcallError`. */
  readonly kept: Promise<Kept>;
  /** Opens its page again. */
  show: () => unknown;
  /** Ends the waiting, and unless told otherwise the login itself; `kept` rejects with `aborted`. */
  stop: (abandon?: boolean) => void;
}

/** What following a login needs from outside. */
export interface LoginContext {
  /** The dialect that is at hand; else the read-key dialect is fetched. */
  known: Dialect | undefined;
  readKey: () => Promise<Dialect>;
  /** Already there (inside a click, or after a reload), or still to come. */
  begun: Pending | Promise<Pending>;
  /** Whether its page was opened before a reload. */
  resumed: boolean;
  /** How the app opens pages, where not by `window.open`. */
  open: ((url: string) => unknown) | undefined;
  /** Told of the login as soon as there is something to resume. */
  remember: (pending: Pending) => unknown;
  tell: (state: State) => void;
}

/**
 * Opens a login's page before it returns, then waits for the outcome.
 *
 * A link that is still to come gets an empty window, since browsers allow none after the click; a host without
 * windows (null) is asked again when the link is there. That is the rule in the read-key dialect, and in the
 * native one only for a click in the first milliseconds of the page, before its key is made.
 */
export function followLogin({ known, readKey, begun, resumed, open, remember, tell }: LoginContext): Login {
  const stop = new AbortController();
  const { signal } = stop;
  let pending = begun instanceof Promise ? undefined : begun;
  let handle: Window | null | undefined;
  let error: WillcallError | undefined;

  // Whatever goes wrong here, there is a link to show.
  const show = () =>
    quietly(async () => {
      if (open) return pending && open(pending.url);
      handle = window.open(pending ? pending.url : "about:blank");
      // What opens there must not be able to navigate this page away. A sandbox may refuse to say so.
      if (handle) handle.opener = null;
    });
  const report = () => {
    if (!pending) return;
    tell({
      status: "waiting",
      url: pending.url,
      opened: resumed || !!handle,
      closed: !!handle?.closed,
      error,
    });
  };

  tell({ status: "opening" });
  if (!resumed) void show();

  const wait = async () => {
    const forget = onWake(report);
    try {
      const login = begun instanceof Promise ? await abortable(begun, signal) : begun;
      if (!pending) {
        pending = login;
        if (handle) handle.location.replace(login.url);
        else void show();
      }
      remember(login);
      report();
      return await pickUp(known ?? (await readKey()), pending, signal, (trouble) => {
        error = trouble;
        report();
      });
    } catch (thrown) {
      const failure = asWillcallError(thrown);
      if (!pending) handle?.close();
      // Time ran out without a word from the broker: nobody ever saw the page.
      if (failure.code === "expired" && !failure.reason && !handle && !resumed)
        throw new WillcallError("popup_blocked");
      throw failure;
    } finally {
      forget();
    }
  };

  return {
    kept: wait(),
    // A second empty window would help nobody.
    show: () => pending && show(),
    stop(abandon = true) {
      if (abandon && pending) known?.abandon?.(pending);
      stop.abort();
    },
  };
}
