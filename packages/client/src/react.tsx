import { type ButtonHTMLAttributes, type ReactNode, useSyncExternalStore } from "react";
import type { Client } from "./client.ts";
import type { State } from "./state.ts";

/**
 * The client's state, and a render whenever it changes. The client is made outside of components, so that strict
 * mode and hot reload do not make a second one.
 */
export function useWillcall(client: Client): State {
  const read = () => client.state;
  return useSyncExternalStore(client.subscribe, read, read);
}

/** A button's own attributes, and whose login it is. */
export interface LoginButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  client: Client;
  /** What stands in it, for each state. */
  children?: ReactNode | ((state: State) => ReactNode);
}

/**
 * A button without a look: logs in, or out where somebody is logged in. `data-status` carries the state's name for
 * style sheets; `aria-busy` is set while a login is under way. A click while it waits opens the window again.
 */
export function LoginButton({ client, children = label, onClick, ...attributes }: LoginButtonProps) {
  const state = useWillcall(client);
  const { status } = state;
  return (
    <button
      type="button"
      data-status={status}
      aria-busy={status === "opening" || status === "waiting"}
      disabled={status === "signed-out" && state.restoring === true}
      {...attributes}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented) return;
        void (status === "signed-in" ? client.logout() : client.login());
      }}
    >
      {typeof children === "function" ? children(state) : children}
    </button>
  );
}

const label = ({ status }: State) =>
  status === "signed-in" ? "Log out" : status === "opening" || status === "waiting" ? "Waiting…" : "Log in";
