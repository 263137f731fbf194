/**
 * `npm run bench`: Willcall's figures as ratios to controls in the same run. `npm run bench -- poll lag` runs only the
 * named ones. Nothing leaves this machine.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { accountFigures } from "./account-figures.ts";
import { type Server, startServer } from "./child.ts";
import { CONNECTIONS, ROUNDS, type Work, compare, expectStatus, measure, ratioRow, row } from "./figures.ts";
import { type Begun, authorize, begin, launch, login, poll } from "./login.ts";
import { setTimeout as sleep } from "node:timers/promises";
import * as oauth from "./oauth.ts";
import { startups } from "./startup.ts";
import { median, percentile } from "./stats.ts";
import { Wire, load, request } from "./wire.ts";

const STATIC = request("GET", "/json");

const data = mkdtempSync(join(tmpdir(), "willcall-bench-"));
const wanted = process.argv.slice(2);

/** What `count` calls of `make` come to. */
async function gather(port: number, count: number, make: (wire: Wire) => Promise<string>): Promise<string[]> {
  const made: string[] = [];
  await load(port, CONNECTIONS, count, async (wire) => void made.push(await make(wire)));
  return made;
}

/** Logins that a browser has launched and nobody has finished: what a pending poll asks for. */
async function launched(port: number, count: number): Promise<string[]> {
  const keys: string[] = [];
  await load(port, CONNECTIONS, count, async (wire) => {
    const begun = await begin(wire);
    await launch(wire, begun);
    keys.push(begun.readKey);
  });
  return keys;
}

const provider = await startServer("provider");
const environment = {
  PROVIDER_PORT: String(provider.port),
  DATA: data,
  ROOT_KEY: randomBytes(32).toString("base64"),
};
const statics = await startServer("static");
const broker = await startServer("broker", environment);
const control = [statics, expectStatus(() => STATIC, 200)] as const;

const figures: Record<string, () => Promise<void>> = {
  poll: async () => {
    const keys = await launched(broker.port, 20_000);
    // A read key may be polled four times a second: enough keys that no limit is met.
    const pending = expectStatus((index) => poll(keys[index % keys.length] ?? ""), 404);
    ratioRow("POST /poll pending", 0.5, await compare(control, [broker, pending], [60_000, 40_000]));
    const forged = (keys[0] ?? "").replace(/.{4}$/, "AAAA");
    const refused = expectStatus(() => poll(forged), 404);
    ratioRow("POST /poll forged key", 0.65, await compare(control, [broker, refused], [60_000, 60_000]));
  },

  authorize: async () => {
    const begins = expectStatus(() => authorize, 200);
    ratioRow("POST /authorize", 0.18, await compare(control, [broker, begins], [60_000, 20_000]));
  },

  token: async () => {
    const total = 4_000;
    // A code is good for a minute and once: as many as the rounds need, no more.
    const codes = await gather(broker.port, ROUNDS * total, oauth.code);
    const handles: string[] = [];
    const redeem: Work = async (wire) => {
      const answer = await wire.send(oauth.redeem(codes.pop() ?? ""));
      handles.push((JSON.parse(answer.body) as { refresh_token: string }).refresh_token);
    };
    ratioRow("POST /token with a code", 0.05, await compare(control, [broker, redeem], [30_000, total]));
    const refresh = expectStatus(() => oauth.refresh(handles.pop() ?? ""), 200);
    ratioRow("POST /token, refresh", 0.04, await compare(control, [broker, refresh], [30_000, total]));
  },

  device: async () => {
    const total = 3_000;
    // Each code once: within five seconds the answer would be a cheaper one.
    const codes = await gather(broker.port, ROUNDS * total, oauth.device);
    const pending: Work = async (wire) => {
      const { body } = await wire.send(oauth.pollDevice(codes.pop() ?? ""));
      if (!body.includes("authorization_pending")) throw new Error(`expected a pending login, got ${body}`);
    };
    ratioRow("POST /token, device pending", 0.2, await compare(control, [broker, pending], [30_000, total]));
  },

  logins: async () => {
    const skeleton = await startServer("skeleton", environment);
    const rates = await compare([skeleton, login], [broker, login], [10_000, 10_000]);
    ratioRow("whole logins", 0.25, rates, "logins/s");
    await skeleton.stop();
  },

  lag: async () => {
    for (const [together, target] of [
      [1, "≤ 1 / 10 ms"],
      [16, "≤ 3 / 10 ms"],
    ] as const) {
      const lags: number[] = [];
      const browsers = await Promise.all(Array.from({ length: together }, () => Wire.open(broker.port)));
      const apps = await Promise.all(Array.from({ length: together }, () => Wire.open(broker.port)));
      await Promise.all(
        browsers.map(async (browser, index) => {
          const app = apps[index] ?? browser;
          for (let round = 0; round < 1_000 / together; round++) {
            lags.push(await pickUpLag(browser, app));
          }
        }),
      );
      for (const wire of [...browsers, ...apps]) wire.close();
      const value = `${percentile(lags, 0.5).toFixed(2)} / ${percentile(lags, 0.99).toFixed(2)} ms`;
      row(`pick-up lag, long-poll, ${together} at a time, p50 / p99`, target, value, `${lags.length} logins`);
    }
  },

  requests: async () => {
    const [browser, app] = [await Wire.open(broker.port), await Wire.open(broker.port)];
    const begun = await begin(app);
    let sent = 1;
    const callback = await launch(browser, begun);
    browser.close();
    const finish = async (): Promise<void> => {
      await sleep(20_000);
      // As browsers do: no server keeps a connection for as long as a person takes.
      const returning = await Wire.open(broker.port);
      await returning.send(callback);
      returning.close();
    };
    const finishing = finish();
    for (let status = 404; status === 404; sent++) status = (await app.send(poll(begun.readKey, 25))).status;
    await finishing;
    app.close();
    row("requests per login with 20 s of user time", "≤ 2", String(sent), "from the app");
  },

  memory: async () => {
    const parked = 10_000;
    const keys = await launched(broker.port, parked);
    // Fresh processes: what launching left behind in another one's heap is not what waiting costs.
    const own = await startServer("broker", environment);
    const bare = await startServer("bare");
    const ours = await park(own, (index) => poll(keys[index] ?? "", 25), parked);
    const theirs = await park(bare, () => request("POST", "/"), parked);
    row(
      "memory with 10,000 parked long-polls",
      "≤ 1.35",
      (ours / theirs).toFixed(2),
      `${ours.toFixed(0)} MB; bare node:http ${theirs.toFixed(0)} MB`,
    );
    await bare.stop();
    const pending = expectStatus((index) => poll(keys[index % keys.length] ?? ""), 404);
    await load(own.port, CONNECTIONS, 20_000, pending);
    const before = await own.heap();
    await load(own.port, CONNECTIONS, 100_000, pending);
    const after = await own.heap();
    row(
      "heap over 100,000 further polls",
      "flat",
      `${(after - before).toFixed(1)} MB`,
      `${before.toFixed(1)} → ${after.toFixed(1)} MB`,
    );
    await own.stop();
  },

  startup: async () => {
    const { control: empty, starts } = await startups();
    for (const { name, first, later } of starts) {
      const times = `${Math.round(later)} ms`;
      const detail = `${Math.round(first)} ms at the very first start; an empty Node process ${Math.round(empty)} ms`;
      row(`start-up to listening, ${name}`, "≤ 300 ms", times, detail);
    }
  },

  ...accountFigures(provider, control),

  unopened: async () => {
    const million = 1_000_000;
    const before = { rows: countRows(), bytes: bytesOnDisk() };
    const pending = await launched(broker.port, 5_000);
    const polls = expectStatus((index) => poll(pending[index % pending.length] ?? ""), 404);
    const begins = expectStatus(() => authorize, 200);
    const first = { poll: await steady(polls), authorize: await steady(begins) };
    const middle = { rows: countRows(), bytes: bytesOnDisk() };
    await load(broker.port, CONNECTIONS, million, begins);
    const rowsMade = countRows() - middle.rows;
    const bytesMade = bytesOnDisk() - middle.bytes;
    const last = { poll: await steady(polls), authorize: await steady(begins) };
    row(
      "1,000,000 begins that nobody opens",
      "0 rows, 0 bytes",
      `${rowsMade} rows, ${bytesMade} B`,
      `${before.rows} rows and ${before.bytes} bytes before`,
    );
    row("poll rate afterwards", "≥ 0.95", (last.poll / first.poll).toFixed(2), "of the rate before");
    row(
      "authorize rate afterwards",
      "≥ 0.95",
      (last.authorize / first.authorize).toFixed(2),
      "of the rate before",
    );
  },
};

async function steady(work: Work): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push((await measure(broker, 20_000, work)).rate);
  return median(rates);
}

/** Milliseconds from the answered callback to the tokens in the waiting app; 0 when the tokens were first. */
async function pickUpLag(browser: Wire, app: Wire): Promise<number> {
  const begun: Begun = await begin(browser);
  const callback = await launch(browser, begun);
  const waiting = app.send(poll(begun.readKey, 25)).then((answer) => {
    if (answer.status !== 200) throw new Error(`the pick-up answered ${answer.status}`);
    return performance.now();
  });
  // Let the poll reach the server before the browser comes back.
  await sleep(2);
  await browser.send(callback);
  const redirected = performance.now();
  return Math.max(0, (await waiting) - redirected);
}

/** Memory of `server` while `count` requests wait on connections of their own, in MB. */
async function park(server: Server, bytes: (index: number) => string, count: number): Promise<number> {
  const wires: Wire[] = [];
  for (let index = 0; index < count; index++) {
    const wire = await Wire.open(server.port);
    wire.send(bytes(index)).catch(() => {});
    wires.push(wire);
  }
  await server.heap();
  const memory = server.memory();
  for (const wire of wires) wire.close();
  return memory;
}

function countRows(): number {
  const db = new DatabaseSync(join(data, "willcall.sqlite"), { readOnly: true });
  const counted = db.prepare("SELECT count(*) AS rows FROM logins").get();
  db.close();
  return Number(counted?.["rows"]);
}

function bytesOnDisk(): number {
  return readdirSync(data)
    .filter((name) => name.startsWith("willcall."))
    .reduce((sum, name) => sum + statSync(join(data, name)).size, 0);
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${CONNECTIONS} connections, medians of ${ROUNDS}`,
);
for (const [name, figure] of Object.entries(figures)) {
  if (wanted.length === 0 || wanted.includes(name)) await figure();
}
await Promise.all([provider.stop(), statics.stop(), broker.stop()]);
rmSync(data, { recursive: true, force: true });
