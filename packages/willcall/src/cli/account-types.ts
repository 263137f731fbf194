import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { type AccountTypeBook, createAccountTypeBook } from "../account-types/book.ts";
import { type Imported, documentsIn, exportDocuments, importDocuments } from "../account-types/transfer.ts";
import { understand } from "../account-types/understand.ts";
import type { Config } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import type { Flags } from "../config/variables.ts";
import { Keyring } from "../crypto/keys.ts";
import type { Engine } from "../engines/engine.ts";
import { isJsonObject, parseJson } from "../providers/json.ts";
import type { Json } from "../providers/provider.ts";
import { STORE_FILE } from "./bootstrap.ts";
import { fetchAccountTypes } from "./couchdb-source.ts";
import { writePrivate } from "./files.ts";
import { Refused } from "./operator-client.ts";
import type { Terminal } from "./terminal.ts";

/** What the commands are added to, and work with. */
export interface AccountTypeCommands {
  readonly root: Command;
  /** Adds the options of every command that reads the configuration. */
  readonly configured: (command: Command) => Command;
  readonly terminal: Terminal;
  /** Loads the configuration, and makes what a development needs to seal with. */
  readonly load: (flags: Flags) => Promise<Loaded>;
  readonly openStore: (path: string) => Engine;
}

interface JsonFlag {
  readonly json?: boolean;
}

/** `willcall account-types`: those that are provisioned; import them, export them. */
export function addAccountTypes({ root, configured, terminal, load, openStore }: AccountTypeCommands): void {
  async function inBook(
    flags: Flags,
    work: (book: AccountTypeBook, config: Config) => Promise<void>,
  ): Promise<void> {
    const { config, dataDir } = await load(flags);
    const engine = openStore(join(dataDir, STORE_FILE));
    try {
      if (engine.vault === undefined)
        throw new TypeError("the store of the command line keeps account types");
      const desk = { keys: new Keyring(config.rootKeys), platform: { random: randomBytes } };
      await work(createAccountTypeBook(desk, engine.vault.accountTypes), config);
    } finally {
      await engine.close();
    }
  }

  const types = root.command("account-types").description("Providers provisioned while the broker runs");
  configured(types.command("list", { isDefault: true }).description("List them all"))
    .option("--json", "for programs")
    .action((flags: Flags & JsonFlag) =>
      inBook(flags, async (book, config) => {
        const listed = await list(book, config);
        if (flags.json) return terminal.say(JSON.stringify(listed, null, 2));
        if (listed.length === 0)
          terminal.say("No account types. `willcall account-types import` takes some.");
        for (const { id, grant_mode, redirect_uri, remarks } of listed) {
          terminal.say(`${id}  ${grant_mode ?? "-"}  ${redirect_uri ?? "cannot be used"}`);
          for (const remark of remarks) terminal.say(`  ${remark}`);
        }
      }),
    );

  configured(
    types
      .command("import <source>")
      .description("Take them from a CouchDB (http://name:password@host:5984) or a JSON file"),
  )
    .option("--json", "for programs")
    .action((source: string, flags: Flags & JsonFlag) =>
      inBook(flags, async (book, config) => {
        const documents = documentsIn(await read(source, terminal.cwd));
        if (documents === undefined)
          throw new Refused("That is no list of account types: export one, or name a CouchDB by its URL.");
        const done = await importDocuments(book, documents, config);
        if (flags.json) terminal.say(JSON.stringify(done, null, 2));
        else for (const line of done.flatMap(linesOf)) terminal.say(line);
        const refused = done.filter(({ outcome }) => outcome === "refused").length;
        if (refused > 0) throw new Refused(`Refused: ${refused} of ${done.length}.`);
      }),
    );

  configured(
    types
      .command("export [file]")
      .description("Write them as a JSON file that an import takes, or print that"),
  )
    .option("--with-secrets", "with client secrets, which are left out otherwise")
    .action(
      (file: string | undefined, { withSecrets = false, ...flags }: Flags & { withSecrets?: boolean }) =>
        inBook(flags, async (book) => {
          const text = JSON.stringify(await exportDocuments(book, withSecrets), null, 2);
          if (file === undefined) terminal.say(text);
          else await writePrivate(resolve(terminal.cwd, file), `${text}\n`);
        }),
    );
}

async function list(book: AccountTypeBook, config: Config) {
  return (await book.list()).map(({ id, rev, document }) => {
    if (document === undefined)
      return { id, rev, remarks: ["It opens with none of the root keys: bring its key back."] };
    const { registration, warnings } = understand(id, document, config);
    const { grant_mode, slug } = document;
    return {
      id,
      rev,
      ...(typeof grant_mode === "string" && { grant_mode }),
      ...(typeof slug === "string" && { slug }),
      ...(registration && { redirect_uri: registration.redirectUri }),
      remarks: warnings,
    };
  });
}

const linesOf = ({ id, outcome, remarks }: Imported): string[] => [
  `${id}: ${outcome}`,
  ...remarks.map((remark) => `  ${remark}`),
];

/** What a CouchDB answers, or what a file holds. Rejects with `Refused`. */
async function read(source: string, cwd: string): Promise<Json | undefined> {
  if (/^https?:\/\//i.test(source)) return fetchAccountTypes(source, fetch);
  const path = resolve(cwd, source);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    throw new Refused(`${path} cannot be read. Check the path and who may read it.`);
  }
  const json = parseJson(text);
  // One document alone is a list of one.
  return isJsonObject(json) && typeof json["_id"] === "string" ? [json] : json;
}
