/** What stands in a secret's place. */
const GONE = "[secret]";

/** Shorter values are words that stand for themselves in many lines; no token is that short. */
const SHORTEST = 8;

/** `"access_token":"…"`, also with its quotes escaped, `access_token=…`, `client_secret: '…'`. */
const named =
  /((?:access|refresh|id|session)_?token|client_?secret|api_?key|password|passwd|authorization)(\\*["']?\s*[:=]\s*\\*["']?)(?:(?:Bearer|Basic)\s+)?([^\s"'\\&,;}[\]]+)/gi;
const bearer = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi;
/** A JSON Web Token (RFC 7519): three parts, of which the first is an object. */
const jwt = /\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g;
/** Our own: connector tokens, operator tokens, handles. */
const ours = /\bwc[a-z]\d\.[A-Za-z0-9._-]+/g;

/**
 * Takes secrets out of what a connector says (promise S4): those that we know, whatever is named like one, and a value that
 * was named like one before.
 */
export class Redactor {
  readonly #known = new Set<string>();

  /** Takes this out from now on, as it stands and as URLs spell it. */
  add(secret: string): void {
    if (secret.length < SHORTEST) return;
    this.#known.add(secret).add(encodeURIComponent(secret));
  }

  /** The text without secrets. */
  clean(text: string): string {
    const shaped = text
      .replace(named, (_all, name: string, between: string, value: string) => {
        if (value !== GONE) this.add(value);
        return `${name}${between}${GONE}`;
      })
      .replace(bearer, `$1 ${GONE}`)
      .replace(jwt, GONE)
      .replace(ours, GONE);
    return [...this.#known]
      .sort((a, b) => b.length - a.length)
      .reduce((cleaned, secret) => cleaned.replaceAll(secret, GONE), shaped);
  }
}

/** Whether a text has anything in it that could be a token: only then it is worth asking which tokens there are. */
export function mayHoldToken(text: string): boolean {
  return /[A-Za-z0-9._~+/=%-]{16}/.test(text);
}
