import type { Accounts } from "./accounts.ts";
import { members } from "./http.ts";
import { UserAgent } from "./user-agent.ts";

/** A page of the operator's app, from which its people come. */
export const APP = "https://fieldnotes.example";
/** How a browser navigates from one of the broker's own pages. */
export const FROM_OUR_PAGE = { headers: { "sec-fetch-site": "same-origin", "sec-fetch-dest": "document" } };

const isHome = (url: string): boolean => url.endsWith("/home");

/** What `POST /api/owner-sessions` answers for `owner`, with a link that is shown in the app. */
export async function sessionOf(
  { post }: Pick<Accounts, "post">,
  owner: string,
  more: object = {},
): Promise<{ url: string; code: string }> {
  const { url, session_code: code } = members(
    await post("/api/owner-sessions", { owner, origin: APP, ...more }),
  );
  return { url: String(url), code: String(code) };
}

/** A browser that is signed in as `owner`. */
export async function signedIn(stage: Pick<Accounts, "post" | "broker">, owner: string): Promise<UserAgent> {
  const browser = new UserAgent();
  const { url } = await sessionOf(stage, owner);
  const page = await browser.open(url, { referer: `${APP}/`, until: isHome });
  if (page.location !== `${stage.broker.base}/home`) throw new Error(`not signed in: ${page.status}`);
  return browser;
}
