import type { Html } from "../html.ts";

/** Why an account is not in order, where there is more to say than that it is not. */
export type ToldTrouble =
  | "dead_token"
  | "no_refresh_token"
  | "unreadable"
  | "provider_down"
  | "provider_timeout"
  | "rate_limited"
  | "misconfigured";

/** Why what a person asked for on the home page was not begun. */
export type ToldProblem = "bad_input" | "missing_input" | "not_offered" | "restarting" | "not_connected";

/** What a person has just done on the home page. */
export type ToldDeed = "disconnected" | "forgotten";

/** One thing that is said of an attempt to connect: what happened, then what to do. */
export interface AttemptText {
  readonly heading: (provider: Html) => Html;
  readonly body: (provider: Html) => Html;
}

/** Every word of the home page, in one language. */
export interface HomeTexts {
  readonly title: string;
  readonly heading: string;
  /** Before the name of the person. */
  readonly signedInAs: string;
  readonly signOut: string;
  /** Where there are no accounts yet. */
  readonly none: string;
  readonly more: string;
  readonly back: string;
  /** After a link, for those who do not see where it leads. */
  readonly newWindow: string;
  readonly justNow: string;
  readonly account: {
    /** Where the provider did not say what to call it. */
    readonly unnamed: string;
    readonly status: { readonly connected: string; readonly needs_reconnect: string; readonly error: string };
    readonly troubles: Readonly<Record<ToldTrouble, (provider: Html) => Html>>;
    readonly otherTrouble: { readonly needs_reconnect: string; readonly error: string };
    readonly used: (ago: string) => string;
    readonly unused: string;
    readonly connected: (ago: string) => string;
    readonly scopes: (count: number) => string;
    readonly moreScopes: (count: number) => string;
    readonly reconnect: string;
    readonly disconnect: string;
  };
  readonly connect: {
    readonly heading: string;
    readonly button: string;
    /** Before a value that fits. */
    readonly example: (value: Html) => Html;
  };
  readonly connectors: {
    readonly heading: string;
    readonly uses: (provider: Html) => Html;
  };
  readonly attempt: {
    readonly waiting: AttemptText;
    readonly finishing: AttemptText;
    readonly connected: AttemptText;
    readonly reconnected: AttemptText;
    readonly denied: AttemptText;
    readonly cancelled: AttemptText;
    readonly expired: AttemptText;
    /** With why between heading and body. */
    readonly retry: AttemptText;
    readonly failed: AttemptText;
    readonly open: string;
    readonly cancel: string;
    readonly close: string;
  };
  readonly problems: Readonly<Record<ToldProblem, string>>;
  /** `forgotten`: here, but not at the provider. */
  readonly deeds: Readonly<Record<ToldDeed, { readonly heading: string; readonly body: string }>>;
  readonly disconnect: {
    readonly title: string;
    readonly heading: (provider: Html) => Html;
    readonly lead: (label: Html, provider: Html) => Html;
    readonly consequences: (app: Html, provider: Html) => Html;
    readonly proceed: string;
    readonly cancel: string;
  };
  readonly run: {
    readonly title: string;
    readonly start: string;
    readonly log: string;
    /** The region with its lines, for those who do not see it. */
    readonly lines: (connector: Html) => Html;
    readonly empty: string;
    readonly status: {
      readonly never: string;
      readonly running: string;
      readonly succeeded: string;
      readonly failed: string;
      readonly timed_out: string;
      readonly stopped: string;
    };
    readonly started: (ago: string) => string;
    readonly ended: (ago: string) => string;
    /** Before the connector's own word for what went wrong. */
    readonly error: string;
    /** The connector says that only the person can help. */
    readonly needsOwner: string;
    /** Of lines that are neither debugging nor information. */
    readonly levels: { readonly warn: string; readonly error: string; readonly critical: string };
  };
}
