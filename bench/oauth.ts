import { createHash } from "node:crypto";
import { type Wire, header, request } from "./wire.ts";

const REDIRECT_URI = "http://127.0.0.1:49152/callback";
const VERIFIER = "v".repeat(43);
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");
const AUTHORIZE = new URLSearchParams({
  response_type: "code",
  client_id: "root",
  redirect_uri: REDIRECT_URI,
  code_challenge: CHALLENGE,
  code_challenge_method: "S256",
});

/** A form post, as an OAuth library sends it. */
function post(path: string, fields: Readonly<Record<string, string>>): string {
  const body = new URLSearchParams({ client_id: "root", ...fields }).toString();
  const type = "Content-Type: application/x-www-form-urlencoded\r\n";
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** A login of the code dialect, up to the code that arrives at the client. */
export async function code(wire: Wire): Promise<string> {
  const left = await wire.send(request("GET", `/oauth/authorize?${AUTHORIZE}`));
  const state = new URL(header(left, "location")).searchParams.get("state");
  const cookie = `Cookie: ${header(left, "set-cookie").split(";")[0]}\r\n`;
  const back = await wire.send(request("GET", `/redirect?code=benchmark&state=${state}`, cookie));
  return new URL(header(back, "location")).searchParams.get("code") ?? "";
}

/** Redeems a code. */
export const redeem = (given: string): string =>
  post("/token", {
    grant_type: "authorization_code",
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    code: given,
  });

/** Refreshes with a handle. */
export const refresh = (handle: string): string =>
  post("/token", { grant_type: "refresh_token", refresh_token: handle });

/** Begins a login from a device; resolves to its device code. */
export async function device(wire: Wire): Promise<string> {
  const { body } = await wire.send(post("/device_authorization", {}));
  return (JSON.parse(body) as { device_code: string }).device_code;
}

/** Polls with a device code. */
export const pollDevice = (deviceCode: string): string =>
  post("/token", {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: deviceCode,
  });
