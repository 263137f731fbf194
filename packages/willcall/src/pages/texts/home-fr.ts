import { html } from "../html.ts";
import type { HomeTexts } from "./home-texts.ts";

/** The home page in French. */
export const homeFr: HomeTexts = {
  title: "Vos comptes",
  heading: "Vos comptes",
  signedInAs: "Identifié comme",
  signOut: "Se déconnecter",
  none: "Aucun compte n’est encore relié. Choisissez ci-dessous le premier.",
  more: "Afficher d’autres comptes",
  back: "Retour à vos comptes",
  newWindow: "(ouvre une nouvelle fenêtre)",
  justNow: "à l’instant",
  account: {
    unnamed: "Compte sans nom",
    status: { connected: "Relié", needs_reconnect: "À relier", error: "En attente" },
    troubles: {
      dead_token: (provider) =>
        html`${provider} a mis fin à cet accès. Reliez le compte pour continuer\u202f: rien d’autre n’est perdu.`,
      no_refresh_token: () =>
        html`Cet accès a été donné pour un temps, maintenant écoulé. Reliez le compte pour continuer.`,
      unreadable: () => html`Ce qui en est conservé n’est plus lisible ici. Reliez le compte pour continuer.`,
      provider_down: (provider) =>
        html`${provider} est injoignable pour le moment. Un nouvel essai aura lieu tout seul.`,
      provider_timeout: (provider) =>
        html`${provider} met trop de temps à répondre. Un nouvel essai aura lieu tout seul.`,
      rate_limited: (provider) =>
        html`${provider} reçoit trop de requêtes. Un nouvel essai aura lieu tout seul.`,
      misconfigured: (provider) =>
        html`L’accès à ${provider} est mal configuré ici. Seul le responsable de ce serveur peut y remédier.`,
    },
    otherTrouble: {
      needs_reconnect: "Vous seul pouvez rétablir ce compte\u202f: reliez-le.",
      error: "Le dernier renouvellement a échoué. Un nouvel essai aura lieu tout seul.",
    },
    used: (ago) => `Dernière utilisation ${ago}`,
    unused: "Pas encore utilisé",
    connected: (ago) => `Ajouté ${ago}`,
    scopes: (count) => (count === 1 ? "Accès\u202f: 1 autorisation" : `Accès\u202f: ${count} autorisations`),
    moreScopes: (count) => `et ${count} de plus`,
    reconnect: "Relier à nouveau",
    disconnect: "Détacher",
  },
  connect: {
    heading: "Relier un compte",
    button: "Relier",
    example: (value) => html`Par exemple\u202f: ${value}`,
  },
  connectors: {
    heading: "Connecteurs",
    uses: (provider) => html`Utilise ${provider}`,
  },
  attempt: {
    waiting: {
      heading: (provider) => html`Connectez-vous à ${provider}`,
      body: () =>
        html`Donnez l’accès dans la fenêtre qui s’est ouverte\u202f; cette page continuera d’elle-même. Si vous ne voyez pas de fenêtre, ouvrez-la ici.`,
    },
    finishing: {
      heading: (provider) => html`Liaison avec ${provider}`,
      body: () => html`Un instant.`,
    },
    connected: {
      heading: (provider) => html`${provider} est relié`,
      body: () => html`Vous trouverez le compte ci-dessous.`,
    },
    reconnected: {
      heading: (provider) => html`${provider} est de nouveau relié`,
      body: () => html`Tout ce qui utilise ce compte reprend là où il s’était arrêté.`,
    },
    denied: {
      heading: () => html`Aucun accès n’a été accordé`,
      body: (provider) => html`L’accès a été refusé chez ${provider}. Rien n’a été conservé ni modifié.`,
    },
    cancelled: {
      heading: () => html`Annulé`,
      body: () => html`Rien n’a été conservé ni modifié.`,
    },
    expired: {
      heading: () => html`Cela a pris trop de temps`,
      body: () => html`Une connexion doit être terminée en dix minutes. Recommencez ci-dessous.`,
    },
    retry: {
      heading: (provider) => html`${provider} n’a pas terminé la connexion`,
      body: () => html`Vous pouvez réessayer dans la fenêtre.`,
    },
    failed: {
      heading: (provider) => html`La connexion à ${provider} a échoué`,
      body: () => html`Rien n’a été conservé ni modifié. Vous pouvez recommencer ci-dessous.`,
    },
    open: "Ouvrir la fenêtre",
    cancel: "Annuler",
    close: "Fermer ce message",
  },
  problems: {
    bad_input: "Cette valeur ne convient pas.",
    missing_input: "Remplissez d’abord ce champ.",
    not_offered: "Ceci ne peut plus être relié ici.",
    not_connected:
      "Rien n’a été relié\u202f: l’accès a été refusé, ou la connexion a échoué. Vous pouvez recommencer ci-dessous.",
    restarting: "Ce serveur redémarre. Réessayez dans un instant.",
  },
  deeds: {
    disconnected: {
      heading: "Détaché",
      body: "Le compte est oublié ici, et son accès a pris fin chez le fournisseur aussi.",
    },
    forgotten: {
      heading: "Détaché ici",
      body: "Le compte est oublié ici. Le fournisseur ne nous a pas laissés mettre fin à l’accès chez lui\u202f: si vous le souhaitez, retirez-le dans vos réglages chez lui.",
    },
  },
  disconnect: {
    title: "Détacher ce compte\u202f?",
    heading: (provider) => html`Détacher ${provider}\u202f?`,
    lead: (label, provider) => html`Il s’agit de <strong>${label}</strong> chez ${provider}.`,
    consequences: (app, provider) =>
      html`${app} oublie ce compte et met fin à son accès chez ${provider}, pour autant que ${provider} le permette. Tout ce qui utilise le compte s’arrête. Vos données chez ${provider} restent telles quelles.`,
    proceed: "Détacher",
    cancel: "Le garder",
  },
  run: {
    title: "Journal",
    start: "Lancer",
    log: "Journal",
    lines: (connector) => html`Ce que ${connector} a dit, heures en UTC`,
    empty: "Il n’a encore rien dit.",
    status: {
      never: "N’a pas encore été lancé",
      running: "En cours",
      succeeded: "Réussi",
      failed: "Échec",
      timed_out: "Trop long",
      stopped: "Arrêté",
    },
    started: (ago) => `lancé ${ago}`,
    ended: (ago) => ago,
    error: "Il a dit",
    needsOwner: "Il a besoin de vous\u202f: reliez le compte à nouveau, puis relancez-le.",
    levels: { warn: "Avertissement", error: "Erreur", critical: "Erreur" },
  },
};
