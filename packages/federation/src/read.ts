import { isObject, type Json, type JsonObject } from '@joinery/core';

/** Tolerant reading of ActivityStreams documents: one or many, address or embedded object. */

/** A member as a list; absent and null are empty. */
export function listOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Address of what a member holds: the text itself, or the embedded object's `id`. */
export function addressOf(value: Json | undefined): string | null {
  for (const item of listOf(value)) {
    if (typeof item === 'string') return item;
    if (isObject(item) && typeof item.id === 'string') return item.id;
  }
  return null;
}

/** The embedded object of a member, or null when there is only an address. */
export function embedded(value: Json | undefined): JsonObject | null {
  for (const item of listOf(value)) if (isObject(item)) return item;
  return null;
}

/** The first type that a document names, without the namespace of ActivityStreams. */
export function typeOf(document: JsonObject): string {
  for (const item of listOf(document.type))
    if (typeof item === 'string') return item.replace('https://www.w3.org/ns/activitystreams#', '');
  return '';
}

/** A text member, or null. */
export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** An address without its fragment: keys and activities of our own may carry one. */
export function withoutFragment(address: string): string {
  const hash = address.indexOf('#');
  return hash === -1 ? address : address.slice(0, hash);
}
