import { BlockList, isIP } from "node:net";

/** The client's address, from the socket's peer and the `X-Forwarded-For` header if that peer may be believed. */
export type ProxyTrust = (peer: string, forwarded: string | null) => string;

/**
 * Believes `X-Forwarded-For` only from trusted proxies, reading from the right: the first address that is no
 * trusted proxy is the client. What a client writes into the header itself is never reached.
 *
 * @param trusted addresses and CIDR blocks, checked by the configuration
 */
export function proxyTrust(trusted: readonly string[]): ProxyTrust {
  if (trusted.length === 0) return (peer) => peer;
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  return (peer, forwarded) => {
    if (forwarded === null || !isTrusted(peer)) return peer;
    const hops = forwarded.split(",").map((hop) => hop.trim());
    for (let hop = hops.pop(); hop !== undefined; hop = hops.pop()) {
      if (isIP(hop) === 0) return peer;
      if (!isTrusted(hop)) return hop;
    }
    return peer;
  };
}
