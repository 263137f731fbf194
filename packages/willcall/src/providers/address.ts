/** Where an address leads: the open internet, this machine, or somewhere no provider lives (RFC 6890). */
export type AddressKind = "public" | "loopback" | "special";

/** IPv4 blocks that are not globally reachable: first address, prefix length. Loopback is told apart before. */
const specialV4: readonly (readonly [number, number])[] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0000200, 24],
  [0xc0586300, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xe0000000, 4],
  [0xf0000000, 4],
];

function parseV4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** The eight groups of an IPv6 address in any of RFC 4291's spellings. */
function parseV6(text: string): number[] | undefined {
  let address = text;
  const lastColon = address.lastIndexOf(":");
  if (address.includes(".")) {
    const v4 = parseV4(address.slice(lastColon + 1));
    if (v4 === undefined) return undefined;
    address = `${address.slice(0, lastColon + 1)}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
  }
  const halves = address.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

function kindOfV4(address: number): AddressKind {
  if (address >>> 24 === 127) return "loopback";
  const special = specialV4.some(([block, bits]) => (address ^ block) >>> (32 - bits) === 0);
  return special ? "special" : "public";
}

/** Only 2000::/3 is global unicast (RFC 4291 §2.4); addresses that embed IPv4 are judged by what they embed. */
function kindOfV6(groups: readonly number[]): AddressKind {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const embedded = kindOfV4(((g << 16) | h) >>> 0);
  if ((a | b | c | d | e) === 0 && f === 0xffff) return embedded;
  if ((a | b | c | d | e | f | g) === 0 && h === 1) return "loopback";
  if (a === 0x64 && b === 0xff9b && (c | d | e | f) === 0)
    return embedded === "public" ? "public" : "special";
  if (a >>> 13 !== 1) return "special";
  if (a === 0x2001 && (b < 0x200 || b === 0xdb8)) return "special";
  return a === 0x2002 || (a === 0x3fff && b < 0x1000) ? "special" : "public";
}

/** What kind of address `text` is; undefined when it is no address in its usual spelling (brackets are allowed). */
export function addressKind(text: string): AddressKind | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return kindOfV4(v4);
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  const zone = bare.indexOf("%");
  const v6 = bare.includes(":") ? parseV6(zone < 0 ? bare : bare.slice(0, zone)) : undefined;
  return v6 && kindOfV6(v6);
}
