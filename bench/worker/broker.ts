/** Willcall as somebody deploys it, with its configuration as a text. */
import { env } from "cloudflare:workers";
import catalogue from "willcall:catalogue";
import { createWorker } from "../../packages/willcall/src/worker.ts";

const { handler, Mailboxes } = createWorker({
  config: JSON.parse(env.CONFIGURATION),
  catalogue,
});

export default handler;
export { Mailboxes };
