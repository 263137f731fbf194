import type { Agent } from "node:http";
import { type Answer, members, send } from "./http.ts";

/** Where a published Framer plugin of id `abc123` runs. */
export const PLUGIN = "https://abc123.plugins.framercdn.com";

/** A plugin that speaks the read-key dialect (protocol.md, part A), as published ones do. */
export class App {
  readonly base: string;
  readonly #origin: string | null;

  /** `base` is the app's base URL; a native client has no origin. */
  constructor(base: string, origin: string | null = PLUGIN) {
    this.base = base;
    this.#origin = origin;
  }

  get #headers(): Record<string, string> {
    return this.#origin === null ? {} : { origin: this.#origin };
  }

  /** `POST /authorize`; throws unless it answers 200. */
  async begin(query = ""): Promise<{ url: string; readKey: string }> {
    const answer = await send(`${this.base}/authorize${query}`, { method: "POST", headers: this.#headers });
    if (answer.status !== 200) throw new Error(`begin answered ${answer.status}: ${answer.text}`);
    const { url, readKey } = members(answer);
    if (typeof url !== "string" || typeof readKey !== "string") throw new TypeError("no url or readKey");
    return { url, readKey };
  }

  /** `POST /poll`; with `wait`, a long-poll of so many seconds. */
  poll(readKey: string, { wait, agent }: { wait?: number; agent?: Agent } = {}): Promise<Answer> {
    return send(`${this.base}/poll?readKey=${readKey}`, {
      method: "POST",
      headers: { ...this.#headers, ...(wait !== undefined && { prefer: `wait=${wait}` }) },
      ...(agent && { agent }),
    });
  }

  /** `POST /refresh?code=`, escaped as `encodeURIComponent` does. */
  refresh(refreshToken: string): Promise<Answer> {
    const code = encodeURIComponent(refreshToken);
    return send(`${this.base}/refresh?code=${code}`, { method: "POST", headers: this.#headers });
  }

  /** A form post to one of the RFC-shaped endpoints, `/token` or `/revoke`. */
  form(path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const body = new URLSearchParams(fields);
    return send(`${this.base}${path}`, { method: "POST", headers: this.#headers, body });
  }
}
