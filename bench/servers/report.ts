/** Tells the benchmark the port, and answers its question for the heap. */
export function report(port: number): void {
  process.send?.(port);
  process.on("message", () => {
    globalThis.gc?.();
    process.send?.(process.memoryUsage().heapUsed / 1_048_576);
  });
}
