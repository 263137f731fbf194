import type { Account } from "./account.ts";

/** The account of this run, once it is open. */
export type CurrentAccount = () => Pick<Account, "fields" | "renew"> | undefined;

/**
 * A `fetch` that asks for a newer access token when one that the account gave is refused (401), and then asks again, once.
 * Requests without the account's token are sent as they are.
 */
export function createRenewingFetch(
  current: CurrentAccount,
  fetch: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const account = current();
    const used = account?.fields["access_token"];
    if (account === undefined || typeof used !== "string" || used === "" || !carries(request, used))
      return fetch(request);
    // A body can be read once: the copy is for the second try.
    const again = request.clone();
    const response = await fetch(request);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    return fetch(withToken(again, used, await account.renew(used)));
  };
}

const headers = (request: Request, token: string): [string, string][] =>
  [...request.headers].filter(([, value]) => value.includes(token));

function carries(request: Request, token: string): boolean {
  return (
    headers(request, token).length > 0 || [...new URL(request.url).searchParams.values()].includes(token)
  );
}

/** The request with one token in the other's place, in its headers and its query. */
function withToken(request: Request, used: string, token: string): Request {
  const url = new URL(request.url);
  const isOld = ([, value]: [string, string]): boolean => value === used;
  for (const [name] of [...url.searchParams].filter(isOld)) url.searchParams.set(name, token);
  const renewed = new Request(url, request);
  for (const [name, value] of headers(request, used))
    renewed.headers.set(name, value.replaceAll(used, token));
  return renewed;
}
