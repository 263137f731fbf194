/**
 * Whether this is workerd, Cloudflare's runtime. For the few places where what is quick in Node is slow there, measured
 * (docs/benchmarks.md); what a runtime brings comes in through `Platform`.
 */
export const isWorker = globalThis.navigator?.userAgent === "Cloudflare-Workers";
