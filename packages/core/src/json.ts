/** A JSON value as it came off the wire or goes on to it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [member: string]: Json | undefined };

/** True for an object that is neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The largest whole number that a column of PostgreSQL holds. */
const mostCounted = 2_147_483_647;

/** A number that another node counts with (places, versions, how many): from 0 on, and no more than a database holds; null for anything else. */
export function countIn(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= mostCounted ? value : null;
}

/** A member of a document as a list, since ActivityStreams lets one stand for a list of one; absent and null are empty. */
export function listOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The address that a member gives, as text or as the `id` of an embedded object; the first one of a list. */
export function addressOf(value: Json | undefined): string | null {
  for (const item of listOf(value)) {
    if (typeof item === 'string') return item;
    if (isObject(item) && typeof item.id === 'string') return item.id;
  }
  return null;
}

/** The object embedded in a member, or null when it only gives an address; the first one of a list. */
export function embedded(value: Json | undefined): JsonObject | null {
  return listOf(value).find(isObject) ?? null;
}

/** The first text in a member: alone, in a list, or in a map by language. */
export function firstText(value: Json | undefined): string | undefined {
  const values = isObject(value) ? Object.values(value) : listOf(value);
  return values.find((item) => typeof item === 'string');
}
