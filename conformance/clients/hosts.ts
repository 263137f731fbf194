import type { Plugin } from "esbuild";

/** As much of each host as its guide uses. `globalThis.host` is the test: it opens links, and hands them back. */
const modules: Readonly<Record<string, string>> = {
  electron: `export const shell = { openExternal: (url) => void host.open(url) };`,

  vscode: `
    export const Uri = { parse: (text) => new URL(text) };
    export const env = { openExternal: (uri) => host.open(uri.href) };
    export const window = {
      registerUriHandler: ({ handleUri }) => {
        host.returned = ({ search }) => handleUri({ query: search.slice(1) });
        return { dispose: () => {} };
      },
    };`,

  obsidian: `
    export class Plugin {
      registerObsidianProtocolHandler(action, handle) {
        host.returned = ({ searchParams }) => handle({ action, ...Object.fromEntries(searchParams) });
      }
    }
    export async function requestUrl({ url, ...request }) {
      const answer = await fetch(url, request);
      return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
    }`,

  "@raycast/api": `
    import { createHash, randomBytes } from "node:crypto";
    class PKCEClient {
      async authorizationRequest(options) {
        const codeVerifier = randomBytes(32).toString("base64url");
        const state = randomBytes(16).toString("base64url");
        return { ...options, codeVerifier, state, redirectURI: "raycast://oauth?package_name=Extension" };
      }
      authorize({ endpoint, clientId, scope, state, codeVerifier, redirectURI }) {
        const url = new URL(endpoint);
        url.search = new URLSearchParams({
          response_type: "code",
          client_id: clientId,
          scope,
          state,
          redirect_uri: redirectURI,
          code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
          code_challenge_method: "S256",
        });
        return new Promise((resolve, reject) => {
          host.returned = ({ searchParams }) =>
            searchParams.get("state") === state
              ? resolve({ authorizationCode: searchParams.get("code") })
              : reject(new Error("another state"));
          host.open(url.href);
        });
      }
      setTokens({ access_token, refresh_token }) {
        this.tokens = { accessToken: access_token, refreshToken: refresh_token, isExpired: () => host.expired };
      }
      getTokens() {
        return this.tokens;
      }
    }
    export const OAuth = { PKCEClient, RedirectMethod: { App: "app" } };`,
};

/** Lets esbuild find the hosts' modules, which only exist inside the hosts. */
export const hosts: Plugin = {
  name: "hosts",
  setup: (build) => {
    build.onResolve({ filter: /^(?:electron|vscode|obsidian|@raycast\/api)$/ }, ({ path }) => ({
      path,
      namespace: "host",
    }));
    build.onLoad({ filter: /.*/, namespace: "host" }, ({ path }) => ({
      contents: modules[path] ?? "",
      resolveDir: "/",
    }));
  },
};
