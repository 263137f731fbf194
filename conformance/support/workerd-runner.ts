import { TestRunner } from "vitest";
import { inapplicable } from "./inapplicable.ts";

type Suite = Parameters<TestRunner["onBeforeRunSuite"]>[0];

/** Leaves out the cases that make no sense inside workerd, and says why: neither passed nor skipped, but not there. */
export default class WorkerdRunner extends TestRunner {
  onCollected(files: readonly Suite[]): void {
    for (const file of files) leaveOut(file);
  }
}

function leaveOut(suite: Suite): void {
  suite.tasks = suite.tasks.filter((task) => {
    if (task.type === "suite") leaveOut(task);
    const reason = inapplicable[task.name];
    if (reason !== undefined) console.log(`not inside workerd: ${task.name}: ${reason}`);
    return reason === undefined;
  });
}
