// What of Framer a plugin needs to start: it says that it is ready, is told where it is, and calls methods.

const plugin = document.querySelector("iframe");
const notice = document.querySelector("#notice");

interface Call {
  type: "pluginReadySignal" | "methodInvocation";
  methodName: string;
  id: number;
  args: unknown[];
}

const ready = {
  type: "pluginReadyResponse",
  mode: "canvas",
  permissionMap: {},
  environmentInfo: {},
  theme: null,
  initialState: { mode: "canvas", intent: "plugin/open" },
};

addEventListener("message", ({ data, source, origin }: MessageEvent<Call>) => {
  if (source !== plugin?.contentWindow || !source) return;
  const answer = (message: object) => plugin?.contentWindow?.postMessage(message, origin);
  if (data.type === "pluginReadySignal") answer(ready);
  if (data.type !== "methodInvocation") return;
  if (data.methodName === "notify" && notice) notice.textContent = String(data.args[0]);
  answer({ type: "methodResponse", id: data.id, result: null });
});
