import Sqlite from 'better-sqlite3';

const spent = new Map<string, { milliseconds: number; times: number }>();

/** Notes from now on how long each statement of SQLite takes in this process. */
export function timeStatements(): void {
  const prepare = Sqlite.prototype.prepare;
  Sqlite.prototype.prepare = function timed(this: Sqlite.Database, text: string) {
    const statement = prepare.call(this, text);
    for (const name of ['all', 'run'] as const) {
      const original = statement[name].bind(statement) as (...values: unknown[]) => unknown;
      Object.assign(statement, {
        [name]: (...values: unknown[]) => {
          const since = performance.now();
          try {
            return original(...values);
          } finally {
            const known = spent.get(text) ?? { milliseconds: 0, times: 0 };
            spent.set(text, { milliseconds: known.milliseconds + performance.now() - since, times: known.times + 1 });
          }
        },
      });
    }
    return statement;
  } as typeof prepare;
}

/** The most expensive statements since the last question, and how often each ran. */
export function statementTimes(): string[] {
  const lines = [...spent]
    .sort(([, one], [, other]) => other.milliseconds - one.milliseconds)
    .slice(0, 15)
    .map(
      ([text, { milliseconds, times }]) =>
        `${milliseconds.toFixed(0).padStart(7)} ms ${String(times).padStart(7)} ×  ${text.slice(0, 400)}`,
    );
  spent.clear();
  return lines;
}
