import { type Client, type ClientOptions, createClient } from "./client.ts";
import { messageOf } from "./messages.ts";
import type { State } from "./state.ts";

/**
 * `<willcall-login broker="https://…" app="…" provider="…" scope="…" hosts="api.example.com …">`: a log-in button with
 * the sentence and the link that the state calls for. `client` is the client, for `getAccessToken()` and `fetch()`;
 * set it instead of the attributes to bring one's own. Fires `willcall-state` after every change.
 *
 * Style it through `::part(button)`, `::part(message)`, `::part(link)` and the host's `status` attribute.
 */
export class WillcallLogin extends HTMLElement {
  #client: Client | undefined;
  #unsubscribe: (() => void) | undefined;
  readonly #button = part("button");
  readonly #message = part("span", "message");
  readonly #link = part("a", "link");

  constructor() {
    super();
    this.#button.type = "button";
    this.#button.addEventListener("click", () => {
      const { client } = this;
      void (client.state.status === "signed-in" ? client.logout() : client.login());
    });
    this.#message.role = "status";
    this.#link.target = "_blank";
    this.attachShadow({ mode: "open" }).append(this.#button, " ", this.#message, " ", this.#link);
  }

  /** The client; made from the attributes when first asked for. */
  get client(): Client {
    this.#client ??= createClient(this.#options());
    return this.#client;
  }

  set client(client: Client) {
    this.#client = client;
    if (this.isConnected) this.connectedCallback();
  }

  /** Called by the browser. */
  connectedCallback(): void {
    this.disconnectedCallback();
    this.#unsubscribe = this.client.subscribe((state) => {
      this.#show(state);
      this.dispatchEvent(new CustomEvent("willcall-state", { detail: state }));
    });
    this.#show(this.client.state);
  }

  /** Called by the browser. A login goes on: elements may be moved about. */
  disconnectedCallback(): void {
    this.#unsubscribe?.();
  }

  #options(): ClientOptions {
    const text = (name: string) => this.getAttribute(name) ?? "";
    const [provider, scope] = [text("provider"), text("scope")];
    return {
      broker: text("broker"),
      app: text("app"),
      ...(provider && { provider }),
      ...(scope && { scope }),
      hosts: text("hosts").split(/\s+/).filter(Boolean),
      ...(text("dialect") === "read-key" && { dialect: "read-key" }),
    };
  }

  #show(state: State): void {
    const { status } = state;
    const waiting = status === "waiting";
    const error = "error" in state ? state.error : undefined;
    this.setAttribute("status", status);
    this.#button.textContent = status === "signed-in" ? "Log out" : waiting ? "Open again" : "Log in";
    this.#button.disabled = status === "opening" || (status === "signed-out" && state.restoring === true);
    this.#message.textContent = error
      ? messageOf(error, navigator.language)
      : waiting
        ? "Finish the login in the window that opened."
        : status === "expired"
          ? "Your login has ended."
          : "";
    this.#link.hidden = !waiting || state.opened;
    this.#link.href = waiting ? state.url : "";
    this.#link.textContent = "Open the login page";
  }
}

function part<Tag extends "button" | "span" | "a">(tag: Tag, name: string = tag): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.setAttribute("part", name);
  return element;
}

if (!customElements.get("willcall-login")) customElements.define("willcall-login", WillcallLogin);
