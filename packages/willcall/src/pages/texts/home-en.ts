import { html } from "../html.ts";
import type { HomeTexts } from "./home-texts.ts";

/** The home page in English. */
export const homeEn: HomeTexts = {
  title: "Your accounts",
  heading: "Your accounts",
  signedInAs: "Signed in as",
  signOut: "Sign out",
  none: "Nothing is connected yet. Choose below what to connect first.",
  more: "Show more accounts",
  back: "Back to your accounts",
  newWindow: "(opens a new window)",
  justNow: "just now",
  account: {
    unnamed: "Unnamed account",
    status: { connected: "Connected", needs_reconnect: "Needs you", error: "Waiting" },
    troubles: {
      dead_token: (provider) =>
        html`${provider} ended this access. Reconnect to go on: nothing else is lost.`,
      no_refresh_token: () =>
        html`This access was given for a limited time, which is over. Reconnect to go on.`,
      unreadable: () => html`What is stored of it cannot be read here any more. Reconnect to go on.`,
      provider_down: (provider) =>
        html`${provider} cannot be reached right now. It is asked again by itself.`,
      provider_timeout: (provider) =>
        html`${provider} takes too long to answer. It is asked again by itself.`,
      rate_limited: (provider) =>
        html`${provider} is getting too many requests. It is asked again by itself.`,
      misconfigured: (provider) =>
        html`Access to ${provider} is not set up correctly here. Only whoever runs this server can repair that.`,
    },
    otherTrouble: {
      needs_reconnect: "Only you can bring this account back: reconnect it.",
      error: "The last renewal failed. It is tried again by itself.",
    },
    used: (ago) => `Last used ${ago}`,
    unused: "Not used yet",
    connected: (ago) => `Added ${ago}`,
    scopes: (count) => (count === 1 ? "Access: 1 permission" : `Access: ${count} permissions`),
    moreScopes: (count) => `and ${count} more`,
    reconnect: "Reconnect",
    disconnect: "Disconnect",
  },
  connect: {
    heading: "Connect an account",
    button: "Connect",
    example: (value) => html`For example: ${value}`,
  },
  connectors: {
    heading: "Connectors",
    uses: (provider) => html`Uses ${provider}`,
  },
  attempt: {
    waiting: {
      heading: (provider) => html`Log in to ${provider}`,
      body: () =>
        html`Allow access in the window that has opened; this page then goes on by itself. If you see no window, open it here.`,
    },
    finishing: {
      heading: (provider) => html`Connecting ${provider}`,
      body: () => html`One moment.`,
    },
    connected: {
      heading: (provider) => html`${provider} is connected`,
      body: () => html`You find the account below.`,
    },
    reconnected: {
      heading: (provider) => html`${provider} is connected again`,
      body: () => html`Whatever uses this account goes on where it stopped.`,
    },
    denied: {
      heading: () => html`No access was given`,
      body: (provider) => html`${provider} says that access was refused. Nothing was stored or changed.`,
    },
    cancelled: {
      heading: () => html`Cancelled`,
      body: () => html`Nothing was stored or changed.`,
    },
    expired: {
      heading: () => html`This took too long`,
      body: () => html`A login must be finished within ten minutes. Start again below.`,
    },
    retry: {
      heading: (provider) => html`${provider} did not finish the login`,
      body: () => html`You can try again in the window.`,
    },
    failed: {
      heading: (provider) => html`The login to ${provider} failed`,
      body: () => html`Nothing was stored or changed. You can start again below.`,
    },
    open: "Open the window",
    cancel: "Cancel",
    close: "Close this message",
  },
  problems: {
    bad_input: "That does not look right.",
    missing_input: "Fill this in first.",
    not_offered: "This cannot be connected here any more.",
    not_connected:
      "Nothing was connected: access was refused, or the login failed. You can start again below.",
    restarting: "This server is restarting. Try again in a moment.",
  },
  deeds: {
    disconnected: {
      heading: "Disconnected",
      body: "The account is forgotten here, and its access has ended at the provider, too.",
    },
    forgotten: {
      heading: "Disconnected here",
      body: "The account is forgotten here. The provider did not let us end the access there: if you want that, remove it in your settings at the provider.",
    },
  },
  disconnect: {
    title: "Disconnect this account?",
    heading: (provider) => html`Disconnect ${provider}?`,
    lead: (label, provider) => html`This is about <strong>${label}</strong> at ${provider}.`,
    consequences: (app, provider) =>
      html`${app} forgets this account and ends its access at ${provider}, as far as ${provider} allows. Whatever uses the account stops. Your data at ${provider} stays as it is.`,
    proceed: "Disconnect",
    cancel: "Keep it",
  },
  run: {
    title: "Log",
    start: "Run now",
    log: "Log",
    lines: (connector) => html`What ${connector} said, times in UTC`,
    empty: "It has said nothing yet.",
    status: {
      never: "Has not run yet",
      running: "Running",
      succeeded: "Succeeded",
      failed: "Failed",
      timed_out: "Took too long",
      stopped: "Stopped",
    },
    started: (ago) => `started ${ago}`,
    ended: (ago) => ago,
    error: "It said",
    needsOwner: "It needs you: reconnect the account, then run it again.",
    levels: { warn: "Warning", error: "Error", critical: "Error" },
  },
};
