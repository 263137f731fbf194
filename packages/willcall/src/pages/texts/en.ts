import { html } from "../html.ts";
import { homeEn } from "./home-en.ts";
import type { Texts } from "./texts.ts";

/** English. */
export const en: Texts = {
  language: "en",
  someApp: "the app",
  someProvider: "the provider",
  confirm: {
    title: "Confirm this login",
    heading: ({ provider }) => html`Log in to ${provider}?`,
    lead: ({ app, provider }) => html`<strong>${app}</strong> wants access to your ${provider} account.`,
    asksFor: "It asks for",
    started: "Started",
    justNow: "just now",
    from: "From",
    unknownOrigin: "an app without a web address",
    near: "Near",
    code: "Code",
    compare: ({ app }) => html`Check that ${app} shows you the same code.`,
    warning: ({ app }) =>
      html`<strong>Continue only if you started this yourself, just now.</strong> If somebody sent you this link, cancel: continuing would give them your account through ${app}.`,
    proceed: "Continue",
    cancel: "Cancel",
    more: (count) => `and ${count} more`,
  },
  device: {
    title: "Enter your code",
    heading: "Enter the code from your device",
    lead: ({ app }) =>
      html`${app} shows you a code of eight letters. Enter it only if you started this yourself.`,
    label: "Code",
    proceed: "Next",
    problems: {
      wrong: "This code is not known here, or no longer. Check it, or start again on your device.",
      limited: "There were too many wrong codes. Wait ten minutes, then start again on your device.",
    },
  },
  signIn: {
    title: "Sign in",
    heading: ({ app }) => html`Use ${app} in this browser?`,
    lead: (owner) => html`This link signs you in as <strong>${owner}</strong>, for a week.`,
    warning: html`<strong>Continue only if you asked for this link yourself, just now.</strong> If somebody sent it to you, cancel: what you connect here would be theirs.`,
    proceed: "Continue",
    cancel: "Cancel",
    declined: {
      title: "Not signed in",
      heading: () => html`You are not signed in`,
      body: () => [
        html`Nothing was changed, and the link does not work any more. You can close this window.`,
      ],
    },
  },
  returning: {
    title: "Going back",
    heading: ({ app }) => html`Taking you back to ${app}`,
    body: () => [html`This takes a moment. If nothing happens, use the link.`],
    link: ({ app }) => html`Back to ${app}`,
  },
  leaving: {
    title: "On your way",
    heading: ({ provider }) => html`Taking you to ${provider}`,
    body: () => [html`This takes a moment. If nothing happens, use the link.`],
    link: ({ provider }) => html`Go to ${provider}`,
  },
  done: {
    title: "You are logged in",
    heading: () => html`You are logged in`,
    body: ({ app, provider }) => [
      html`${app} can now use your ${provider} account.`,
      html`Go back to ${app}. You can close this window.`,
    ],
  },
  finished: {
    title: "Already finished",
    heading: () => html`This login is already finished`,
    body: ({ app }) => [
      html`There is nothing left to do here.`,
      html`Go back to ${app}. You can close this window.`,
    ],
  },
  cancelled: {
    title: "Login cancelled",
    heading: () => html`Login cancelled`,
    body: ({ app, provider }) => [
      html`${app} got no access to your ${provider} account.`,
      html`You can close this window. To log in after all, start again in ${app}.`,
    ],
  },
  denied: {
    title: "Access not given",
    heading: () => html`No access was given`,
    body: ({ app, provider }) => [
      html`${provider} says that access was refused, so ${app} got nothing.`,
      html`If that was a mistake, go back to ${app} and log in again.`,
    ],
  },
  expired: {
    title: "Login expired",
    heading: () => html`This login took too long`,
    body: ({ app }) => [
      html`A login must be finished within ten minutes. ${app} got no access.`,
      html`Go back to ${app} and log in again.`,
    ],
  },
  second_browser: {
    title: "Login ended",
    heading: () => html`This login was ended to protect you`,
    body: ({ app }) => [
      html`Its link was opened in two browsers. A login belongs to the one that opened it first.`,
      html`Go back to ${app} and log in again. Don’t share or forward login links.`,
    ],
  },
  no_cookie: {
    title: "Login not found in this browser",
    heading: () => html`This browser did not start the login`,
    body: ({ app }) => [
      html`Either it was started in another browser, or cookies are blocked for this page.`,
      html`Allow cookies here, then go back to ${app} and log in again.`,
    ],
  },
  failed: {
    title: "Login failed",
    heading: ({ provider }) => html`${provider} could not log you in`,
    reasons: {
      provider_down: ({ provider }) => html`${provider} can’t be reached or has a problem right now.`,
      provider_timeout: ({ provider }) => html`${provider} took too long to answer.`,
      rate_limited: ({ provider }) => html`${provider} gets too many requests right now. Wait a minute.`,
      code_rejected: ({ provider }) => html`${provider} did not accept its own confirmation of this login.`,
      bad_answer: ({ provider }) => html`${provider} sent an answer that can’t be used.`,
      misconfigured: ({ app, provider }) =>
        html`The connection from ${app} to ${provider} is not set up correctly. Only its maker can repair that.`,
      wrong_issuer: () =>
        html`The answer came from somebody else than the provider that was asked, so it was not used.`,
      wrong_id_token: ({ provider }) =>
        html`The identity that ${provider} sent does not belong to this login, so it was not used.`,
      refused_address: ({ provider }) => html`The address given for ${provider} may not be used.`,
      other_identity: ({ provider }) =>
        html`You logged in at ${provider} as somebody else than before, so nothing was changed. Log out there first, or connect a new account.`,
      account_gone: () => html`The account that was to be connected again does not exist any more.`,
      interrupted: () => html`The login was interrupted while it was being finished.`,
    },
    otherReason: () => html`Something went wrong on the way.`,
    again: ({ app }) => html`You can try again here: ${app} is still waiting.`,
    startOver: ({ app }) => html`Go back to ${app} and log in again. You can close this window.`,
    tryAgain: "Try again",
  },
  errors: {
    busy: {
      title: "Too many logins",
      heading: () => html`Too many people are logging in`,
      body: ({ app }) => [
        html`This login could not begin. Nothing was sent to anyone.`,
        html`Wait a minute, then go back to ${app} and log in again.`,
      ],
    },
    no_session: {
      title: "Not signed in",
      heading: () => html`You are not signed in here`,
      body: ({ app }) => [
        html`To connect accounts, this browser must know whose they will be.`,
        html`Go to where you use ${app}, and come here from there. On your own machine, <code>willcall home</code> prints a link.`,
      ],
    },
    not_interactive: {
      title: "Nobody logs in here",
      heading: () => html`Accounts of this kind can’t be connected here`,
      body: ({ app }) => [
        html`Whoever runs ${app} imports them, or gives what they need to connectors.`,
        html`Ask them for an account. Nothing was sent to anyone.`,
      ],
    },
    unknown_session_code: {
      title: "This link can’t be used",
      heading: () => html`This link does not sign you in`,
      body: ({ app }) => [
        html`It works once, within ten minutes; or it is incomplete.`,
        html`Go back to where you use ${app}, and come here from there. On your own machine, <code>willcall home</code> prints a link.`,
      ],
    },
    unknown_account: {
      title: "No such account",
      heading: () => html`This account is not here`,
      body: () => [
        html`It may have been disconnected meanwhile, or the address is incomplete.`,
        html`<a href="/home">Back to your accounts</a>`,
      ],
    },
    foreign_form: {
      title: "This button can’t be used",
      heading: () => html`This button can’t be used`,
      body: ({ app }) => [
        html`It was pressed on a page that is not ours, or cookies are blocked here. Nothing was sent to anyone.`,
        html`Allow cookies for this page, then go back to ${app} and log in again.`,
      ],
    },
  },
  otherError: {
    title: "This page can’t be used",
    heading: () => html`This link can’t be used`,
    body: ({ app }) => [
      html`It is incomplete, was used before, or is too old. Nothing was sent to anyone.`,
      html`Go back to ${app} and log in again.`,
    ],
  },
  home: homeEn,
  reference: "Reference",
};
