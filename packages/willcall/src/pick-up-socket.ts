import type { Broker } from "./broker.ts";
import type { Connection } from "./connection.ts";

/** What a native client asks by opening a WebSocket at its pick-up URL. */
export interface Question {
  readonly url: string;
  /** The `Origin` header. */
  readonly origin: string | null;
}

/** What the pick-up URL says right now. */
export interface Said {
  readonly answer: Response;
  /** The message for the socket: the body that a long-poll would get. */
  readonly text: string;
  /** `pending`: wait on. `outcome`: send it, and close. `refused`: no socket; the answer says why. */
  readonly kind: "pending" | "outcome" | "refused";
}

/** Asks the broker as a long-poll of `wait` seconds would (protocol.md, part B). */
export async function askPickUp(
  broker: Broker,
  { url, origin }: Question,
  connection: Connection,
  wait = 0,
): Promise<Said> {
  const asked = new URL(url);
  asked.search = `wait=${wait}`;
  const request = new Request(asked, { headers: origin === null ? {} : { origin } });
  const answer = await broker.fetch(request, connection);
  const text = await answer.text();
  const isPickUp = asked.pathname.split("/").at(-2) === "pickup";
  if (!isPickUp || (answer.status !== 200 && answer.status !== 400)) return { answer, text, kind: "refused" };
  const isPending = answer.status === 400 && text.includes('"authorization_pending"');
  return { answer, text, kind: isPending ? "pending" : "outcome" };
}
