import * as z from "zod/mini";
import { en } from "zod/locales";

/**
 * Says of a schema what it is for, to editors and in the OpenAPI document. It stays the same schema, since each copy is
 * felt where a Worker starts: of one that others use, describe a `clone()`.
 */
export function described<T extends z.core.$ZodType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description });
  return schema;
}

/** What may be left out, described. */
export const optional = <T extends z.core.$ZodType>(schema: T, description: string): z.ZodMiniOptional<T> =>
  described(z.optional(schema), description);

/** What may be null, described. */
export const nullable = <T extends z.core.$ZodType>(schema: T, description: string): z.ZodMiniNullable<T> =>
  described(z.nullable(schema), description);

/**
 * Passed to `parse` and `safeParse` wherever a person may read what comes of it: parts of a schema without a sentence of
 * their own say what they expect in zod's English, which `zod/mini` does not bring.
 */
export const english = { error: en().localeError };
