import { resolve } from "node:path";
import { type Connector, openManifest } from "../connectors/connector.ts";
import { MANIFEST_FILE } from "../connectors/manifest.ts";
import type { App } from "./config.ts";
import { ACCOUNTS } from "./names.ts";
import type { AccountsFile } from "./schema.ts";
import type { Files } from "./sources.ts";
import type { Workbench } from "./workbench.ts";

/** The connectors on offer to people who keep accounts here; those with mistakes are left out. */
export async function compileConnectors(
  workbench: Workbench,
  written: NonNullable<AccountsFile["connectors"]>,
  { files, directory }: { readonly files: Pick<Files, "read">; readonly directory: string },
  accounts: App | undefined,
): Promise<Connector[]> {
  const bySlug = new Map<string, Connector>();
  for (const [index, path] of written.entries()) {
    const at = [ACCOUNTS, "connectors", index];
    const place = resolve(directory, path);
    const read = await openManifest(files, place);
    if (!read.ok) {
      for (const { path, problem, remedy } of read.mistakes) {
        const what = path === MANIFEST_FILE ? path : `${MANIFEST_FILE}: ${path}`;
        workbench.complain(at, `has a mistake: ${what} ${problem}`, remedy);
      }
      continue;
    }
    const { manifest } = read;
    if (bySlug.has(manifest.slug)) {
      workbench.complain(
        at,
        "has the slug of a connector before it",
        "Remove one of them, or change its slug.",
      );
    }
    const type = manifest.oauth?.accountType;
    if (type !== undefined && accounts?.providers.some(({ provider }) => provider.name === type) === false) {
      workbench.warnings.push(
        `${workbench.written.where(at)} needs accounts at "${type}", which is not in accounts.providers: it is on offer ` +
          "when there is an account type of that name.",
      );
    }
    bySlug.set(manifest.slug, { directory: place, manifest });
  }
  return [...bySlug.values()];
}
