import { onAbort } from "./promises.ts";

/** Hears this page's events of these names, where there is a page. Returns how to stop. */
export function listen(names: readonly string[], heard: (event: Event) => void): () => void {
  for (const name of names) globalThis.addEventListener?.(name, heard);
  return () => {
    for (const name of names) globalThis.removeEventListener?.(name, heard);
  };
}

/** Calls `woken` when the page comes back to life: looked at again, or the network is back. Returns how to stop. */
export const onWake = (woken: (event: Event) => void): (() => void) =>
  listen(["focus", "online", "visibilitychange"], woken);

/** Resolves after `ms`, or sooner when the page wakes or `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const stop = onWake(end);
    onAbort(signal, end);
  });
}
