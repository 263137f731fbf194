import { createClient, type State } from "@willcall/client";
import { messageOf } from "@willcall/client/messages";
import { figmaStorage } from "@willcall/client/storage/figma";

// A plugin's page has no origin, so no storage: both go to figma.clientStorage.
const storage = figmaStorage();
const client = createClient({
  broker: document.querySelector<HTMLMetaElement>("meta[name=willcall]")?.content ?? "",
  storage,
  pendingStorage: storage,
});

const button = document.querySelector<HTMLButtonElement>("#log-in");
const link = document.querySelector<HTMLAnchorElement>("#link");
const status = document.querySelector("#status");
if (!button || !link || !status) throw new Error("index.html is not the page that this script is for");

const show = (state: State) => {
  const waiting = state.status === "waiting";
  const error = "error" in state ? state.error : undefined;
  status.textContent = error
    ? messageOf(error)
    : waiting
      ? "Finish the login in your browser."
      : state.status === "signed-in"
        ? "You are logged in."
        : "Log in to bring your notes in.";
  // Figma's desktop app opens the system's browser, and does not say so.
  link.hidden = !waiting || state.opened;
  link.href = waiting ? state.url : "";
  button.textContent = state.status === "signed-in" ? "Log out" : waiting ? "Open again" : "Log in";
};

button.addEventListener("click", () => {
  void (client.state.status === "signed-in" ? client.logout() : client.login());
});
client.subscribe(show);
show(client.state);
