import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Desktop, browserOpener } from "./browser.ts";

const here: Desktop = { env: { DISPLAY: ":0" }, platform: "linux", attended: true };

describe("a browser", () => {
  it.each<[string, Partial<Desktop>]>([
    ["a display", {}],
    ["Wayland's display", { env: { WAYLAND_DISPLAY: "wayland-0" } }],
    ["a display through ssh", { env: { DISPLAY: "localhost:10", SSH_CONNECTION: "10.0.0.1" } }],
    ["a Mac", { platform: "darwin", env: {} }],
    ["Windows", { platform: "win32", env: {} }],
  ])("is opened where there is %s", (_what, desktop) => {
    expect(browserOpener({ ...here, ...desktop })).toBeTypeOf("function");
  });

  it.each<[string, Partial<Desktop>]>([
    ["nobody sits at the terminal", { attended: false }],
    ["there is no display", { env: {} }],
    ["somebody came from another machine", { platform: "darwin", env: { SSH_CONNECTION: "10.0.0.1" } }],
  ])("is not opened where %s", (_what, desktop) => {
    expect(browserOpener({ ...here, ...desktop })).toBeUndefined();
  });
});

describe.skipIf(process.platform === "win32")("what opens it", () => {
  let folder: string;
  let opened: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "browser-"));
    opened = join(folder, "opened");
    env = { DISPLAY: ":0", PATH: `${folder}:/usr/bin:/bin` };
    return () => rm(folder, { recursive: true });
  });

  async function install(): Promise<void> {
    const path = join(folder, "xdg-open");
    await writeFile(
      path,
      `#!/bin/sh\nprintf '%s|' "$@" > "${opened}.draft"\nmv "${opened}.draft" "${opened}"\n`,
    );
    await chmod(path, 0o755);
  }

  it("gets the URL as one word, whatever a shell would make of it", async () => {
    await install();
    const url = `https://login.example/accounts/login?ticket=a&b=$(touch ${folder}/pwned);\`id\`|"'`;
    browserOpener({ ...here, env })?.(url);
    await vi.waitFor(async () => expect(await readFile(opened, "utf8")).toBe(`${url}|`), { timeout: 10_000 });
    await expect(readFile(join(folder, "pwned"))).rejects.toThrow("ENOENT");
  });

  it("gets nothing but web pages", async () => {
    await install();
    const open = browserOpener({ ...here, env });
    for (const url of ["file:///etc/passwd", "--version", "javascript:alert(1)", " https://x"]) open?.(url);
    open?.("https://login.example/");
    await vi.waitFor(async () => expect(await readFile(opened, "utf8")).toBe("https://login.example/|"), {
      timeout: 10_000,
    });
  });

  it("may be missing: the link was printed", async () => {
    const open = browserOpener({ ...here, env: { DISPLAY: ":0", PATH: folder } });
    expect(() => open?.("https://login.example/")).not.toThrow();
  });
});
