/** What form encoding leaves as it is; most codes and tokens are nothing else. */
const plain = /^[A-Za-z0-9*._-]*$/;

/** One value in `application/x-www-form-urlencoded` (RFC 6749 appendix B). */
export function formEncode(value: string): string {
  if (plain.test(value)) return value;
  return encodeURIComponent(value)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

/** RFC 7617: user name and password as they are, which is what most providers expect. */
export function rawBasic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

/** RFC 6749 §2.3.1: client id and secret are form-encoded first, so that a colon in the id is no separator. */
export function encodedBasic(clientId: string, clientSecret: string): string {
  return rawBasic(formEncode(clientId), formEncode(clientSecret));
}
