import type { Catalogue } from "./catalogue.ts";
import type { Mode } from "./config.ts";
import type { Mistake } from "./mistakes.ts";
import type { Referents } from "./references.ts";
import type { Written } from "./written.ts";

/** What compiling works with, besides the part at hand. */
export interface Workbench {
  readonly written: Written;
  readonly catalogue: Catalogue;
  readonly referents: Referents;
  readonly mode: Mode;
  /** Origin under which browsers reach the broker. */
  readonly publicUrl: string;
  /** Gathers everything that must be changed, … */
  readonly mistakes: Mistake[];
  /** … and what works but should be known. */
  readonly warnings: string[];
}
