import { isObject, type Json, type JsonObject } from '@joinery/core';

/** A value, or the list of values, without null and nothing. */
export function listOf(value: Json | undefined): Json[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).filter((item) => item !== null);
}

/** The id of what is given as an id or as an object, alone or first of a list. */
export function idOf(value: Json | undefined): string | null {
  const [first] = listOf(value);
  const id = isObject(first) ? first.id : first;
  return typeof id === 'string' ? id : null;
}

/** All ids among ids and objects; integers and other oddities are passed over. */
export function idsOf(value: Json | undefined): string[] {
  return listOf(value).flatMap((item) => idOf(item) ?? []);
}

/** The first object, when one is embedded. */
export function objectOf(value: Json | undefined): JsonObject | null {
  const [first] = listOf(value);
  return isObject(first) ? first : null;
}

export function textOf(value: Json | undefined): string | undefined {
  return listOf(value).find((item): item is string => typeof item === 'string');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
