import { en } from "./texts/en.ts";
import { fr } from "./texts/fr.ts";
import type { Texts } from "./texts/texts.ts";

const known: readonly Texts[] = [en, fr];

/**
 * The texts for an `Accept-Language` header (RFC 9110 §12.5.4): the known language with the highest weight, the
 * earlier one among equals; English when none fits. Only the primary subtag counts, so `fr-CA` reads French.
 */
export function textsFor(acceptLanguage: string | null): Texts {
  let best: { texts: Texts; weight: number } = { texts: en, weight: 0 };
  for (const range of (acceptLanguage ?? "").slice(0, 500).split(",")) {
    const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const texts = known.find(({ language }) => tag === language || tag.startsWith(`${language}-`));
    const weight = weightOf(parameters);
    if (texts && weight > best.weight) best = { texts, weight };
  }
  return best.texts;
}

function weightOf(parameters: readonly string[]): number {
  const written = parameters.find((parameter) => parameter.startsWith("q="));
  if (written === undefined) return 1;
  const weight = Number(written.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
