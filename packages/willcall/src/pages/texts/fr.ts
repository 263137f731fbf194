import { html } from "../html.ts";
import { homeFr } from "./home-fr.ts";
import type { Texts } from "./texts.ts";

/** French, with its no-break spaces before double punctuation (`\u202f`). */
export const fr: Texts = {
  language: "fr",
  someApp: "l’application",
  someProvider: "le fournisseur",
  confirm: {
    title: "Confirmer cette connexion",
    heading: ({ provider }) => html`Se connecter à ${provider}\u202f?`,
    lead: ({ app, provider }) => html`<strong>${app}</strong> souhaite accéder à votre compte ${provider}.`,
    asksFor: "Accès demandés",
    started: "Début",
    justNow: "à l’instant",
    from: "Depuis",
    unknownOrigin: "une application sans adresse web",
    near: "Près de",
    code: "Code",
    compare: ({ app }) => html`Vérifiez que le même code s’affiche dans ${app}.`,
    warning: ({ app }) =>
      html`<strong>Ne continuez que si vous venez vous-même de lancer cette connexion.</strong> Si quelqu’un vous a envoyé ce lien, annulez\u202f: continuer lui donnerait accès à votre compte par ${app}.`,
    proceed: "Continuer",
    cancel: "Annuler",
    more: (count) => `et ${count} de plus`,
  },
  device: {
    title: "Saisissez votre code",
    heading: "Saisissez le code de votre appareil",
    lead: ({ app }) =>
      html`${app} vous montre un code de huit lettres. Ne le saisissez que si vous avez lancé cette connexion vous-même.`,
    label: "Code",
    proceed: "Suivant",
    problems: {
      wrong: "Ce code n’est pas connu ici, ou ne l’est plus. Vérifiez-le, ou recommencez sur votre appareil.",
      limited: "Il y a eu trop de codes erronés. Attendez dix minutes, puis recommencez sur votre appareil.",
    },
  },
  signIn: {
    title: "S’identifier",
    heading: ({ app }) => html`Utiliser ${app} dans ce navigateur\u202f?`,
    lead: (owner) => html`Ce lien vous identifie comme <strong>${owner}</strong>, pour une semaine.`,
    warning: html`<strong>Ne continuez que si vous venez vous-même de demander ce lien.</strong> Si quelqu’un vous l’a envoyé, annulez\u202f: ce que vous connecteriez ici serait à lui.`,
    proceed: "Continuer",
    cancel: "Annuler",
    declined: {
      title: "Non identifié",
      heading: () => html`Vous n’êtes pas identifié`,
      body: () => [html`Rien n’a changé, et le lien ne fonctionne plus. Vous pouvez fermer cette fenêtre.`],
    },
  },
  returning: {
    title: "Retour",
    heading: ({ app }) => html`Nous vous ramenons à ${app}`,
    body: () => [html`Un instant. Si rien ne se passe, utilisez le lien.`],
    link: ({ app }) => html`Revenir à ${app}`,
  },
  leaving: {
    title: "En route",
    heading: ({ provider }) => html`Nous vous conduisons vers ${provider}`,
    body: () => [html`Un instant. Si rien ne se passe, utilisez le lien.`],
    link: ({ provider }) => html`Aller vers ${provider}`,
  },
  done: {
    title: "Vous êtes connecté",
    heading: () => html`Vous êtes connecté`,
    body: ({ app, provider }) => [
      html`${app} peut désormais utiliser votre compte ${provider}.`,
      html`Revenez à ${app}. Vous pouvez fermer cette fenêtre.`,
    ],
  },
  finished: {
    title: "Déjà terminé",
    heading: () => html`Cette connexion est déjà terminée`,
    body: ({ app }) => [
      html`Il ne reste rien à faire ici.`,
      html`Revenez à ${app}. Vous pouvez fermer cette fenêtre.`,
    ],
  },
  cancelled: {
    title: "Connexion annulée",
    heading: () => html`Connexion annulée`,
    body: ({ app, provider }) => [
      html`Aucun accès à votre compte ${provider} n’a été donné à ${app}.`,
      html`Vous pouvez fermer cette fenêtre. Pour vous connecter malgré tout, recommencez dans ${app}.`,
    ],
  },
  denied: {
    title: "Accès non accordé",
    heading: () => html`Aucun accès n’a été accordé`,
    body: ({ app, provider }) => [
      html`L’accès a été refusé chez ${provider}\u202f; ${app} n’a rien reçu.`,
      html`Si c’était une erreur, revenez à ${app} et reconnectez-vous.`,
    ],
  },
  expired: {
    title: "Connexion expirée",
    heading: () => html`Cette connexion a pris trop de temps`,
    body: ({ app }) => [
      html`Une connexion doit être terminée en dix minutes. Aucun accès n’a été donné à ${app}.`,
      html`Revenez à ${app} et reconnectez-vous.`,
    ],
  },
  second_browser: {
    title: "Connexion interrompue",
    heading: () => html`Cette connexion a été interrompue pour vous protéger`,
    body: ({ app }) => [
      html`Son lien a été ouvert dans deux navigateurs. Une connexion appartient au premier qui l’ouvre.`,
      html`Revenez à ${app} et reconnectez-vous. Ne partagez pas les liens de connexion.`,
    ],
  },
  no_cookie: {
    title: "Connexion introuvable dans ce navigateur",
    heading: () => html`Ce navigateur n’a pas commencé cette connexion`,
    body: ({ app }) => [
      html`Elle a commencé dans un autre navigateur, ou les cookies sont bloqués pour cette page.`,
      html`Autorisez ici les cookies, puis revenez à ${app} et reconnectez-vous.`,
    ],
  },
  failed: {
    title: "Échec de la connexion",
    heading: ({ provider }) => html`La connexion à ${provider} a échoué`,
    reasons: {
      provider_down: ({ provider }) => html`${provider} est injoignable ou en panne pour le moment.`,
      provider_timeout: ({ provider }) => html`${provider} a mis trop de temps à répondre.`,
      rate_limited: ({ provider }) =>
        html`${provider} reçoit trop de requêtes en ce moment. Attendez une minute.`,
      code_rejected: ({ provider }) =>
        html`${provider} n’a pas accepté sa propre confirmation de cette connexion.`,
      bad_answer: ({ provider }) => html`La réponse envoyée par ${provider} est inutilisable.`,
      misconfigured: ({ app, provider }) =>
        html`Le lien entre ${app} et ${provider} est mal configuré. Seul son auteur peut y remédier.`,
      wrong_issuer: () =>
        html`La réponse ne vient pas du fournisseur sollicité\u202f; elle n’a pas été utilisée.`,
      wrong_id_token: ({ provider }) =>
        html`L’identité envoyée par ${provider} ne correspond pas à cette connexion\u202f; elle n’a pas été utilisée.`,
      refused_address: ({ provider }) => html`L’adresse indiquée pour ${provider} n’est pas autorisée.`,
      other_identity: ({ provider }) =>
        html`Vous vous êtes connecté à ${provider} sous une autre identité qu’auparavant\u202f; rien n’a été modifié. Déconnectez-vous d’abord là-bas, ou ajoutez un nouveau compte.`,
      account_gone: () => html`Le compte à reconnecter n’existe plus.`,
      interrupted: () => html`La connexion a été interrompue juste avant la fin.`,
    },
    otherReason: () => html`Un problème est survenu en chemin.`,
    again: ({ app }) => html`Vous pouvez réessayer ici\u202f: ${app} attend toujours.`,
    startOver: ({ app }) => html`Revenez à ${app} et reconnectez-vous. Vous pouvez fermer cette fenêtre.`,
    tryAgain: "Réessayer",
  },
  errors: {
    busy: {
      title: "Trop de connexions",
      heading: () => html`Trop de personnes se connectent`,
      body: ({ app }) => [
        html`Cette connexion n’a pas pu commencer. Rien n’a été transmis à personne.`,
        html`Attendez une minute, puis revenez à ${app} et reconnectez-vous.`,
      ],
    },
    no_session: {
      title: "Non identifié",
      heading: () => html`Vous n’êtes pas identifié ici`,
      body: ({ app }) => [
        html`Pour connecter des comptes, ce navigateur doit savoir à qui ils seront.`,
        html`Retournez là où vous utilisez ${app}, et revenez de là. Sur votre propre machine, <code>willcall home</code> affiche un lien.`,
      ],
    },
    not_interactive: {
      title: "Aucune connexion ici",
      heading: () => html`Les comptes de ce type ne se connectent pas ici`,
      body: ({ app }) => [
        html`Les responsables de ${app} les importent, ou donnent le nécessaire aux connecteurs.`,
        html`Demandez-leur un compte. Rien n’a été envoyé à personne.`,
      ],
    },
    unknown_session_code: {
      title: "Lien inutilisable",
      heading: () => html`Ce lien ne vous identifie pas`,
      body: ({ app }) => [
        html`Il fonctionne une fois, dans les dix minutes\u202f; ou il est incomplet.`,
        html`Retournez là où vous utilisez ${app}, et revenez de là. Sur votre propre machine, <code>willcall home</code> affiche un lien.`,
      ],
    },
    unknown_account: {
      title: "Compte introuvable",
      heading: () => html`Ce compte n’est pas ici`,
      body: () => [
        html`Il a peut-être été détaché entre-temps, ou l’adresse est incomplète.`,
        html`<a href="/home">Retour à vos comptes</a>`,
      ],
    },
    foreign_form: {
      title: "Ce bouton est inutilisable",
      heading: () => html`Ce bouton est inutilisable`,
      body: ({ app }) => [
        html`Il a été pressé sur une page qui n’est pas la nôtre, ou les cookies sont bloqués ici. Rien n’a été transmis à personne.`,
        html`Autorisez les cookies pour cette page, puis revenez à ${app} et reconnectez-vous.`,
      ],
    },
  },
  otherError: {
    title: "Cette page est inutilisable",
    heading: () => html`Ce lien est inutilisable`,
    body: ({ app }) => [
      html`Il est incomplet, a déjà servi ou est trop ancien. Rien n’a été transmis à personne.`,
      html`Revenez à ${app} et reconnectez-vous.`,
    ],
  },
  home: homeFr,
  reference: "Référence",
};
