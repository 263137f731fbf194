import WorkerdRunner from "./workerd-runner.ts";

type Suite = Parameters<WorkerdRunner["onCollected"]>[0][number];

/** Cases of a group that run in any event. */
const ENOUGH = 2;

/** Cases that take more than ten seconds inside workerd (much work, or a limit that has to run out), or run elsewhere. */
const LEFT_OUT = new Set([
  "S2: of 100 parallel polls exactly one gets the tokens, in each of 500 trials",
  "S9: headers that never end: the connection is cut",
  // `scripts/build.test.ts` does both, with the package as it is published.
  "builds for deployment, with one app and with many",
  "has its bindings typed by `wrangler types`, with the rate limiter once its comment signs are taken off",
]);

/**
 * What `npm test` runs inside workerd: of each group the first two cases and of each table the first row, and besides
 * them the first case of a file that names a contract or promise. `npm run test:workerd` runs the rest.
 */
export default class AbridgedRunner extends WorkerdRunner {
  override onCollected(files: readonly Suite[]): void {
    super.onCollected(files);
    for (const file of files) abridge(file, new Set());
  }
}

/** Leaves out what a suite can spare; `claims` are the contracts and promises that its file has named so far. */
function abridge(suite: Suite, claims: Set<string>): void {
  const tables = new Set<string>();
  let kept = 0;
  suite.tasks = suite.tasks.filter((task) => {
    if (LEFT_OUT.has(task.name)) return false;
    if (task.each === true) {
      // Rows of one table come from one line.
      const table = `${task.location?.line}:${task.location?.column}`;
      if (tables.has(table)) return false;
      tables.add(table);
    }
    if (task.type === "suite") {
      abridge(task, claims);
      return true;
    }
    const fresh = claimsOf(task.name).filter((claim) => !claims.has(claim));
    if (kept >= ENOUGH && fresh.length === 0) return false;
    kept += 1;
    for (const claim of fresh) claims.add(claim);
    return true;
  });
}

/** `S2` and `A6` of `S2, A6: tokens come out once`. */
function claimsOf(name: string): string[] {
  const label = /^([A-Z]\d*(?:(?:, | to )[A-Z]\d*)*|client keys): /.exec(name)?.[1];
  return label?.split(/, | to /) ?? [];
}
