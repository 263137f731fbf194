import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { type Listening, listen } from "../demo/listen.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** What an example's site serves. */
export interface SiteOptions {
  /** Where its files are; `main.ts` or `main.tsx` there becomes `/main.js`. */
  folder: string;
  /** Replaces `{{name}}` in HTML. */
  places: Readonly<Record<string, string>>;
  /** The provider whose account API is passed on at `/me`, for pages that may not call it themselves. */
  provider?: string;
  /** Takes what is posted to `/open`. */
  open?: (url: string) => void;
}

/** Bundles a script for browsers. */
export async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** Serves a page with its script on a port of its own, so at an origin of its own. Rejects when the port is taken. */
export async function startPage(port: number, options: SiteOptions): Promise<Listening> {
  const { folder, places, provider, open } = options;
  const html = readFileSync(join(folder, "index.html"), "utf8");
  const files: Readonly<Record<string, string>> = {
    "/index.html": html.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => places[name] ?? ""),
    "/style.css": readFileSync(join(import.meta.dirname, "style.css"), "utf8"),
    "/main.js": await bundle(join(folder, "main")),
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname === "/" ? "/index.html" : pathname;
    const file = files[path];
    if (pathname === "/me" && provider !== undefined) {
      await passOn(`${provider}/me`, request.headers.authorization ?? "", response);
    } else if (pathname === "/open" && open && request.method === "POST") {
      open(await text(request));
      response.writeHead(204).end();
    } else if (file === undefined) {
      response.writeHead(404).end();
    } else {
      // A sandboxed frame has no origin, and modules are fetched with CORS.
      const headers = { "content-type": types[extname(path)], "access-control-allow-origin": "*" };
      response.writeHead(200, { ...headers, "cache-control": "no-store" }).end(file);
    }
  };
  return listen(port, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
}

async function passOn(url: string, authorization: string, response: ServerResponse): Promise<void> {
  const answer = await fetch(url, { headers: { authorization } });
  response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
}
