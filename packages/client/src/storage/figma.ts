import type { ClientStorage } from "./storage.ts";

/** A request of the plugin's page to its main thread, and the answer. */
interface Message {
  willcall: "get" | "set" | "remove" | "answer";
  id: number;
  key?: string;
  value?: string | undefined;
  failed?: boolean;
}

/** What of Figma's `figma` global the main thread's half uses. */
export interface FigmaHost {
  ui: {
    on(type: "message", listener: (message: unknown) => void): void;
    postMessage(message: unknown, options?: { origin?: string }): void;
  };
  clientStorage: {
    getAsync(key: string): Promise<unknown>;
    setAsync(key: string, value: unknown): Promise<void>;
    deleteAsync(key: string): Promise<void>;
  };
}

/** Figma's main thread may be busy with the document, but not for ever. Milliseconds. */
const LIMIT = 10_000;

const isMessage = (value: unknown): value is Message => typeof Object(value).willcall === "string";

/**
 * Keeps the record in `figma.clientStorage`, which lies in the plugin's main thread: a plugin's page has an opaque
 * origin, and no storage of its own. The main thread calls `serveFigmaStorage(figma)`.
 *
 * @param pluginId where the page was navigated to a URL of its own: the manifest's id, and only Figma's page hears it
 */
export function figmaStorage({ pluginId }: { pluginId?: string } = {}): ClientStorage {
  let last = 0;
  const ask = (willcall: Message["willcall"], key: string, value?: string): Promise<string | null> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      const end = () => {
        clearTimeout(timer);
        removeEventListener("message", heard);
      };
      const heard = ({ data, source }: MessageEvent) => {
        const answer: unknown = Object(data).pluginMessage;
        if (source !== parent || !isMessage(answer) || answer.willcall !== "answer" || answer.id !== id)
          return;
        end();
        if (answer.failed) reject(new Error("figma.clientStorage failed"));
        else resolve(answer.value ?? null);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error("the plugin's main thread does not answer: call serveFigmaStorage(figma) there"));
      }, LIMIT);
      addEventListener("message", heard);
      const pluginMessage: Message = { willcall, id, key, value };
      if (pluginId === undefined) parent.postMessage({ pluginMessage }, "*");
      else parent.postMessage({ pluginMessage, pluginId }, "https://www.figma.com");
    });
  return {
    get: (key) => ask("get", key),
    set: (key, value) => ask("set", key, value),
    remove: (key) => ask("remove", key),
  };
}

/** The main thread's half: answers the page from `figma.clientStorage`. Leaves the plugin's own messages alone. */
export function serveFigmaStorage({ ui, clientStorage }: FigmaHost): void {
  const work = async ({ willcall, key = "", value }: Message): Promise<string | undefined> => {
    if (willcall === "set") await clientStorage.setAsync(key, value);
    if (willcall === "remove") await clientStorage.deleteAsync(key);
    if (willcall !== "get") return undefined;
    const stored = await clientStorage.getAsync(key);
    return typeof stored === "string" ? stored : undefined;
  };
  ui.on("message", (message) => {
    if (!isMessage(message) || message.willcall === "answer") return;
    const { id } = message;
    const answer = (rest: Partial<Message>) =>
      ui.postMessage({ willcall: "answer", id, ...rest }, { origin: "*" });
    void work(message).then(
      (value) => answer({ value }),
      () => answer({ failed: true }),
    );
  });
}
