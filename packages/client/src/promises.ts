import { WillcallError } from "./errors.ts";

/** Runs `work` when `signal` aborts, or now if it has. Returns how to stop that. */
export function onAbort(signal: AbortSignal | null | undefined, work: () => void): () => void {
  signal?.addEventListener("abort", work);
  if (signal?.aborted) work();
  return () => signal?.removeEventListener("abort", work);
}

/** Rejects with `aborted` as soon as `signal` does; what `promise` stands for goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(new WillcallError("aborted")));
    void promise.then(resolve, reject).then(forget);
  });
}

/** Runs what may fail without harm: a storage that is full or gone, whose value memory holds anyway. */
export async function quietly(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {}
}
