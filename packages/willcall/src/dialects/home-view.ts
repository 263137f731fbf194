import { type Attempt, openAttempt, readAttempt } from "../accounts/attempt.ts";
import { DEFAULT_OWNER } from "../accounts/owner-session.ts";
import type { Vault } from "../accounts/vault.ts";
import type { App, AppProvider } from "../config/config.ts";
import type { Connector } from "../connectors/connector.ts";
import type { ConnectorRuns, Run } from "../connectors/runs.ts";
import type { Desk } from "../desk.ts";
import type { AccountRow } from "../engines/vault-store.ts";
import { ticketUrl } from "../login/begin.ts";
import type { Offer, ShownAccount, ShownAttempt, ShownConnector, Visitor } from "../pages/home/page.ts";
import type { Registrations } from "../registrations.ts";
import { HOME_PATH } from "./session.ts";

/** Accounts in one page of the list. */
const PAGE = 50;

/** What the home page shows things of. */
export interface Showroom {
  readonly desk: Desk;
  /** As which accounts are connected, … */
  readonly app: App;
  /** … and where. */
  readonly registrations: Registrations;
  readonly vault: Vault;
  /** Where connectors can be run; undefined: none are on offer. */
  readonly runs: ConnectorRuns | undefined;
}

/** Who is signed in, and what proves that a form was made for them. */
export interface Owner {
  readonly owner: string;
  readonly nonce: string;
}

/** What the query of the home page may say. */
export interface Asked {
  /** The ticket of an attempt. */
  readonly attempt: string | null;
  /** The state of that attempt that was shown last, and until when to wait for another. */
  readonly seen?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The last account of the page before. */
  readonly after: string;
  readonly notice: string | null;
  /** The offer that the notice is about. */
  readonly at: string | null;
}

/** Everything that the home page shows to an owner. */
export async function homeView(room: Showroom, who: Owner, asked: Asked) {
  const { vault, registrations, desk } = room;
  const attempt = await shownAttempt(room, who.owner, asked);
  // After the attempt: where it has just ended, its account is among them.
  const rows = await vault.list({ owner: who.owner }, asked.after, PAGE + 1);
  const last = rows.length > PAGE ? rows[PAGE - 1] : undefined;
  const all = (await registrations.list()).filter(({ interactive }) => interactive !== false);
  const accounts = await Promise.all(rows.slice(0, PAGE).map((row) => accountView(room, row)));
  const providers = all.map((one) =>
    offerOf("provider", one.provider.name, one.provider.title, null, one, asked),
  );
  const connectors = connectorsOn(room).flatMap(({ manifest }) => {
    const used = all.find(({ provider }) => provider.name === manifest.oauth?.accountType);
    return used ? [offerOf("connector", manifest.slug, manifest.name, used.provider.title, used, asked)] : [];
  });
  return {
    ...visitor(who),
    now: desk.platform.now(),
    attempt,
    accounts: accounts.sort(byName),
    more: last === undefined ? null : `${HOME_PATH}?after=${last.id}`,
    connectors,
    providers,
    // Said once: at the offer that it is about, if that is still there.
    notice: [...connectors, ...providers].some(({ problem }) => problem !== null) ? null : asked.notice,
  };
}

/** Who looks at a page: one person alone needs no name. */
export function visitor({ owner, nonce }: Owner): Visitor {
  return { owner: owner === DEFAULT_OWNER ? null : owner, nonce };
}

/** Where an account is reached. */
export function accountPath(id: string): string {
  return `${HOME_PATH}/accounts/${id}`;
}

/** One account, with the connectors that may be run with it. */
export async function accountView(room: Showroom, row: AccountRow): Promise<ShownAccount> {
  const registration = await room.registrations.at(row.provider);
  const usable = connectorsOn(room).filter(({ manifest }) => manifest.oauth?.accountType === row.provider);
  return {
    path: accountPath(row.id),
    provider: registration?.provider.title ?? row.provider,
    label: row.label,
    status: row.status,
    reason: row.reason,
    scopes: row.scope?.split(" ").filter(Boolean) ?? [],
    createdAt: row.createdAt,
    usedAt: row.usedAt,
    connectors: await Promise.all(
      usable.map(async (connector) =>
        connectorView(connector, row.id, await room.runs?.last(connector, row.id)),
      ),
    ),
  };
}

/** A connector that may be run with an account, and how its last run stands. */
export function connectorView(
  { manifest }: Connector,
  account: string,
  run: Run | undefined,
): ShownConnector {
  return {
    name: manifest.name,
    path: `${accountPath(account)}/runs/${manifest.slug}`,
    run: run ? { outcome: run.outcome ?? "running", startedAt: run.startedAt, endedAt: run.endedAt } : null,
  };
}

/** The connectors that may be run here. */
export function connectorsOn({ desk, runs }: Showroom): readonly Connector[] {
  return runs === undefined ? [] : desk.config.connectors;
}

async function shownAttempt(
  { desk, app, registrations }: Showroom,
  owner: string,
  { attempt: ticket, seen, signal }: Asked,
): Promise<ShownAttempt | null> {
  const login = ticket === null ? undefined : openAttempt(desk, owner, ticket);
  if (ticket === null || login === undefined) return null;
  const { state, reason }: Attempt = await readAttempt(desk, login, seen, signal);
  const registration = await registrations.at(login.provider);
  const provider = registration?.provider.title ?? login.provider;
  return { state, provider, reason, url: ticketUrl(desk, app, ticket), ticket };
}

function offerOf(
  kind: "provider" | "connector",
  name: string,
  title: string,
  uses: string | null,
  { provider }: AppProvider,
  { at, notice }: Asked,
): Offer {
  const inputs = Object.entries(provider.definition.inputs ?? {}).filter(([, { by }]) => by !== "operator");
  return {
    title,
    uses,
    fields: { [kind]: name },
    inputs: inputs.map(([input, rule]) => ({
      name: input,
      title: rule.title,
      example: rule.example,
      byDefault: rule.default ?? null,
    })),
    problem: at === `${kind}.${name}` ? notice : null,
  };
}

function byName(one: ShownAccount, other: ShownAccount): number {
  return namesOf(one).localeCompare(namesOf(other)) || one.createdAt - other.createdAt;
}

function namesOf({ provider, label }: ShownAccount): string {
  return `${provider}\n${label ?? ""}`;
}
