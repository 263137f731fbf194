import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** A request as the provider received it. */
export interface Received {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

/** Answers a token request in the provider's stead. */
export type Script = (response: ServerResponse, request: Received, normal: () => Promise<void>) => unknown;

/** How the provider behaves while it behaves. */
export interface ProviderOptions {
  /** Refresh tokens are used once; an old one ends the grant (RFC 9700 §4.14.2). Else they stay the same. */
  readonly rotates?: boolean;
  /** Further members of its token answers, or other values for the usual ones; `undefined` leaves one out. */
  readonly tokens?: Readonly<Record<string, unknown>>;
  /** Every token begins with it. */
  readonly mark?: string;
  readonly clientSecret?: string;
}

/** An OAuth provider on loopback that records everything and can be told to misbehave. */
export interface ScriptedProvider extends AsyncDisposable {
  readonly origin: string;
  /** Every request to the token endpoint, in order. */
  readonly tokenRequests: readonly Received[];
  /** Every request to the revocation endpoint. */
  readonly revocations: readonly Received[];
  /** Every request to its login page. */
  readonly visits: readonly Received[];
  /** Answers token requests from now on; undefined: properly. */
  script(script: Script | undefined): void;
  /** A code as the login page would give for this authorization URL. */
  authorize(authorizationUrl: string): string;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

interface Code {
  readonly challenge: string | null;
  readonly redirectUri: string | null;
}

/**
 * Starts it on a free port. It checks what a provider checks: the client's secret, the code, the redirect URI, PKCE
 * (RFC 7636 §4.6), the refresh token. Its login page lets everybody in at once.
 */
export async function startScriptedProvider(options: ProviderOptions = {}): Promise<ScriptedProvider> {
  const { rotates = false, mark = "", clientSecret = "top-secret" } = options;
  const tokenRequests: Received[] = [];
  const revocations: Received[] = [];
  const visits: Received[] = [];
  const codes = new Map<string, Code>();
  /** Refresh tokens by value: the family, and whether it is the newest. */
  const families = new Map<string, { family: number; newest: boolean }>();
  const dead = new Set<number>();
  let count = 0;
  let script: Script | undefined;

  const token = (kind: string): string => `${mark}${kind}-${randomBytes(9).toString("base64url")}`;
  function answer(response: ServerResponse, refreshToken: string, family: number): void {
    families.set(refreshToken, { family, newest: true });
    json(response, 200, {
      access_token: token("access"),
      token_type: "bearer",
      expires_in: 3600,
      refresh_token: refreshToken,
      scope: "read",
      ...options.tokens,
    });
  }

  function exchange(response: ServerResponse, form: URLSearchParams): void {
    const code = form.get("code") ?? "";
    const known = codes.get(code);
    codes.delete(code);
    const verifier = form.get("code_verifier") ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const fits = known?.challenge === null ? verifier === "" : known?.challenge === challenge;
    if (known === undefined || !fits || known.redirectUri !== form.get("redirect_uri"))
      return json(response, 400, { error: "invalid_grant" });
    answer(response, token("refresh"), count++);
  }

  function refresh(response: ServerResponse, form: URLSearchParams): void {
    const presented = form.get("refresh_token") ?? "";
    const known = families.get(presented);
    if (known !== undefined && !known.newest) dead.add(known.family);
    if (known === undefined || dead.has(known.family)) return json(response, 400, { error: "invalid_grant" });
    if (rotates) families.set(presented, { ...known, newest: false });
    answer(response, rotates ? token("refresh") : presented, known.family);
  }

  function normal(response: ServerResponse, { headers, form }: Received): void {
    const basic = `Basic ${Buffer.from(`client:${clientSecret}`).toString("base64")}`;
    if (headers.authorization !== basic && form.get("client_secret") !== clientSecret)
      return json(response, 401, { error: "invalid_client" });
    if (form.get("grant_type") === "authorization_code") exchange(response, form);
    else refresh(response, form);
  }

  function authorize(authorizationUrl: string): string {
    const { searchParams } = new URL(authorizationUrl);
    const code = token("code");
    codes.set(code, {
      challenge: searchParams.get("code_challenge"),
      redirectUri: searchParams.get("redirect_uri"),
    });
    return code;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const [path, query] = url.split("?");
    // A provider that takes token requests by GET has their parameters in the query.
    const sent = await text(request);
    const form = new URLSearchParams(method === "GET" && path === "/token" ? query : sent);
    const received = { method, url, headers, form };
    if (path === "/authorize") {
      visits.push(received);
      const { searchParams } = new URL(url, origin);
      const back = new URL(searchParams.get("redirect_uri") ?? "");
      back.searchParams.set("code", authorize(new URL(url, origin).href));
      back.searchParams.set("state", searchParams.get("state") ?? "");
      response.writeHead(302, { location: back.href }).end();
    } else if (path === "/revoke") {
      revocations.push(received);
      const known = families.get(received.form.get("token") ?? "");
      if (known !== undefined) dead.add(known.family);
      response.writeHead(200).end();
    } else {
      tokenRequests.push(received);
      const properly = async (): Promise<void> => normal(response, received);
      await (script === undefined ? properly() : script(response, received, properly));
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    tokenRequests,
    revocations,
    visits,
    script: (next) => {
      script = next;
    },
    authorize,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
