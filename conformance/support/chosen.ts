import { inProcess } from "./in-process.ts";
import type { Target } from "./target.ts";

/** The broker that cases meet unless they ask for another: `CONFORMANCE_TARGET=workerd` runs them all inside workerd. */
export const chosen: Target =
  process.env["CONFORMANCE_TARGET"] === "workerd" ? (await import("./workerd.ts")).workerd : inProcess;
