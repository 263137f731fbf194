import { ask, idOf, keepAccounts, measureStore, refreshTogether } from "./accounts.ts";
import { type Server, startServer } from "./child.ts";
import { type Work, compare, expectStatus, measure, ratioRow, row } from "./figures.ts";
import { median } from "./stats.ts";

/** The figures of accounts: `reads`, `refreshes`, `accounts`. */
export function accountFigures(
  provider: Server,
  control: readonly [Server, Work],
): Record<string, () => Promise<void>> {
  return {
    reads: async () => {
      const kept = await keepAccounts(1_000, provider.port);
      const own = await startServer("accounts", kept.environment);
      const fresh = kept.ids.map((id) => ask(kept, `/api/accounts/${id}/tokens`));
      const read = expectStatus((index) => fresh[index % fresh.length] ?? "", 200);
      ratioRow(
        "read of an account's fresh token",
        0.3,
        await compare(control, [own, read], [60_000, 40_000]),
      );
      await own.stop();
      kept.dispose();
    },

    refreshes: async () => {
      const [rounds, together] = [1_000, 200];
      const { lost, calls, ended, seconds } = await refreshTogether(rounds, together);
      const figure = `${together} refreshes of one account at once, ${rounds} rounds`;
      const detail = `${calls} calls upstream, ${ended} accounts ended, 4 processes, ${Math.round(seconds)} s`;
      row(figure, "0 lost", `${lost} lost`, detail);
    },

    accounts: async () => {
      const count = 100_000;
      const [none, kept] = [await keepAccounts(0, provider.port), await keepAccounts(count, provider.port)];
      const starts: Record<"none" | "kept", number[]> = { none: [], kept: [] };
      for (let round = 0; round < 5; round++) {
        for (const [name, { environment }] of [["none", none] as const, ["kept", kept] as const]) {
          const start = performance.now();
          const server = await startServer("accounts", environment);
          starts[name].push(performance.now() - start);
          await server.stop();
        }
      }
      const milliseconds = `${median(starts.kept).toFixed(0)} ms against ${median(starts.none).toFixed(0)} ms`;
      const ratio = median(starts.kept) / median(starts.none);
      row("start-up with 100,000 accounts, of none", "≤ 1.10", ratio.toFixed(2), milliseconds);

      const own = await startServer("accounts", kept.environment);
      const listed = (query: (index: number) => string): Work =>
        expectStatus((index) => ask(kept, `/api/accounts?${query(index)}`), 200);
      const lists = {
        "of an owner": listed((index) => `owner=owner-${index % 1_000}`),
        "from anywhere": listed((index) => `after=${idOf((index * 7_919) % count)}`),
        "that need reconnecting (none does)": listed(() => "status=needs_reconnect"),
      };
      for (const [name, work] of Object.entries(lists)) {
        const { rate, cpu } = await measure(own, 2_000, work);
        row(`list of 50 ${name}`, "", `${Math.round(rate)}/s`, `${Math.round(cpu)} µs CPU`);
      }
      await own.stop();
      for (const { name, milliseconds: taken, detail } of await measureStore(kept))
        row(name, "", `${taken.toFixed(2)} ms`, detail);
      for (const store of [none, kept]) store.dispose();
    },
  };
}
