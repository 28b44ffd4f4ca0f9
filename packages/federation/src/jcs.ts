import type { Json } from '@joinery/core';

/**
 * The one canonical text of a JSON value (RFC 8785, JSON Canonicalization Scheme), over which proofs are made.
 * Members whose value is undefined are left out, as JSON.stringify does on the wire.
 * @throws {TypeError} for what is not I-JSON: numbers that are not finite, half surrogate pairs, other kinds of values
 */
export function jcs(value: Json): string {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('JSON has no such number');
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`JSON has no ${typeof value}`);
  const members: string[] = [];
  // The default order is that of UTF-16 code units (RFC 8785 §3.2.3).
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${text(key)}:${jcs(member)}`);
  }
  return `{${members.join(',')}}`;
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('The text holds half of a surrogate pair');
  return JSON.stringify(value);
}
