import { createWorker } from "willcall/worker";

/** One app, from the variables in `.dev.vars` or the Worker's settings. */
const { handler, Mailboxes } = createWorker({
  catalogue: async () => (await import("./catalogue.json")).default,
});

export default handler;
export { Mailboxes };
