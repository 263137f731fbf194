import type { Catalogue } from "./catalogue.ts";
import type { Mode } from "./config.ts";
import type { Mistake } from "./mistakes.ts";
import type { Referents } from "./references.ts";
import type { Path, Written } from "./written.ts";

/** What compiling works with, besides the part at hand. */
export interface Workbench {
  readonly written: Written;
  readonly catalogue: Catalogue;
  readonly referents: Referents;
  readonly mode: Mode;
  /** Origin under which browsers reach the broker. */
  readonly publicUrl: string;
  /** Notes what must be changed in what was written at `path`. */
  readonly complain: (path: Path, problem: string, remedy: string) => void;
  /** Everything that must be changed, … */
  readonly mistakes: Mistake[];
  /** … and what works but should be known. */
  readonly warnings: string[];
}
