import type { AnswerRules } from "./answer.ts";
import type { Definition } from "./definition.ts";

/** A path under `keep` that would hand out a token: where it stands, and what to do. */
export interface KeptSecret {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What an answer calls its tokens (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
const tokenMembers = ["access_token", "refresh_token", "id_token"] as const;

/** Members that are secret under whatever object they stand. */
const secretNames: ReadonlySet<string> = new Set(["refresh_token", "client_secret"]);

const listOf = (path: string | readonly string[]): readonly string[] =>
  typeof path === "string" ? [path] : path;

/** The paths at which an answer holds tokens. */
function tokenPaths({ root, members = {}, refresh_tokens = [] }: AnswerRules): string[] {
  const standard = tokenMembers.flatMap((name) =>
    listOf(members[name] ?? (root === undefined ? name : `${root}.${name}`)),
  );
  return [...standard, ...refresh_tokens];
}

/** The token that is at `kept` or somewhere under it; undefined when there is none. */
function secretIn(kept: string, tokens: readonly string[]): string | undefined {
  const under = tokens.find((token) => token === kept || token.startsWith(`${kept}.`));
  return under ?? (secretNames.has(kept.split(".").at(-1) ?? "") ? kept : undefined);
}

/**
 * What a definition keeps although it holds a token. Kept members go to apps and to account holders as they are,
 * where a provider's refresh token must never be (promise S6).
 */
export function keptSecrets(definition: Definition): KeptSecret[] {
  const found: KeptSecret[] = [];
  function look(path: readonly (string | number)[], kept: string, tokens: readonly string[]): void {
    const secret = secretIn(kept, tokens);
    if (secret === undefined) return;
    const held = secret === kept ? "is a secret" : `holds \`${secret}\`, which is a secret`;
    found.push({ path, message: `${held}: name what else is needed, member by member` });
  }
  function lookAt(path: readonly (string | number)[], rules: AnswerRules | undefined): void {
    const tokens = rules === undefined ? [] : tokenPaths(rules);
    for (const [index, kept] of (rules?.keep ?? []).entries()) look([...path, "keep", index], kept, tokens);
  }

  lookAt(["token_answer"], definition.token_answer);
  lookAt(["refresh", "answer"], definition.refresh?.answer);
  for (const [index, followUp] of (definition.follow_ups ?? []).entries()) {
    lookAt(["follow_ups", index, "answer"], followUp.answer);
    for (const [name, paths] of Object.entries(followUp.keep ?? {})) {
      for (const kept of listOf(paths)) look(["follow_ups", index, "keep", name], kept, []);
    }
  }
  return found;
}
