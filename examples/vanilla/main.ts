import { WillcallLogin } from "@willcall/client/element";

// The page has everything in its HTML; this only greets whoever logged in.
const login = document.querySelector("willcall-login");
const name = document.querySelector("#name");
if (!(login instanceof WillcallLogin) || !name) throw new Error("index.html has no <willcall-login>");

async function greet(client: WillcallLogin["client"], place: Element): Promise<void> {
  const answer = await client.fetch("/me");
  const { name: who } = await answer.json();
  place.textContent = `Hello, ${who}.`;
}

const show = () => {
  if (login.client.state.status === "signed-in") void greet(login.client, name);
  else name.textContent = "Log in to bring your notes in.";
};
login.addEventListener("willcall-state", show);
show();
