import WorkerdRunner from "./workerd-runner.ts";

type Suite = Parameters<WorkerdRunner["onCollected"]>[0][number];

/** Cases that take more than ten seconds inside workerd: much work, or a limit that has to run out. */
const LENGTHY = new Set([
  "S2: of 100 parallel polls exactly one gets the tokens, in each of 500 trials",
  "S9: headers that never end: the connection is cut",
]);

/**
 * What `npm test` runs inside workerd: of each table of cases the first row, and nothing lengthy. So every contract and
 * promise is held there too; `npm run test:workerd` runs the rest.
 */
export default class AbridgedRunner extends WorkerdRunner {
  override onCollected(files: readonly Suite[]): void {
    super.onCollected(files);
    for (const file of files) abridge(file);
  }
}

function abridge(suite: Suite): void {
  const tables = new Set<string>();
  suite.tasks = suite.tasks.filter((task) => {
    if (LENGTHY.has(task.name)) return false;
    if (task.each === true) {
      // Rows of one table come from one line.
      const table = `${task.location?.line}:${task.location?.column}`;
      if (tables.has(table)) return false;
      tables.add(table);
    }
    if (task.type === "suite") abridge(task);
    return true;
  });
}
