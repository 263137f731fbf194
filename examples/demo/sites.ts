import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { type Listening, listen } from "./listen.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
};

/**
 * Serves a folder's files on a port of its own, so at an origin of its own. In HTML, `{{name}}` is replaced by the
 * place of that name. Rejects when the port is taken.
 */
export function startSite(
  port: number,
  folder: string,
  files: readonly string[],
  places: Readonly<Record<string, string>>,
): Promise<Listening> {
  return listen(port, (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const file = path === "/" ? "index.html" : path.slice(1);
    if (!files.includes(file)) {
      response.writeHead(404).end();
      return;
    }
    const text = readFileSync(join(folder, file), "utf8");
    const html = file.endsWith(".html");
    response.writeHead(200, { "content-type": types[extname(file)], "cache-control": "no-store" });
    response.end(html ? text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => places[name] ?? "") : text);
  });
}
