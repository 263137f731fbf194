import { createWorker } from "willcall/worker";
import config from "../willcall.config.json" with { type: "json" };

/** Many apps, from a configuration file: name this module as `main` in wrangler.jsonc. Secrets stay variables. */
const { handler, Mailboxes } = createWorker({
  config,
  catalogue: async () => (await import("./catalogue.json")).default,
});

export default handler;
export { Mailboxes };
