/** Lines in a frame, for a terminal; as wide as the longest line. */
export function box(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const rule = "─".repeat(width + 4);
  const framed = lines.map((line) => `│  ${line.padEnd(width)}  │`);
  return ["", `╭${rule}╮`, ...framed, `╰${rule}╯`, ""].join("\n");
}
