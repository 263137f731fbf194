import type { Connection } from "../connection.ts";
import type { Visit } from "../login/launch.ts";

/** What `Referer` and `Sec-Fetch-*` say of where this navigation comes from. */
export function navigationOf(connection: Connection): Pick<Visit, "referrer" | "navigation"> {
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
  return {
    referrer: referer !== null && URL.canParse(referer) ? new URL(referer).origin : null,
    navigation,
  };
}
