import { createElement, StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { Client } from "./client.ts";
import { LoginButton, useWillcall } from "./react.tsx";
import type { State } from "./state.ts";

/** A client that is in a state, and does nothing. */
const inState = (state: State) => ({ state, subscribe: () => () => {} }) as unknown as Client;
const render = (state: State, children?: (state: State) => string) =>
  renderToString(
    <StrictMode>
      <LoginButton client={inState(state)} className="own">
        {children}
      </LoginButton>
    </StrictMode>,
  );

describe("<LoginButton>", () => {
  test.each<[State, string, string]>([
    [{ status: "signed-out" }, "Log in", 'aria-busy="false"'],
    [{ status: "opening" }, "Waiting…", 'aria-busy="true"'],
    [{ status: "waiting", url: "https://x", opened: true, closed: false }, "Waiting…", 'aria-busy="true"'],
    [{ status: "signed-in" }, "Log out", 'aria-busy="false"'],
    [{ status: "expired" }, "Log in", 'aria-busy="false"'],
  ])("shows the state %j", (state, text, attribute) => {
    const html = render(state);
    expect(html).toContain(`data-status="${state.status}"`);
    expect(html).toContain(attribute);
    expect(html).toContain(`>${text}</button>`);
    expect(html).toContain('class="own"');
  });

  test("can't be pressed while nobody knows who is logged in", () => {
    expect(render({ status: "signed-out", restoring: true })).toContain("disabled");
  });

  test("shows what its children make of the state", () => {
    expect(render({ status: "expired" }, ({ status }) => `again: ${status}`)).toContain("again: expired");
  });
});

function Show() {
  return createElement("p", null, useWillcall(inState({ status: "expired" })).status);
}

test("useWillcall gives the client's state", () => {
  expect(renderToString(<Show />)).toContain("expired");
});
