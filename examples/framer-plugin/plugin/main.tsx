import { createClient, type State, WillcallError } from "@willcall/client";
import { messageOf } from "@willcall/client/messages";
import { LoginButton, useWillcall } from "@willcall/client/react";
import { framer } from "framer-plugin";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const client = createClient({
  broker: document.querySelector<HTMLMetaElement>("meta[name=willcall]")?.content ?? "",
  hosts: [location.host],
});

void framer.showUI({ position: "top right", width: 320, height: 280 });

function Plugin() {
  const state = useWillcall(client);
  return (
    <>
      <h1>Fieldnotes</h1>
      {state.status === "signed-in" ? <Greeting /> : <Explanation state={state} />}
      <LoginButton client={client} />
    </>
  );
}

function Greeting() {
  const [name, setName] = useState("…");
  useEffect(() => {
    const gone = new AbortController();
    const load = async () => {
      const answer = await client.fetch("/me", { signal: gone.signal });
      setName((await answer.json()).name);
    };
    load().catch((error: unknown) => {
      if (gone.signal.aborted) return;
      framer.notify(error instanceof WillcallError ? messageOf(error) : "Your notes did not come.", {
        variant: "error",
      });
    });
    return () => gone.abort();
  }, []);
  return <p role="status">Hello, {name}.</p>;
}

function Explanation({ state }: { state: State }) {
  if (state.status === "waiting" && !state.opened) {
    return (
      <p role="status">
        <a href={state.url} target="_blank" rel="noreferrer">
          Log in on this page
        </a>
      </p>
    );
  }
  const error = "error" in state ? state.error : undefined;
  return <p role="status">{error ? messageOf(error) : "Log in to bring your notes in."}</p>;
}

const root = document.querySelector("#root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Plugin />
    </StrictMode>,
  );
}
