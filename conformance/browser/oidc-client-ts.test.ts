import { build } from "esbuild";
import type { Browser, Page as Tab } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen } from "../../examples/demo/listen.ts";
import { startChain } from "../support/chain.ts";
import { launchChromium } from "./chromium.ts";
import { freePort } from "./scene.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** A single-page app that knows nothing of Willcall but its address. */
async function bundle(issuer: string, origin: string): Promise<string> {
  const contents = `
    import { UserManager } from "oidc-client-ts";
    const manager = new UserManager({
      authority: ${JSON.stringify(issuer)},
      metadataUrl: ${JSON.stringify(`${issuer}/.well-known/oauth-authorization-server`)},
      client_id: "fieldnotes",
      redirect_uri: ${JSON.stringify(`${origin}/callback`)},
      scope: "profile offline_access",
      automaticSilentRenew: false,
    });
    const show = (text) => { document.querySelector("output").textContent = text; };
    const buttons = {
      login: () => manager.signinRedirect(),
      refresh: async () => show("refreshed " + (await manager.signinSilent()).access_token),
      revoke: async () => { await manager.revokeTokens(["refresh_token"]); show("revoked"); },
    };
    for (const [name, act] of Object.entries(buttons))
      document.querySelector("#" + name).onclick = () => act().catch((error) => show("failed " + error.message));
    if (location.pathname === "/callback")
      manager.signinCallback().then((user) => show("logged in " + user.access_token), (error) => show("failed " + error.message));`;
  const stdin = { contents, resolveDir: import.meta.dirname };
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** What the app says, once it begins like that. */
async function said(tab: Tab, start: string): Promise<string> {
  const output = tab.locator("output", { hasText: start });
  await output.waitFor();
  return (await output.textContent()) ?? "";
}

describe("oidc-client-ts 3, in a real browser", () => {
  test("D1, D6, D10, D12, D13, D14: logs in with code and PKCE, refreshes and revokes across origins", async () => {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    await using chain = await startChain({ origins: [origin], redirectUris: [`${origin}/callback`] });
    const script = await bundle(chain.issuer, origin);
    const names = ["login", "refresh", "revoke"];
    const buttons = names.map((name) => `<button id="${name}">${name}</button>`).join("");
    const html = `<!doctype html><title>App</title>${buttons}<output></output><script>${script.replaceAll("</script", "<\\/script")}</script>`;
    const site = await listen(port, (_, response) =>
      response.setHeader("content-type", "text/html").end(html),
    );
    const context = await browser.newContext();
    try {
      const tab = await context.newPage();
      const press = (name: string): Promise<void> => tab.getByRole("button", { name }).click();
      await tab.goto(origin);
      await press("login");
      await press("Allow");
      const first = await said(tab, "logged in");
      await press("refresh");
      const second = await said(tab, "refreshed");
      expect(second.split(" ").at(-1)).not.toBe(first.split(" ").at(-1));
      await press("revoke");
      expect(await said(tab, "revoked")).toBe("revoked");
    } finally {
      await context.close();
      await site.close();
    }
  });
});
