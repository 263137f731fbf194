import { fromBase64url } from "./base64url.ts";
import type { MailboxKey } from "./dialect.ts";
import { WillcallError } from "./errors.ts";
import { openBase, type SealedMessage } from "./hpke.ts";
import { isTokens, type Tokens } from "./tokens.ts";

/** key_schedule_context for the info "willcall box v1" (RFC 9180 §5.1): the same for every box. */
const CONTEXT = "AI_DrrgySQpLWrPkICMofbKaH0vHwiLA3yKHJ7cKQCESp5edSr9nvhh4wGuZfmB44rv_a7hET0TbZLnPz2xcbAY";

const readJson = (data: BufferSource) => JSON.parse(new TextDecoder().decode(data));

/**
 * Opens a sealed box (protocol.md, part B).
 *
 * @param app the app that the box must be for
 * @param box `{enc, ct, aad}`, each in base64url
 * @throws WillcallError `provider_error` when it is not for this key, app and origin, or holds no tokens
 */
export async function openBox(
  { publicKey, jwk, origin }: MailboxKey,
  app: string,
  box: unknown,
): Promise<Tokens> {
  const { enc = "", ct = "", aad = "" }: { [member in keyof SealedMessage]?: string } = Object(box);
  let tokens = {};
  try {
    const message = { enc: fromBase64url(enc), ct: fromBase64url(ct), aad: fromBase64url(aad) };
    const [forApp, , forOrigin] = readJson(message.aad);
    const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, [
      "deriveBits",
    ]);
    // The AAD names whom the box is for, and a box with another AAD does not open.
    if (forApp === app && forOrigin === origin) {
      tokens = Object(
        readJson(await openBase(key, fromBase64url(publicKey), message, fromBase64url(CONTEXT))),
      );
    }
  } catch {}
  if (isTokens(tokens)) return tokens;
  throw new WillcallError("provider_error", "foreign_box");
}
