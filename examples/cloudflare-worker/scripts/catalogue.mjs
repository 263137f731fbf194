// Packs the provider catalogue for the build: a Worker has no files to read it from. As a text, so that a start does not
// parse what it does not use.
import { writeFile } from "node:fs/promises";
import { readPack } from "willcall/catalogue";

await writeFile(new URL("../src/catalogue.txt", import.meta.url), JSON.stringify(await readPack()));
