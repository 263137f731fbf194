/** Bytes of a line that are kept: as long as Cozy's stack reads. */
const LONGEST = 65_536;

/** The lines of a byte stream, in UTF-8, without their ends. What goes past 64 KiB of a line is dropped. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (bytes: Buffer): void => {
    const kept = bytes.subarray(0, LONGEST - length);
    length += kept.length;
    if (kept.length > 0) parts.push(kept);
  };
  const taken = (): string => {
    const line = Buffer.concat(parts).toString("utf8");
    parts = [];
    length = 0;
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  };
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk);
    for (let at = rest.indexOf(0x0a); at >= 0; at = rest.indexOf(0x0a)) {
      keep(rest.subarray(0, at));
      yield taken();
      rest = rest.subarray(at + 1);
    }
    keep(rest);
  }
  if (length > 0) yield taken();
}
