import type { EgressFetch } from "../../platform.ts";
import { createProviderClient } from "../client.ts";
import type { Definition } from "../definition.ts";
import type { Callback, ProviderFailure, TokenResult } from "../provider.ts";
import { createQuirkProvider, type QuirkProvider } from "./quirk-provider.ts";
import { settingFor } from "./setting.ts";

/** A whole login as it went. */
export interface WholeLogin {
  readonly provider: QuirkProvider;
  readonly callback: Callback | undefined;
  readonly exchanged: TokenResult;
  readonly refreshed: TokenResult | undefined;
  readonly revoked: "revoked" | "unsupported" | ProviderFailure;
}

/**
 * Begin, finish, refresh and revoke at a provider scripted from a definition. `connect` puts something between
 * client and provider: a real socket, say.
 */
export async function wholeLogin(
  definition: Definition,
  connect: (provider: EgressFetch) => Promise<EgressFetch> = (provider) => Promise.resolve(provider),
): Promise<WholeLogin> {
  const { options, provider } = await settingFor(definition);
  const quirk = createQuirkProvider(options);
  const client = createProviderClient({
    now: () => options.now(),
    random: (length) => new Uint8Array(length).fill(7),
    fetch: await connect(quirk.fetch),
  });
  const { inputs, redirectUri, codeVerifier, nonce, scope } = options;

  quirk.expect("authorization");
  const url = await client.authorizationUrl(provider, {
    redirectUri,
    state: "STATE",
    scope,
    codeVerifier,
    nonce,
    inputs,
  });
  if (!url.ok) throw new Error(`no authorization URL: ${url.failure.reason}`);
  const callback = await client.readCallback(provider, quirk.authorize(url.url));
  const captured = callback?.kind === "code" ? callback.captured : {};

  quirk.expect("exchange");
  const code = callback?.kind === "code" ? callback.code : "";
  const exchanged = await client.exchange(provider, {
    code,
    state: "STATE",
    redirectUri,
    codeVerifier,
    nonce,
    inputs,
    captured,
  });

  let refreshed: TokenResult | undefined;
  if (options.definition.refresh?.supported !== false && exchanged.ok) {
    quirk.expect("refresh");
    refreshed = await client.refresh(provider, exchanged.tokens.refresh_token ?? "", { inputs, captured });
  }

  const hint = options.definition.revocation?.tokens?.[0] ?? "refresh_token";
  if (options.definition.revocation_endpoint !== undefined) quirk.expect("revocation", hint);
  const token = hint === "access_token" ? quirk.tokens.access : quirk.tokens.refresh;
  const revoked = await client.revoke(provider, token, hint, { inputs, captured });
  return { provider: quirk, callback, exchanged, refreshed, revoked };
}
