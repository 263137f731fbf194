import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Client, type ClientOptions, createClient } from "./client.ts";
import { deviceDialect } from "./device.ts";
import { fileStorage } from "./storage/file.ts";

/** What a command-line client needs to know. */
export interface CliOptions extends Omit<ClientOptions, "storage" | "pendingStorage" | "open" | "dialect"> {
  /** Where the tokens are kept, readable by their owner alone. */
  file: string;
  /** Takes what the person has to read. Standard error unless said otherwise: standard output is the program's. */
  print?: (line: string) => void;
  /** Opens a page in the person's browser; absent: the system's own way. `false`: never, the link is enough. */
  browser?: ((url: string) => void) | false;
  /** The browser is on another machine (ssh, a container): prints a short link and a code, and opens nothing. */
  device?: boolean;
}

/** The usual place for a program's tokens: `$XDG_CONFIG_HOME/<program>/tokens.json`, or under `~/.config`. */
export function tokenFile(program: string): string {
  return join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), program, "tokens.json");
}

/** Opens `url` as the desktop does. A machine without one does nothing: the link was printed. */
function openBrowser(url: string): void {
  const [command, ...rest]: [string, ...string[]] =
    process.platform === "darwin"
      ? ["open"]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler"]
        : ["xdg-open"];
  const child = spawn(command, [...rest, url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}

/** A link as a person types it: the code apart, where it has one (RFC 8628 §3.3). */
function spell(url: string): string {
  const { origin, pathname, searchParams } = new URL(url);
  const code = searchParams.get("user_code");
  return code ? `Log in here: ${origin}${pathname}\nand enter the code ${code}` : `Log in here: ${url}`;
}

/** A client for a program in a terminal: prints the link, opens the browser, keeps the tokens in a file. */
export function createCliClient({
  file,
  print = (line) => void process.stderr.write(`${line}\n`),
  device = false,
  browser = device ? false : openBrowser,
  ...options
}: CliOptions): Client {
  return createClient({
    ...options,
    ...(device && { dialect: (base) => deviceDialect(base, options.app ?? "") }),
    storage: fileStorage(file),
    open(url) {
      print(spell(url));
      if (browser) browser(url);
    },
  });
}
