// Packs the provider catalogue for the build: a Worker has no files to read it from.
import { writeFile } from "node:fs/promises";
import { readPack } from "willcall/catalogue";

await writeFile(new URL("../src/catalogue.json", import.meta.url), JSON.stringify(await readPack()));
