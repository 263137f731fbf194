import { type Account, type Given, openAccount, stackOf } from "./account.ts";
import { GroundedKonnector, type Start } from "./base-konnector.ts";
import { createLog } from "./log.ts";
import { createRenewingFetch } from "./renewing-fetch.ts";
import { createRequestFactory } from "./request.ts";
import type { Tree } from "./json.ts";

export type { Konnector, Start } from "./base-konnector.ts";
export { errors } from "./errors.ts";
export type { Tree } from "./json.ts";
export type { Log, LogType } from "./log.ts";
export { type FullResponse, type RequestOptions, type Requester, StatusCodeError } from "./request.ts";
export { StackError } from "./stack.ts";

// A process is one run of one connector, with one account: what is exported stands on that.
const given: Given = { env: process.env, cwd: process.cwd(), fetch: globalThis.fetch };
let account: Account | undefined;

/** Logs a line: `log("info", "3 bills")`, `log.info("3 bills")`. */
export const log = createLog((line) => process.stdout.write(`${line}\n`));

/**
 * The class that connectors are written with. `new BaseKonnector(start)` runs `start` with the account's fields and the
 * manifest's parameters. When it fails, its error's message is logged as `critical`, which is the reason that people see, and
 * the process ends with 1.
 */
export class BaseKonnector extends GroundedKonnector {
  constructor(start?: Start) {
    super(
      {
        log,
        open: async () => {
          account = await openAccount(given);
          return account;
        },
        // What was logged is in the pipe before the process ends, on every platform.
        exit: (code) => process.stdout.write("", () => process.exit(code)),
      },
      start,
    );
  }
}

/** `fetch` that renews the account's access token where it is refused (401), and asks again. */
export const fetch: typeof globalThis.fetch = createRenewingFetch(() => account, given.fetch);

/** Makes functions that send requests, with the options of the `request` package; they renew as `fetch` does. */
export const requestFactory = createRequestFactory(fetch);

/** Calls the broker with this run's credential, as cozy-client-js does. */
export const cozyClient = {
  /** Sends JSON, gets JSON. Rejects with `StackError`. */
  fetchJSON(method: string, path: string, body?: unknown): Promise<Tree> {
    const stack = stackOf(given);
    if (stack === undefined)
      return Promise.reject(new Error("There is no COZY_URL: run it with `willcall connector run`"));
    return stack.fetchJSON(method, path, body);
  },
};
