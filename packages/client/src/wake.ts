const events = ["focus", "online", "visibilitychange"];

/** Calls `woken` when the page comes back to life: looked at again, or the network is back. Returns how to stop. */
export function onWake(woken: (event: Event) => void): () => void {
  for (const name of events) globalThis.addEventListener?.(name, woken);
  return () => {
    for (const name of events) globalThis.removeEventListener?.(name, woken);
  };
}

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
    signal.addEventListener("abort", end);
  });
}
