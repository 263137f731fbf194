import { type FigmaHost, serveFigmaStorage } from "@willcall/client/storage/figma";

/** The plugin's main thread: `manifest.json` names the bundle of a file that calls this with Figma's own `figma`. */
export function main(figma: FigmaHost): void {
  serveFigmaStorage(figma);
}
