import type { App, AppProvider } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import type { AccountTypes } from "../engines/account-types.ts";
import { type Registrations, configuredRegistrations } from "../registrations.ts";
import { openDocument } from "./document.ts";
import { isTypeName, splitId, understand } from "./understand.ts";

/**
 * The registrations of the accounts app: those of the configuration, then account types, of which those of the broker's
 * own context come first (contract E). A registration is made once for each revision of its document.
 */
export function accountRegistrations(desk: Desk, app: App, types: AccountTypes): Registrations {
  const { config, log } = desk;
  const configured = configuredRegistrations(app);
  const made = new Map<string, { rev: string; registration: AppProvider | undefined }>();

  /** Undefined: there is no document of this id. */
  async function stored(id: string): Promise<{ registration: AppProvider | undefined } | undefined> {
    const row = await types.read(id);
    if (row === undefined || row.deleted) {
      made.delete(id);
      return undefined;
    }
    const known = made.get(id);
    if (known?.rev === row.rev) return known;
    const document = openDocument(desk, row);
    if (document === undefined) log.error("account_type.unreadable", { provider: splitId(id).name });
    const registration = document && understand(id, document, config).registration;
    const next = { rev: row.rev, registration };
    made.set(id, next);
    return next;
  }

  async function at(provider: string): Promise<AppProvider | undefined> {
    const named = await configured.at(provider);
    if (named !== undefined || !isTypeName(provider)) return named;
    const { accountContext: context } = config;
    const own = context === undefined ? undefined : await stored(`${context}/${provider}`);
    return (own ?? (await stored(provider)))?.registration;
  }

  return {
    at,
    async list() {
      const ids = (await types.list()).filter(({ deleted }) => !deleted).map(({ id }) => splitId(id));
      const visible = ids.filter(({ context }) => context === undefined || context === config.accountContext);
      const names = new Set([
        ...app.providers.map((one) => one.provider.name),
        ...visible.map((id) => id.name),
      ]);
      const found = await Promise.all(Array.from(names, at));
      return found.filter((registration) => registration !== undefined);
    },
  };
}
