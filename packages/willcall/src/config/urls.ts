/** Whether a URL's `hostname` names this machine: `localhost` and below, 127.0.0.0/8, `[::1]`. */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/**
 * Reads an origin that the operator wrote (`https://login.example.com`, a trailing slash allowed). Undefined
 * unless it is https, or http on a loopback host, with no user, path, query or fragment.
 */
export function parseOrigin(written: string): string | undefined {
  const url = URL.parse(written);
  if (url === null || !isSecure(url)) return undefined;
  if (url.username !== "" || url.password !== "" || url.pathname !== "/") return undefined;
  return /[?#]/.test(written) ? undefined : url.origin;
}

/** Whether what is sent there is safe from the network: https, or http that stays on this machine. */
export function isSecure(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}
