import { type Json, type JsonObject, listOf } from '@joinery/core';

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
