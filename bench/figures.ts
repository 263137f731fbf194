import type { Server } from "./child.ts";
import { median } from "./stats.ts";
import { type Wire, load } from "./wire.ts";

/** Connections that load comes from. */
export const CONNECTIONS = 16;
/** Turns of which the median counts. */
export const ROUNDS = 3;

/** What was measured of one server. */
export interface Rate {
  /** Requests (or logins) per second, the median of three. */
  rate: number;
  /** Server processor time per request, in microseconds. */
  cpu: number;
}

/** Measures `work` and its control in turns, so that both meet the same weather. */
export async function compare(
  [control, controlWork]: readonly [Server, Work],
  [subject, subjectWork]: readonly [Server, Work],
  totals: readonly [number, number],
): Promise<{ control: Rate; subject: Rate }> {
  const runs: { control: Rate[]; subject: Rate[] } = { control: [], subject: [] };
  for (let round = 0; round < ROUNDS; round++) {
    runs.control.push(await measure(control, totals[0], controlWork));
    runs.subject.push(await measure(subject, totals[1], subjectWork));
  }
  const middle = (rates: Rate[]): Rate => ({
    rate: median(rates.map(({ rate }) => rate)),
    cpu: median(rates.map(({ cpu }) => cpu)),
  });
  return { control: middle(runs.control), subject: middle(runs.subject) };
}

/** One request, or whatever is counted as one. */
export type Work = (wire: Wire, index: number) => Promise<void>;

/** Measures `total` runs of `work` from all connections. */
export async function measure(server: Server, total: number, work: Work): Promise<Rate> {
  const cpu = server.cpu();
  const seconds = await load(server.port, CONNECTIONS, total, work);
  return { rate: total / seconds, cpu: ((server.cpu() - cpu) / total) * 1e6 };
}

/** Prints one figure. */
export function row(figure: string, target: string, value: string, detail: string): void {
  console.log(`${figure.padEnd(44)} ${value.padStart(16)}   target ${target.padEnd(16)} ${detail}`);
}

/** Prints a figure that is a ratio of rates. */
export function ratioRow(
  figure: string,
  target: number,
  { control, subject }: { control: Rate; subject: Rate },
  unit = "rps",
): void {
  const ratio = subject.rate / control.rate;
  const per = (rate: Rate) =>
    `${Math.round(rate.rate).toLocaleString("en")} ${unit}, ${Math.round(rate.cpu)} µs CPU`;
  row(figure, `≥ ${target.toFixed(2)}`, ratio.toFixed(2), `${per(subject)}; control ${per(control)}`);
}

/** Sends requests that must be answered with `status`. */
export const expectStatus =
  (bytes: (index: number) => string, status: number): Work =>
  async (wire, index) => {
    const answer = await wire.send(bytes(index));
    if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}`);
  };
