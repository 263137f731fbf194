import { WillcallError } from "./errors.ts";

/** Rejects with `aborted` as soon as `signal` does; what `promise` stands for goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new WillcallError("aborted"));
    const end = () => signal?.removeEventListener("abort", abort);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    void promise.then(resolve, reject).then(end);
  });
}

/** Runs what may fail without harm: a storage that is full or gone, whose value memory holds anyway. */
export async function quietly(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {}
}
