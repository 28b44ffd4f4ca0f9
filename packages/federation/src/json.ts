import type { Json } from '@joinery/core';
import { type Refused, refused } from './refusals.ts';

/** What a document from elsewhere may cost. */
export type JsonLimits = { maximumBytes: number; maximumDepth: number; maximumValues: number };

/** The limits of the inbox. Pages that we asked for may have more values. */
export const inboxLimits: JsonLimits = { maximumBytes: 1_000_000, maximumDepth: 24, maximumValues: 5_000 };

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads JSON of a stranger (RFC 8259, narrowed as I-JSON, RFC 7493): what another reader could understand differently is refused.
 * Depth, number of values and keys are checked in one pass over the text before anything is built.
 * @returns the value, with null for numbers beyond a double; or why not: too large, deep or many; duplicate or dangerous keys; broken Unicode; not JSON
 */
export function readJson(text: string, limits: JsonLimits = inboxLimits): { ok: true; value: Json } | Refused {
  if (text.length > limits.maximumBytes || Buffer.byteLength(text) > limits.maximumBytes) {
    return refused('body_too_large', `The document is larger than ${limits.maximumBytes} bytes.`);
  }
  const scanned = scan(text, limits);
  if (scanned !== 'plain' && scanned !== 'overflows') return scanned;
  try {
    return { ok: true, value: JSON.parse(text, scanned === 'overflows' ? finiteOnly : undefined) as Json };
  } catch {
    return refused('json_malformed', 'The document is not JSON.');
  }
}

/** A number beyond a double (`1e400`) is none: JSON.parse makes it infinite, which no JSON can say again. */
function finiteOnly(_key: string, value: Json): Json {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openObject = 0x7b;
const closeObject = 0x7d;
const openList = 0x5b;
const closeList = 0x5d;

/**
 * One pass over the text: right about every valid document, linear for any other (JSON.parse has the last word on those).
 */
function scan(text: string, limits: JsonLimits): Refused | 'plain' | 'overflows' {
  if (!text.isWellFormed()) return refused('json_text_malformed', 'The text holds half of a surrogate pair.');
  // One entry per open container: the keys seen so far, or null for a list.
  const open: (Set<string> | null)[] = [];
  let keyExpected = false;
  let values = 0;
  let keyCount = 0;
  let overflows = false;
  let position = 0;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === quote) {
      const end = endOfString(text, position);
      const keys = open.at(-1);
      if (keyExpected && keys) {
        const fault = addKey(keys, text.slice(position, end));
        if (fault) return fault;
        keyCount += 1;
        keyExpected = false;
      } else {
        values += 1;
        if (!hasSafeEscapes(text.slice(position, end)))
          return refused('json_text_malformed', 'A string holds U+0000 or half of a surrogate pair.');
      }
      position = end;
    } else if (code === openObject || code === openList) {
      values += 1;
      if (open.length >= limits.maximumDepth)
        return refused('json_too_deep', `The document is nested more than ${limits.maximumDepth} deep.`);
      open.push(code === openObject ? new Set() : null);
      keyExpected = code === openObject;
      position += 1;
    } else if (code === closeObject || code === closeList) {
      open.pop();
      keyExpected = false;
      position += 1;
    } else if (code === comma) {
      keyExpected = open.at(-1) != null;
      position += 1;
    } else if (isScalar(code)) {
      const end = endOfScalar(text, position);
      values += 1;
      // -0123456789: a number that a double cannot hold reads as Infinity.
      if (code < 0x3a && end - position > 3 && !Number.isFinite(Number(text.slice(position, end)))) overflows = true;
      position = end;
    } else position += 1;
    if (values > limits.maximumValues || keyCount > limits.maximumValues)
      return refused('json_too_many_values', `The document holds more than ${limits.maximumValues} values.`);
  }
  return overflows ? 'overflows' : 'plain';
}

/** Position after the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === quote) return position + 1;
    position += code === backslash ? 2 : 1;
  }
  return text.length;
}

function isScalar(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || (code >= 0x61 && code <= 0x7a);
}

const scalar = /[\w.+-]+/y;

function endOfScalar(text: string, start: number): number {
  scalar.lastIndex = start;
  return start + (scalar.exec(text)?.[0].length ?? 1);
}

function addKey(keys: Set<string>, literal: string): Refused | null {
  let key = literal.slice(1, -1);
  if (key.includes('\\')) {
    try {
      key = JSON.parse(literal) as string;
    } catch {
      return refused('json_malformed', 'The document is not JSON.');
    }
    if (!key.isWellFormed() || key.includes('\0'))
      return refused('json_text_malformed', 'A key holds U+0000 or half of a surrogate pair.');
  }
  if (forbiddenKeys.has(key)) return refused('json_forbidden_key', 'The document uses a key that is not allowed.');
  if (keys.has(key)) return refused('json_duplicate_key', 'The document names the same key twice.');
  keys.add(key);
  return null;
}

const escapes = /\\(?:u([0-9a-f]{4})|.)/gis;

/** U+0000 cannot be stored in PostgreSQL, and half a surrogate pair cannot be written as UTF-8. */
function hasSafeEscapes(literal: string): boolean {
  if (!literal.includes('\\')) return true;
  let highEnds = -1;
  for (const match of literal.matchAll(escapes)) {
    const unit = match[1] === undefined ? 0x20 : Number.parseInt(match[1], 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (unit === 0 || isLow !== (highEnds === match.index)) return false;
    highEnds = unit >= 0xd800 && unit <= 0xdbff ? match.index + 6 : -1;
  }
  return highEnds === -1;
}
