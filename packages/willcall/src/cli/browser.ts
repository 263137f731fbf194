import { spawn } from "node:child_process";

/** Where a browser could be opened. */
export interface Desktop {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As in `process.platform`. */
  readonly platform: NodeJS.Platform;
  /** Whether somebody sits at the terminal. */
  readonly attended: boolean;
}

/**
 * How this machine opens a page in its person's browser; undefined where nobody sits in front of one: no terminal, no
 * display, or a login from another machine. No shell reads the URL, and only web pages are opened. Whether a browser came up,
 * nobody can say: the link is to be printed in any case.
 */
export function browserOpener({ env, platform, attended }: Desktop): ((url: string) => void) | undefined {
  const { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION } = env;
  // A display may be handed on through ssh; without one the browser would open where the person is not.
  const isHere = platform === "darwin" || platform === "win32" ? !SSH_CONNECTION : DISPLAY || WAYLAND_DISPLAY;
  if (!attended || !isHere) return undefined;
  const [command, ...parameters] = openers[platform] ?? ["xdg-open"];
  return (url) => {
    if (!/^https?:\/\//.test(url)) return;
    const child = spawn(command, [...parameters, url], { env, stdio: "ignore", detached: true });
    child.on("error", () => {});
    child.unref();
  };
}

/** `start` is a word of Windows' shell, which would read `&` in a URL; this is what stands behind it. */
const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};
