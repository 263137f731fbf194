import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Dialect, Pending } from "./dialect.ts";
import { WillcallError } from "./errors.ts";
import { Unanswered } from "./http.ts";
import { followLogin } from "./login.ts";
import { pickUp } from "./pick-up.ts";
import type { State } from "./state.ts";
import type { Tokens } from "./tokens.ts";

const minute = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A dialect of which only the poll matters; counts polls. */
function polled(poll: (count: number) => Tokens | undefined | Promise<Tokens | undefined>) {
  const counter = { count: 0 };
  const dialect = { poll: async () => poll(++counter.count) } as unknown as Dialect;
  return { dialect, counter };
}
const begun = (at = Date.now()): Pending => ({ v: 1, url: "https://login.example/login", at, readKey: "k" });
const never = new AbortController().signal;
/** How it ended, once it has. */
const outcome = (promise: Promise<unknown>) => promise.catch((error: WillcallError) => error.code);
const held = (milliseconds: number) =>
  new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), milliseconds));

describe("waiting for a login", () => {
  test("ends with expired, a little after the broker itself gives up", async () => {
    const { dialect } = polled(() => held(25_000));
    const ended = outcome(pickUp(dialect, begun(), never, () => {}));
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(minute);
    expect(await ended).toBe("expired");
  });

  test("asks every two seconds where nobody holds the question", async () => {
    const { dialect, counter } = polled(() => undefined);
    void outcome(pickUp(dialect, begun(), never, () => {}));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(counter.count).toBe(11);
  });

  test.each([-5, 5])("takes as long when the clock jumps by %d hours meanwhile", async (hours) => {
    const { dialect } = polled(() => held(25_000));
    const ended = outcome(pickUp(dialect, begun(), never, () => {}));
    await vi.advanceTimersByTimeAsync(minute);
    vi.setSystemTime(Date.now() + hours * 60 * minute);
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect(await ended).toBe("expired");
  });

  test("asks at least once for a login that is older than it may be: its box may still be there", async () => {
    const { dialect } = polled(() => ({ access_token: "a" }));
    const kept = await pickUp(dialect, begun(Date.now() - 15 * minute), never, () => {});
    expect(kept).toEqual({ access_token: "a", v: 1, at: Date.now() - 15 * minute });
  });

  test("counts a token's life from the last question that was answered with “not yet”", async () => {
    const { dialect } = polled((count) => (count < 3 ? held(25_000) : { access_token: "a" }));
    const waiting = pickUp(dialect, begun(), never, () => {});
    await vi.advanceTimersByTimeAsync(50_000);
    expect((await waiting).at).toBe(1_000_000 + 25_000);
  });

  test("gives a broker up that never answers, in less than a minute", async () => {
    const { dialect, counter } = polled(() => Promise.reject(new Unanswered("broker_unreachable")));
    const ended = outcome(pickUp(dialect, begun(), never, () => {}));
    await vi.advanceTimersByTimeAsync(minute);
    expect(await ended).toBe("broker_unreachable");
    expect(counter.count).toBe(5);
  });

  test("rides out a broker that answered before, and says what is wrong meanwhile", async () => {
    const { dialect } = polled((count) => {
      if (count === 1) return held(25_000);
      return count < 12 ? Promise.reject(new Unanswered("broker_unreachable")) : { access_token: "a" };
    });
    const reports: (string | undefined)[] = [];
    const waiting = pickUp(dialect, begun(), never, (error) => reports.push(error?.code));
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(await waiting).toMatchObject({ access_token: "a" });
    expect(reports.slice(0, 3)).toEqual([undefined, "broker_unreachable", "broker_unreachable"]);
  });

  test("stays through any length of being offline, until the login expires", async () => {
    const { dialect } = polled(() => Promise.reject(new Unanswered("network")));
    const ended = outcome(pickUp(dialect, begun(), never, () => {}));
    await vi.advanceTimersByTimeAsync(9 * minute);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(3 * minute);
    expect(await ended).toBe("network");
  });

  test("asks again at once when the network is back", async () => {
    const heard = new Set<(event: { type: string }) => void>();
    vi.stubGlobal("addEventListener", (_: string, woken: (event: { type: string }) => void) =>
      heard.add(woken),
    );
    vi.stubGlobal("removeEventListener", (_: string, woken: (event: { type: string }) => void) =>
      heard.delete(woken),
    );
    const { dialect, counter } = polled(() => Promise.reject(new Unanswered("network")));
    void outcome(pickUp(dialect, begun(), never, () => {}));
    await vi.advanceTimersByTimeAsync(minute);
    const before = counter.count;
    for (const woken of heard) woken({ type: "online" });
    await vi.advanceTimersByTimeAsync(0);
    expect(counter.count).toBe(before + 1);
  });

  test("ends at once with an outcome", async () => {
    const { dialect } = polled(() => Promise.reject(new WillcallError("access_denied")));
    expect(await outcome(pickUp(dialect, begun(), never, () => {}))).toBe("access_denied");
  });
});

/** Follows a login of which nobody hears, until it expires. */
async function follow(windowOpen: () => unknown, begin: Pending | Promise<Pending> = begun()) {
  vi.stubGlobal("window", { open: windowOpen });
  const { dialect } = polled(() => held(25_000));
  const states: State[] = [];
  const login = followLogin({
    known: dialect,
    readKey: () => Promise.reject(new Error("not asked")),
    begun: begin,
    resumed: false,
    open: undefined,
    remember: () => {},
    tell: (state) => states.push(state),
  });
  const ended = outcome(login.kept);
  await vi.advanceTimersByTimeAsync(11 * minute);
  return { code: await ended, states };
}

describe("the login window", () => {
  test("that never opened makes popup_blocked of a login that expired", async () => {
    const { code, states } = await follow(() => null);
    expect(code).toBe("popup_blocked");
    expect(states[1]).toMatchObject({ status: "waiting", opened: false });
  });

  test("that opened leaves it expired", async () => {
    const { code, states } = await follow(() => ({ closed: false, opener: {} }));
    expect(code).toBe("expired");
    expect(states[1]).toMatchObject({ status: "waiting", opened: true, closed: false });
  });

  test("loses its opener, and may refuse to", async () => {
    const handle = { closed: false, opener: {} };
    await follow(() => handle);
    expect(handle.opener).toBeNull();
    const { code } = await follow(() => Object.freeze({ closed: false, opener: {} }));
    expect(code).toBe("expired");
  });

  test("opens empty for a link that is still to come, and is given it then", async () => {
    const opened: unknown[] = [];
    const replaced: unknown[] = [];
    const handle = { closed: false, opener: {}, location: { replace: (url: unknown) => replaced.push(url) } };
    const open = (...given: unknown[]) => (opened.push(...given), handle);
    await follow(open, Promise.resolve(begun()));
    expect([opened, replaced]).toEqual([["about:blank"], ["https://login.example/login"]]);
  });

  test("closes again when there is no link", async () => {
    const close = vi.fn<() => void>();
    const { code } = await follow(
      () => ({ opener: {}, close }),
      Promise.reject(new Unanswered("broker_unreachable")),
    );
    expect(code).toBe("broker_unreachable");
    expect(close).toHaveBeenCalledOnce();
  });
});
