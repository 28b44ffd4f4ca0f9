import { LRUCache } from 'lru-cache';
import type pg from 'pg';

/** Each statement that a connection keeps takes some ten thousand bytes of PostgreSQL's memory. */
const mostPerConnection = 250;

/** Names of what this process has asked; empty after the first time. */
const names = new LRUCache<string, string>({ max: 2_000 });
let given = 0;

/**
 * Names what is asked again and again on a connection to PostgreSQL, which then plans it once instead of each time
 * (https://www.postgresql.org/docs/18/sql-prepare.html). Of most of our statements planning is the larger part: those about who may see what join
 * many tables and find few rows.
 * @param client a connection nobody has used yet
 */
export function nameStatements(client: pg.ClientBase): void {
  const query = client.query.bind(client) as (...asked: unknown[]) => unknown;
  const kept = new Set<string>();
  let outdated = false;
  let over = false;
  const named = async (name: string, text: string, values: unknown[]) => {
    try {
      return await query({ name, text, values });
    } catch (error) {
      // Another process has changed the tables ("cached plan must not change result type"): what this connection keeps no longer fits.
      outdated ||= error instanceof Error && 'code' in error && error.code === '0A000';
      throw error;
    }
  };
  /** What a unit of work that was given up still asks would come after its end, and stay: it is refused until its last answer has been heard. */
  const rollBack = async (...asked: unknown[]) => {
    over = true;
    try {
      return await query(...asked);
    } finally {
      await new Promise((resolve) => setImmediate(resolve));
      over = false;
    }
  };
  const ask = (text: unknown, values: unknown, ...rest: unknown[]) => {
    if (text === 'rollback') return rollBack(text, values, ...rest);
    if (over) return Promise.reject(new Error('This transaction has been rolled back'));
    if (outdated || !isPlannable(text) || !Array.isArray(values)) return query(text, values, ...rest);
    const name = nameOf(text);
    if (name === null || (!kept.has(name) && kept.size >= mostPerConnection)) return query(text, values);
    kept.add(name);
    return named(name, text, values);
  };
  client.query = ask as typeof client.query;
}

/** Characters. Longer ones are those with long lists, which come in as many lengths as there are: they would only fill the memory here and there. */
const longestText = 20_000;
const plannable = /^\s*(select|with|insert|update|delete)\b/i;

function isPlannable(text: unknown): text is string {
  return typeof text === 'string' && text.length <= longestText && plannable.test(text);
}

/** @returns null for what is asked for the first time: much is never asked again, such as lists of other lengths */
function nameOf(text: string): string | null {
  const known = names.get(text);
  if (known) return known;
  if (known === '') given += 1;
  names.set(text, known === '' ? `s${given}` : '');
  return names.get(text) || null;
}
