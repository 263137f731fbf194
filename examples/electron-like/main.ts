import { createClient, type State } from "@willcall/client";
import { messageOf } from "@willcall/client/messages";

// The renderer of a desktop app: it opens no windows, its main process asks the system for the browser. There,
// `open` would be a call over the context bridge that ends in `shell.openExternal(url)`.
const client = createClient({
  broker: document.querySelector<HTMLMetaElement>("meta[name=willcall]")?.content ?? "",
  open: (url) => fetch("/open", { method: "POST", body: url }).catch(() => {}),
});

const button = document.querySelector<HTMLButtonElement>("#log-in");
const where = document.querySelector<HTMLElement>("#where");
const link = document.querySelector<HTMLAnchorElement>("#link");
const status = document.querySelector("#status");
if (!button || !where || !link || !status)
  throw new Error("index.html is not the page that this script is for");

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
  where.hidden = !waiting;
  link.href = waiting ? state.url : "";
  button.textContent = state.status === "signed-in" ? "Log out" : "Log in";
};

button.addEventListener("click", () => {
  void (client.state.status === "signed-in" ? client.logout() : client.login());
});
client.subscribe(show);
show(client.state);
