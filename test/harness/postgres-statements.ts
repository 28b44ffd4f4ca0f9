import pg from 'pg';

const listeners = new Set<(text: string, database: string) => void>();

const query = pg.Client.prototype.query as (...asked: unknown[]) => unknown;
pg.Client.prototype.query = function noted(this: pg.Client, ...asked: unknown[]) {
  const [first] = asked;
  const text = typeof first === 'string' ? first : (first as { text?: string } | undefined)?.text;
  for (const listener of listeners) listener(text ?? '', this.database ?? '');
  return query.apply(this, asked);
} as typeof pg.Client.prototype.query;

/**
 * The texts of all that a node asks of PostgreSQL while something is asked of it, in their order. Only of nodes that were started since this file was loaded.
 * @param url of the database of the one node that counts
 */
export async function statementsOfPostgres(url: string, ask: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const wanted = new URL(url).pathname.slice(1);
  const note = (text: string, database: string) => void (database === wanted && statements.push(text));
  listeners.add(note);
  try {
    await ask();
  } finally {
    listeners.delete(note);
  }
  return statements;
}
