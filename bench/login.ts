import { type Wire, header, request } from "./wire.ts";
import { PLUGIN_ORIGIN } from "./servers/config.ts";

const NAVIGATION = "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n";

/** What an app holds after begin. */
export interface Begun {
  url: string;
  readKey: string;
}

/** `POST /authorize`, as a plugin sends it. */
export const authorize = request("POST", "/authorize", `Origin: ${PLUGIN_ORIGIN}\r\n`);

/** `POST /poll`, as a plugin sends it. */
export function poll(readKey: string, wait?: number): string {
  const prefer = wait === undefined ? "" : `Prefer: wait=${wait}\r\n`;
  return request("POST", `/poll?readKey=${readKey}`, `Origin: ${PLUGIN_ORIGIN}\r\n${prefer}`);
}

/** Begins a login. */
export async function begin(wire: Wire): Promise<Begun> {
  return JSON.parse((await wire.send(authorize)).body) as Begun;
}

/** Opens the launch URL as the browser does after a click in the plugin; resolves to the callback's request. */
export async function launch(wire: Wire, { url }: Begun): Promise<string> {
  const { pathname, search } = new URL(url);
  const headers = `Referer: ${PLUGIN_ORIGIN}/\r\n${NAVIGATION}`;
  const answer = await wire.send(request("GET", pathname + search, headers));
  if (answer.status !== 303) throw new Error(`launch answered ${answer.status}`);
  const state = new URL(header(answer, "location")).searchParams.get("state");
  const cookie = header(answer, "set-cookie").split(";")[0];
  return request("GET", `/redirect?code=benchmark&state=${state}`, `Cookie: ${cookie}\r\n${NAVIGATION}`);
}

/** A whole login: begin, launch, callback with its token call, pick-up. */
export async function login(wire: Wire): Promise<void> {
  const begun = await begin(wire);
  const callback = await launch(wire, begun);
  const done = await wire.send(callback);
  if (done.status !== 200) throw new Error(`the callback answered ${done.status}`);
  const tokens = await wire.send(poll(begun.readKey));
  if (tokens.status !== 200) throw new Error(`the pick-up answered ${tokens.status}`);
}
