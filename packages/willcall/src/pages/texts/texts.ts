import type { ProviderFailure } from "../../providers/provider.ts";
import type { Html } from "../html.ts";
import type { HomeTexts } from "./home-texts.ts";

/** The two names in a text, already escaped and isolated. */
export interface Names {
  readonly app: Html;
  readonly provider: Html;
}

/** One page that only says something. */
export interface Notice {
  /** For the browser's tab: no names, so that nobody can write there. */
  readonly title: string;
  readonly heading: (names: Names) => Html;
  /** What happened, then what to do next: one paragraph each. */
  readonly body: (names: Names) => readonly Html[];
}

/** Why a login failed, where there is more to say than that it did; `interrupted`: the broker stopped in between. */
export type ToldReason = Exclude<ProviderFailure["reason"], "denied" | "dead_token"> | "interrupted";

/** Errors that people can do something about; every other one reads as a link that can't be used. */
export type ToldError =
  | "busy"
  | "foreign_form"
  | "no_session"
  | "not_interactive"
  | "unknown_session_code"
  | "unknown_account";

/** Every word that Willcall's pages say, in one language. A language that misses one doesn't compile. */
export interface Texts {
  /** BCP 47 primary subtag. */
  readonly language: string;
  /** Where a name is missing or empty. */
  readonly someApp: string;
  readonly someProvider: string;
  readonly confirm: {
    readonly title: string;
    readonly heading: (names: Names) => Html;
    readonly lead: (names: Names) => Html;
    readonly asksFor: string;
    readonly started: string;
    readonly justNow: string;
    readonly from: string;
    readonly unknownOrigin: string;
    readonly near: string;
    readonly code: string;
    readonly compare: (names: Names) => Html;
    readonly warning: (names: Names) => Html;
    readonly proceed: string;
    readonly cancel: string;
    /** After the scopes that are shown: how many more there are. */
    readonly more: (count: number) => string;
  };
  /** The device dialect: a person enters the code that another device shows. */
  readonly device: {
    readonly title: string;
    readonly heading: string;
    readonly lead: (names: Names) => Html;
    readonly label: string;
    readonly proceed: string;
    readonly problems: { readonly wrong: string; readonly limited: string };
  };
  /** A link that signs this browser in as an owner, opened from somewhere else than where it was shown. */
  readonly signIn: {
    readonly title: string;
    readonly heading: (names: Names) => Html;
    readonly lead: (owner: Html) => Html;
    readonly warning: Html;
    readonly proceed: string;
    readonly cancel: string;
    readonly declined: Notice;
  };
  readonly returning: Notice & { readonly link: (names: Names) => Html };
  readonly leaving: Notice & { readonly link: (names: Names) => Html };
  readonly done: Notice;
  readonly finished: Notice;
  readonly cancelled: Notice;
  readonly denied: Notice;
  readonly expired: Notice;
  readonly second_browser: Notice;
  readonly no_cookie: Notice;
  readonly failed: {
    readonly title: string;
    readonly heading: (names: Names) => Html;
    readonly reasons: Readonly<Record<ToldReason, (names: Names) => Html>>;
    readonly otherReason: (names: Names) => Html;
    /** With the button: the app still waits. */
    readonly again: (names: Names) => Html;
    /** Without it. */
    readonly startOver: (names: Names) => Html;
    readonly tryAgain: string;
  };
  readonly errors: Readonly<Record<ToldError, Notice>>;
  readonly otherError: Notice;
  /** The pages of somebody who is signed in. */
  readonly home: HomeTexts;
  /** Before an error's code, for whoever is asked for help. */
  readonly reference: string;
}
