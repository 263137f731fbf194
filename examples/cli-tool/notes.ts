import { WillcallError } from "@willcall/client";
import { messageOf } from "@willcall/client/messages";
import { createCliClient, tokenFile } from "@willcall/client/node";

// `node examples/cli-tool/notes.ts [login [--device]|token|logout]`: what a command-line tool does with the client.
// With `--device` the browser may be on another machine: a link and a code are printed.

const client = createCliClient({
  broker: process.env["WILLCALL"] ?? "http://localhost:8787",
  file: process.env["NOTES_TOKENS"] ?? tokenFile("fieldnotes"),
  device: process.argv.includes("--device"),
  ...(process.env["NOTES_BROWSER"] === "none" && { browser: false }),
});

const commands: Record<string, () => Promise<string>> = {
  login: async () => {
    const { scope = "what it was made for" } = await client.login();
    return `You are logged in. This tool may use: ${scope}.`;
  },
  token: () => client.getAccessToken(),
  logout: async () =>
    (await client.logout()) ? "You are logged out." : "Forgotten here; the broker did not confirm.",
};

const command = commands[process.argv[2] ?? "login"];
if (!command) {
  console.error("Usage: notes.ts [login [--device]|token|logout]");
  process.exit(2);
}
try {
  console.log(await command());
} catch (error) {
  console.error(error instanceof WillcallError ? messageOf(error) : error);
  process.exitCode = 1;
}
