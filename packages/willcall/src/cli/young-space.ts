import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation at its first size, which stays in the processor's cache. Growing it, as V8 does by
 * itself, keeps garbage longer: 45 MB more with 10,000 parked long-polls, and polls and logins no faster
 * (docs/benchmarks.md). For the whole process, so only who owns it may call this, before there is any load.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
