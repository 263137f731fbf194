import { createWorker } from "willcall/worker";
import catalogue from "./catalogue.txt";
import config from "../willcall.config.json" with { type: "json" };

/** Many apps, from a configuration file: name this module as `main` in wrangler.jsonc. Secrets stay variables. */
const { handler, Mailboxes } = createWorker({ config, catalogue });

export default handler;
export { Mailboxes };
