/** Willcall as somebody deploys it, with its configuration as a text. */
import { env } from "cloudflare:workers";
import pack from "willcall:catalogue";
import { createWorker } from "../../packages/willcall/src/worker.ts";

const { handler, Mailboxes } = createWorker({
  config: JSON.parse(env.CONFIGURATION),
  catalogue: async () => pack,
});

export default handler;
export { Mailboxes };
