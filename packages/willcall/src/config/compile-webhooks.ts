import { EVENT_TYPES } from "../engines/vault-store.ts";
import { permittedUrl } from "../providers/egress.ts";
import { Secret } from "../secret.ts";
import type { Webhook } from "./config.ts";
import { resolveReference } from "./references.ts";
import type { AccountsFile } from "./schema.ts";
import type { Workbench } from "./workbench.ts";

/** The webhooks as configured; those that are wrong are left out, and mistakes say why. */
export async function compileWebhooks(
  workbench: Workbench,
  files: NonNullable<AccountsFile["webhooks"]>,
): Promise<Webhook[]> {
  const webhooks: Webhook[] = [];
  for (const [index, { url, secret, events = EVENT_TYPES }] of files.entries()) {
    const path = ["accounts", "webhooks", index];
    const secrets: Secret<Uint8Array>[] = [];
    for (const reference of typeof secret === "string" ? [secret] : secret) {
      const compiled = await compileSecret(workbench, [...path, "secret"], reference);
      if (compiled !== undefined) secrets.push(compiled);
    }
    if (permittedUrl(url, workbench.mode === "development") === undefined) {
      const remedy =
        "Use an https URL on a public address, without user and password; http is for this machine, in development.";
      workbench.complain([...path, "url"], "is not a URL that may be called", remedy);
    } else if (webhooks.some((other) => other.url === url)) {
      const remedy = "Remove one, and list the events of both in the other.";
      workbench.complain([...path, "url"], "is there twice", remedy);
    } else if (secrets.length > 0) {
      webhooks.push({ url, secrets, events });
    }
  }
  return webhooks;
}

/** A signing secret as the specification spells it: `whsec_` and base64 of 24 to 64 bytes. */
async function compileSecret(
  { referents, complain }: Workbench,
  path: readonly (string | number)[],
  reference: string,
): Promise<Secret<Uint8Array> | undefined> {
  const resolved = await resolveReference(reference, referents);
  if (!resolved.ok) {
    complain(path, resolved.problem, resolved.remedy);
    return undefined;
  }
  const [, base64 = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(resolved.value.reveal()) ?? [];
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length >= 24 && bytes.length <= 64) return new Secret(Uint8Array.from(bytes));
  const remedy = "Set it to what `echo whsec_$(openssl rand -base64 32)` prints, here and at the endpoint.";
  complain(path, "leads to something that is no webhook secret", remedy);
  return undefined;
}
