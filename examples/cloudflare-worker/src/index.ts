import { createWorker } from "willcall/worker";
import catalogue from "./catalogue.txt";

/** One app, from the variables in `.dev.vars` or the Worker's settings. */
const { handler, Mailboxes } = createWorker({ catalogue });

export default handler;
export { Mailboxes };
