// What a plugin does to log its user in: begin, open the window, wait, keep the tokens.

const willcall = document.querySelector("meta[name=willcall]").content;
const kept = "fieldnotes.tokens";
const element = (id) => document.getElementById(id);

async function logIn() {
  show("Log in in the window that opens …");
  const begun = await fetch(`${willcall}/authorize`, { method: "POST" });
  if (begun.status !== 200) return show("Logging in is not possible right now. Try again in a minute.");
  const { url, readKey } = await begun.json();
  window.open(url, "_blank", "width=480,height=720");
  return poll(readKey);
}

/** Asks until there is an answer. `wait=25` lets Willcall hold the question until there is one. */
async function poll(readKey) {
  for (;;) {
    const answer = await fetch(`${willcall}/poll?readKey=${readKey}&wait=25`, { method: "POST" });
    if (answer.status === 200) return keep(await answer.json());
    if (answer.status !== 404) return show(await answer.text());
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The old refresh token is worth nothing after this; the new one comes with the answer. */
async function refresh() {
  const code = encodeURIComponent(stored().refresh_token);
  const answer = await fetch(`${willcall}/refresh?code=${code}`, { method: "POST" });
  if (answer.status === 200) return keep(await answer.json());
  localStorage.removeItem(kept);
  return show("That login has ended. Log in again.");
}

function keep(tokens) {
  localStorage.setItem(kept, JSON.stringify(tokens));
  show("You are logged in.");
}

function forget() {
  localStorage.removeItem(kept);
  show("Log in to bring your notes in.");
}

function stored() {
  return JSON.parse(localStorage.getItem(kept));
}

function show(status) {
  const tokens = stored();
  element("status").textContent = status;
  element("log-in").hidden = tokens !== null;
  element("refresh").hidden = tokens === null;
  element("log-out").hidden = tokens === null;
  element("tokens").hidden = tokens === null;
  element("tokens").replaceChildren(
    ...Object.entries(tokens ?? {}).flatMap(([name, value]) => [item("dt", name), item("dd", String(value))]),
  );
}

function item(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** Runs a button's work; a broker that can't be reached is said, not thrown. */
function on(id, work) {
  element(id).addEventListener("click", () => {
    Promise.resolve(work()).catch(() => show("Willcall can’t be reached. Is it running?"));
  });
}

on("log-in", logIn);
on("refresh", refresh);
on("log-out", forget);
show(stored() === null ? "Log in to bring your notes in." : "You are logged in.");
