/** What a page needs to know. Every string may be hostile: pages escape, cut and isolate all of them. */
export interface PageFacts {
  /** The request's `Accept-Language`, or null. */
  readonly language: string | null;
  readonly app: string;
  readonly provider: string;
}

/** A form button's payload: posted back to `action` as hidden fields. */
export interface PageForm {
  /** Path to post to. */
  readonly action: string;
  /** Hidden fields: the ticket, the nonce. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Every page Willcall shows in a login. */
export type Page =
  | (PageFacts & {
      kind: "confirm";
      form: PageForm;
      /** What the app asks for, one scope each. */
      scopes: readonly string[];
      /** Milliseconds since the epoch. */
      startedAt: number;
      now: number;
      /** Origin that began the login, or null when it sent none. */
      startedBy: string | null;
      /** Address or region the begin came from. */
      startedNear: string | null;
      /** Device dialect: the code to compare. */
      userCode?: string;
    })
  | (PageFacts & {
      kind: "device";
      form: PageForm;
      /** What was entered before, if anything. */
      entered: string;
      problem: "wrong" | "limited" | null;
    })
  /** Asks whether this browser is to be signed in as an owner. */
  | (PageFacts & { kind: "sign_in"; form: PageForm; owner: string })
  | (PageFacts & { kind: "sign_in_declined" })
  | (PageFacts & { kind: "leaving"; to: string })
  /** Back to the app, after a button was pressed: its redirect URI with the outcome. */
  | (PageFacts & { kind: "returning"; to: string })
  | (PageFacts & { kind: "done" })
  | (PageFacts & { kind: "finished" })
  | (PageFacts & { kind: "cancelled" })
  | (PageFacts & { kind: "denied" })
  | (PageFacts & { kind: "failed"; reason: string; retry: PageForm | null })
  | (PageFacts & { kind: "expired" })
  | (PageFacts & { kind: "second_browser" })
  | (PageFacts & { kind: "no_cookie" })
  | (PageFacts & { kind: "error"; code: string });

/** A rendered page: the document and the hash-based Content-Security-Policy that lets exactly it run (promise S8). */
export interface RenderedPage {
  html: string;
  csp: string;
}
