import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, postgresMissing } from '../../../../test/harness/postgres.ts';
import { type Migrations, migrate } from './migrate.ts';
import { type Database, openDatabase } from './open.ts';

/** A new, empty database and how to open it. */
async function emptyDatabase(dialect: 'sqlite' | 'postgres') {
  const dataFolder = mkdtempSync(join(tmpdir(), 'joinery-migrate-'));
  const database = dialect === 'postgres' ? await createTestDatabase() : null;
  const options = { databaseUrl: database?.url ?? null, dataFolder, exclusive: false };
  return {
    options,
    [Symbol.asyncDispose]: async () => {
      await database?.[Symbol.asyncDispose]();
      rmSync(dataFolder, { recursive: true });
    },
  };
}

/** Twenty tables with a row each; a migration that ran twice or in half shows. */
const many: Migrations = Object.fromEntries(
  Array.from({ length: 20 }, (_, n) => [
    `2026-01-${String(n + 1).padStart(2, '0')}-table`,
    async (db) => {
      await db.schema.createTable(`t${n}`).addColumn('n', 'integer').execute();
      await sql`insert into ${sql.table(`t${n}`)} values (${n})`.execute(db);
    },
  ]),
);

async function expectAll(db: Database): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    expect((await sql`select n from ${sql.table(`t${n}`)}`.execute(db.reader)).rows).toEqual([{ n }]);
  }
  expect((await sql`select name from migration`.execute(db.reader)).rows).toHaveLength(20);
}

/** A process that migrates; it ends itself in the middle of the migration that is named. */
const program = (options: object, diesIn: string) => `
  import { sql } from 'kysely';
  import { migrate } from ${JSON.stringify(join(import.meta.dirname, 'migrate.ts'))};
  import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'open.ts'))};
  const db = await openDatabase(${JSON.stringify(options)});
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => ['2026-01-' + String(n + 1).padStart(2, '0') + '-table', async (db) => {
    await db.schema.createTable('t' + n).addColumn('n', 'integer').execute();
    if (n === ${diesIn}) process.kill(process.pid, 'SIGKILL');
    await sql\`insert into \${sql.table('t' + n)} values (\${n})\`.execute(db);
  }]));
  await migrate(db.writer, db.dialect, [many]);
  await db[Symbol.asyncDispose]();
`;

async function runProgram(options: object, diesIn = '-1'): Promise<number | string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(options, diesIn)], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = await once(child, 'close');
  return code ?? signal;
}

for (const dialect of ['sqlite', 'postgres'] as const) {
  describe.skipIf(dialect === 'postgres' && postgresMissing)(`Migrations on ${dialect}`, () => {
    it('run once each, by date, whatever part they come from', async () => {
      await using place = await emptyDatabase(dialect);
      await using db = await openDatabase(place.options);
      const ran: string[] = [];
      const note = (name: string): Migrations => ({ [name]: async () => void ran.push(name) });
      await migrate(db.writer, db.dialect, [note('2026-02-01-b'), note('2026-01-01-a')]);
      expect(await migrate(db.writer, db.dialect, [note('2026-01-01-a'), note('2026-03-01-c')])).toEqual([
        '2026-03-01-c',
      ]);
      expect(ran).toEqual(['2026-01-01-a', '2026-02-01-b', '2026-03-01-c']);
      await expect(migrate(db.writer, db.dialect, [note('x'), note('x')])).rejects.toThrow(
        'Two migrations are named x',
      );
    });

    if (dialect === 'postgres')
      it('take as long as they need, unlike any other statement', async () => {
        await using place = await emptyDatabase(dialect);
        await using db = await openDatabase(place.options);
        const limits: string[] = [];
        const limit = async (schema: Parameters<Migrations[string]>[0]) => {
          const { rows } = await sql<{ limit: string }>`select current_setting('statement_timeout') as limit`.execute(
            schema,
          );
          limits.push(rows[0]?.limit ?? '');
        };
        await migrate(db.writer, db.dialect, [{ '2026-01-01-a': limit }]);
        await limit(db.writer as unknown as Parameters<typeof limit>[0]);
        expect(limits).toEqual(['0', '30s']);
      });

    it('leave nothing of one that fails, and go on from there', async () => {
      await using place = await emptyDatabase(dialect);
      await using db = await openDatabase(place.options);
      const broken = { ...many, '2026-01-10-table': async () => Promise.reject(new Error('broken')) };
      await expect(migrate(db.writer, db.dialect, [broken])).rejects.toThrow('broken');
      expect(await migrate(db.writer, db.dialect, [many])).toHaveLength(11);
      await expectAll(db);
    });

    it('survive a kill in the middle of any of them', async () => {
      await using place = await emptyDatabase(dialect);
      for (const diesIn of ['0', '9', '19']) expect(await runProgram(place.options, diesIn)).toBe('SIGKILL');
      await using db = await openDatabase(place.options);
      expect(await migrate(db.writer, db.dialect, [many])).toEqual(['2026-01-20-table']);
      await expectAll(db);
    });

    it('are done once by processes that start at the same time', async () => {
      await using place = await emptyDatabase(dialect);
      const options = place.options;
      expect(await Promise.all([runProgram(options), runProgram(options), runProgram(options)])).toEqual([0, 0, 0]);
      await using db = await openDatabase(options);
      await expectAll(db);
    });
  });
}
