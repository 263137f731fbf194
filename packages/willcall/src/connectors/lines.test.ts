import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, it } from "vitest";
import { linesOf } from "./lines.ts";

async function read(chunks: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks))) lines.push(line);
  return lines;
}

it("gives the same lines wherever the stream is cut, also within a character", async () => {
  const line = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !/[\r\n]/.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(40)), async (lines, cuts) => {
      let rest = Buffer.from(lines.map((text) => `${text}\n`).join(""));
      const chunks = cuts.map((cut) => {
        const chunk = rest.subarray(0, cut);
        rest = rest.subarray(cut);
        return chunk;
      });
      expect(await read([...chunks, rest])).toEqual(lines);
    }),
  );
});

it("reads Windows' line ends, and a last line without one", async () => {
  expect(await read([Buffer.from("a\r\nb")])).toEqual(["a", "b"]);
});

it("keeps 64 KiB of a line that never ends, and the line after it", async () => {
  const chunk = Buffer.alloc(1_000_000, "x");
  const [long, next] = await read([chunk, chunk, Buffer.from("\nnext\n")]);
  expect(long).toHaveLength(65_536);
  expect(next).toBe("next");
});
