import type { ErrorCode, WillcallError } from "./errors.ts";

/** Sentences for people, by error code, in English: what happened, and what to do next. */
export const english: Record<ErrorCode, string> = {
  popup_blocked: "The login window did not open. Allow pop-ups for this page, or use the link.",
  access_denied: "You did not allow access. Log in again if that was a mistake.",
  expired: "This login has ended. Log in again.",
  network: "There is no connection. Check your network; this goes on by itself.",
  broker_unreachable: "The login service does not answer. Try again in a few minutes.",
  misconfigured_origin: "The login service does not accept this page. Tell the people who made this plugin.",
  provider_error: "The provider could not complete this. Try again in a few minutes.",
  aborted: "The login was cancelled.",
  signed_out: "Log in first.",
};

/** The same in French. */
export const french: Record<ErrorCode, string> = {
  popup_blocked:
    "La fenêtre de connexion ne s’est pas ouverte. Autorisez les fenêtres surgissantes, ou utilisez le lien.",
  access_denied: "Vous n’avez pas autorisé l’accès. Reconnectez-vous si c’était une erreur.",
  expired: "Cette connexion a pris fin. Reconnectez-vous.",
  network: "Pas de connexion. Vérifiez votre réseau ; la suite se fera d’elle-même.",
  broker_unreachable: "Le service de connexion ne répond pas. Réessayez dans quelques minutes.",
  misconfigured_origin:
    "Le service de connexion n’accepte pas cette page. Prévenez les auteurs de cette extension.",
  provider_error: "Le fournisseur n’a pas pu terminer. Réessayez dans quelques minutes.",
  aborted: "La connexion a été annulée.",
  signed_out: "Connectez-vous d’abord.",
};

/** The sentence for `error`, in `language` (a BCP 47 tag; English unless it is known here). */
export function messageOf({ code }: WillcallError, language = "en"): string {
  return (language.startsWith("fr") ? french : english)[code];
}
