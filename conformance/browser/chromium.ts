import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import chromiumPackage from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** Where installers put Chrome, Chromium or Edge. */
const installed = [
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** Nothing here may talk to the network by itself: the tests count every request. */
const flags = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * A headless Chromium with a fresh profile: the one `CHROME_PATH` names, else an installed one, else (Linux on
 * x64) the one that comes with the development dependencies. Rejects when there is none.
 */
export async function launchChromium(): Promise<Browser> {
  const own = process.env.CHROME_PATH ?? installed.find((path) => existsSync(path));
  if (own !== undefined) {
    return chromium.launch({ executablePath: own, args: flags, chromiumSandbox: false });
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("No Chrome or Chromium found. Install one, or set CHROME_PATH to its executable.");
  }
  const executablePath = await chromiumPackage.executablePath();
  return chromium.launch({
    executablePath,
    args: flags,
    chromiumSandbox: false,
    env: { ...process.env, ...surroundings(executablePath) },
  });
}

/** The packaged Chromium's fonts and, on a machine without them (a slim container), its shared libraries. */
function surroundings(executablePath: string): Record<string, string> {
  const fonts = { FONTCONFIG_PATH: join(tmpdir(), "fonts") };
  if (!execFileSync("ldd", [executablePath], { encoding: "utf8" }).includes("not found")) return fonts;
  const libraries = join(tmpdir(), "chromium-libraries");
  if (!existsSync(libraries)) {
    const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
    const archive = join(dirname(main), "..", "..", "bin", "al2023.tar.br");
    mkdirSync(libraries);
    execFileSync("tar", ["-x", "-C", libraries], { input: brotliDecompressSync(readFileSync(archive)) });
  }
  return { ...fonts, LD_LIBRARY_PATH: join(libraries, "lib") };
}
