/**
 * `npm run bench:worker`: Willcall in local workerd, as ratios to controls in the same run: a constant JSON answer, a
 * bare read in a Durable Object, and a skeleton of a login. `npm run bench:worker -- poll lag` runs only the named
 * figures. Nothing leaves this machine.
 */
import { cpus } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { WebSocket } from "ws";
import { bundleWorker } from "../../conformance/support/worker-bundle.ts";
import { NativeApp } from "../../conformance/support/native-app.ts";
import { startServer } from "../child.ts";
import { authorize, begin, launch, login, poll } from "../login.ts";
import { PLUGIN_ORIGIN } from "../servers/config.ts";
import { median, percentile } from "../stats.ts";
import { Wire, header, load, request } from "../wire.ts";
import { startUpCost } from "./start-up.ts";
import { startWorkerd } from "./workerd.ts";

const CONNECTIONS = 16;
/** Many short turns instead of few long ones: a neighbour on the same processor then slows both of a pair. */
const ROUNDS = 15;
/** Turns before those that count, until the compiler is done with both. */
const WARM_UP = 3;
const NAVIGATION = "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n";

type Work = (wire: Wire, index: number) => Promise<void>;

function row(figure: string, target: string, value: string, detail: string): void {
  console.log(`${figure.padEnd(40)} ${value.padStart(16)}   target ${target.padEnd(22)} ${detail}`);
}

/** Measures `subject` and `control` in turns of `total` requests, so that both meet the same weather: the median of each turn's ratio. */
async function ratio(
  [controlPort, control]: readonly [number, Work],
  [port, subject]: readonly [number, Work],
  total: number,
): Promise<{ ratio: number; detail: string }> {
  const rates: { control: number[]; subject: number[] } = { control: [], subject: [] };
  const ratios: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const controlRate = total / (await load(controlPort, CONNECTIONS, total, control));
    const rate = total / (await load(port, CONNECTIONS, total, subject));
    if (round < 0) continue;
    rates.control.push(controlRate);
    rates.subject.push(rate);
    ratios.push(rate / controlRate);
  }
  const [own, other] = [median(rates.subject), median(rates.control)];
  return { ratio: median(ratios), detail: `${Math.round(own)}/s; control ${Math.round(other)}/s` };
}

const answering =
  (bytes: (index: number) => string, status: number): Work =>
  async (wire, index) => {
    const answer = await wire.send(bytes(index));
    if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}`);
  };

async function launched(count: number): Promise<string[]> {
  const keys: string[] = [];
  await load(broker.port, CONNECTIONS, count, async (wire) => {
    const begun = await begin(wire);
    await launch(wire, begun);
    keys.push(begun.readKey);
  });
  return keys;
}

const provider = await startServer("provider");
const origin = `http://127.0.0.1:${provider.port}`;
const configuration = {
  publicUrl: "http://localhost:8787",
  providers: {
    provider: {
      title: "Provider",
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      client_id: "bench",
      client_secret: "bench-secret",
    },
  },
  apps: { "": { title: "Bench", provider: "provider", scope: ["read"], origins: ["framer:bench"] } },
};
const skeleton = await startWorkerd("skeleton", "SKELETON", { PROVIDER: origin });
const broker = await startWorkerd("broker", "MAILBOXES", { CONFIGURATION: JSON.stringify(configuration) });

const figures: Record<string, () => Promise<void> | void> = {
  poll: async () => {
    // A read key may be polled four times a second: enough keys that no limit is met.
    const keys = await launched(4_000);
    const pending = answering((index) => poll(keys[index % keys.length] ?? ""), 404);
    const read = answering((index) => request("GET", `/read?id=${keys[index % keys.length]}`), 404);
    const { ratio: value, detail } = await ratio([skeleton.port, read], [broker.port, pending], 2_000);
    row("POST /poll pending", "≥ 0.70 of a bare read", value.toFixed(2), detail);
  },

  authorize: async () => {
    const json = answering(() => request("GET", "/json"), 200);
    const begins = answering(() => authorize, 200);
    const { ratio: value, detail } = await ratio([skeleton.port, json], [broker.port, begins], 2_000);
    row("POST /authorize", "≥ 0.25 of static JSON", value.toFixed(2), detail);
  },

  logins: async () => {
    const { ratio: value, detail } = await ratio([skeleton.port, login], [broker.port, login], 300);
    row("whole logins", "≥ 0.40 of a skeleton", value.toFixed(2), detail);
  },

  lag: async () => {
    for (const [name, wait] of [
      ["long-poll", longPollLag],
      ["WebSocket", socketLag],
    ] as const) {
      const [browser, app] = [await Wire.open(broker.port), await Wire.open(broker.port)];
      const lags: number[] = [];
      for (let round = 0; round < 200; round++) lags.push(await wait(browser, app));
      browser.close();
      app.close();
      const value = `${percentile(lags, 0.5).toFixed(2)} / ${percentile(lags, 0.99).toFixed(2)} ms`;
      row(`pick-up lag, ${name}, p50 / p99`, "≤ 5 ms p50", value, `${lags.length} logins`);
    }
  },

  deliveries: async () => {
    let several = 0;
    let none = 0;
    for (let trial = 0; trial < 200; trial++) {
      const wires = await Promise.all(Array.from({ length: 20 }, () => Wire.open(broker.port)));
      const [first] = wires;
      if (first === undefined) return;
      const begun = await begin(first);
      await first.send(await launch(first, begun));
      const answers = await Promise.all(wires.map((wire) => wire.send(poll(begun.readKey))));
      const delivered = answers.filter(({ status }) => status === 200).length;
      if (delivered > 1) several++;
      if (delivered === 0 && (await retried(first, begun.readKey)) !== 200) none++;
      for (const wire of wires) wire.close();
    }
    row("20 parallel polls, 200 trials", "1 delivery each", `${several} several`, `${none} none`);
  },

  memory: async () => {
    const keys = await launched(4_000);
    const pending = answering((index) => poll(keys[index % keys.length] ?? ""), 404);
    const read = answering((index) => request("GET", `/read?id=${keys[index % keys.length]}`), 404);
    const own: string[] = [];
    const floor: string[] = [];
    for (let part = 0; part < 4; part++) {
      await load(broker.port, CONNECTIONS, 25_000, pending);
      await load(skeleton.port, CONNECTIONS, 25_000, read);
      own.push(broker.memory().toFixed(0));
      floor.push(skeleton.memory().toFixed(0));
    }
    const detail = `${own.join(" → ")} MB; skeleton ${floor.join(" → ")} MB`;
    row("workerd memory over 100,000 polls", "≤ 200 MB, flat", `${own.at(-1)} MB`, detail);
  },

  bundle: async () => {
    const entry = join(import.meta.dirname, "..", "..", "packages", "willcall", "src", "worker.ts");
    const bundle = await bundleWorker(entry, { minify: true });
    const size = `${(gzipSync(bundle, { level: 9 }).length / 1000).toFixed(0)} KB`;
    row(
      "bundle, gzipped, without catalogue",
      "≤ 150 KB",
      size,
      `${(bundle.length / 1000).toFixed(0)} KB plain`,
    );
    const whole = await bundleWorker(join(import.meta.dirname, "broker.ts"), { minify: true });
    const costs = Array.from({ length: 9 }, () => startUpCost(whole));
    row(
      "start-up, with catalogue",
      "≤ 30 ms CPU",
      `${median(costs).toFixed(1)} ms`,
      "the bundle's top level",
    );
  },
};

/** A poll once the second of its key's limit is over. */
async function retried(wire: Wire, readKey: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return (await wire.send(poll(readKey))).status;
}

/** Milliseconds from the answered callback to the tokens in the waiting app; 0 when the tokens were first. */
async function longPollLag(browser: Wire, app: Wire): Promise<number> {
  const begun = await begin(browser);
  const callback = await launch(browser, begun);
  const waiting = app.send(poll(begun.readKey, 25)).then(() => performance.now());
  return lagOf(browser, callback, waiting);
}

/** The same for a native app that waits on a WebSocket. */
async function socketLag(browser: Wire): Promise<number> {
  const app = new NativeApp("", PLUGIN_ORIGIN);
  const url = `ws://127.0.0.1:${broker.port}/pickup/${app.mailbox}`;
  const socket = new WebSocket(url, { origin: PLUGIN_ORIGIN });
  await new Promise((resolve) => socket.once("open", resolve));
  const waiting = new Promise<number>((resolve) => socket.once("message", () => resolve(performance.now())));
  const headers = `Referer: ${PLUGIN_ORIGIN}/\r\n${NAVIGATION}`;
  const answer = await browser.send(request("GET", app.loginUrl(), headers));
  if (answer.status !== 303) throw new Error(`launch answered ${answer.status}`);
  const state = new URL(header(answer, "location")).searchParams.get("state");
  const cookie = header(answer, "set-cookie").split(";")[0];
  const callback = `/redirect?code=benchmark&state=${state}`;
  const lag = await lagOf(browser, request("GET", callback, `Cookie: ${cookie}\r\n${NAVIGATION}`), waiting);
  socket.terminate();
  return lag;
}

async function lagOf(browser: Wire, callback: string, waiting: Promise<number>): Promise<number> {
  // Let the wait reach the object before the browser comes back.
  await new Promise((resolve) => setTimeout(resolve, 10));
  const done = await browser.send(callback);
  if (done.status !== 200) throw new Error(`the callback answered ${done.status}`);
  const finished = performance.now();
  return Math.max(0, (await waiting) - finished);
}

const wanted = process.argv.slice(2);
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${CONNECTIONS} connections, medians of ${ROUNDS}`,
);
for (const [name, figure] of Object.entries(figures)) {
  if (wanted.length === 0 || wanted.includes(name)) await figure();
}
await Promise.all([skeleton.stop(), broker.stop(), provider.stop()]);
