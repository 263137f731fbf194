import type { Connection } from "../connection.ts";
import type { Visit } from "../login/launch.ts";

/**
 * What `Referer` and `Sec-Fetch-*` say of where this navigation comes from. Our own pages send no `Referer`:
 * `Sec-Fetch-Site` tells them, which no page can set.
 *
 * @param publicUrl our own origin
 */
export function navigationOf(
  connection: Connection,
  publicUrl: string,
): Pick<Visit, "referrer" | "navigation"> {
  const referer = connection.header("referer");
  const destination = connection.header("sec-fetch-dest");
  const fetched = connection.header("sec-purpose") ?? connection.header("purpose");
  const navigation =
    fetched !== null
      ? "other"
      : destination === null
        ? "unknown"
        : destination === "document"
          ? "document"
          : "other";
  const referrer = referer !== null && URL.canParse(referer) ? new URL(referer).origin : null;
  const isOurs = connection.header("sec-fetch-site") === "same-origin";
  return { referrer: isOurs ? publicUrl : referrer, navigation };
}
