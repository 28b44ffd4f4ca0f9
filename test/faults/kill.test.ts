import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runAfterEffects, runNextJob } from '@joinery/core';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, postgresMissing } from '../harness/postgres.ts';
import { readHistory, startWorkload, temporaryFolder } from './child.ts';
import { entries, hasJob, openFaultNode } from './node.ts';
import { expectSound, expectWhole } from './oracle.ts';
import { randomFrom } from './random.ts';

const rounds = 20;
const longestLife = 150;

describe('A process that is killed', () => {
  it('loses, doubles and skips nothing on SQLite', () => killAndLook(null, 1), 120_000);

  it.skipIf(postgresMissing)(
    'loses, doubles and skips nothing on PostgreSQL',
    async () => {
      await using database = await createTestDatabase();
      await killAndLook(database.url, 2);
    },
    120_000,
  );
});

/** Lets one process after another write and work on the same database, ends each with kill -9 at a moment of chance, and looks at what is there. */
async function killAndLook(databaseUrl: string | null, seed: number): Promise<void> {
  using folder = temporaryFolder();
  const history = join(folder.path, 'history');
  const random = randomFrom(seed);
  let killed = 0;
  for (let round = 0; round < rounds; round += 1) {
    const child = startWorkload({
      folder: folder.path,
      databaseUrl,
      history,
      writers: 2,
      each: 100_000,
      work: true,
    });
    await child.printed('READY');
    // The fault itself is a moment of real time.
    await wait(random.below(longestLife));
    child.process.kill('SIGKILL');
    if ((await child.ended) === 'SIGKILL') killed += 1;
  }
  expect(killed).toBe(rounds);

  // Later than every lease of the killed processes.
  const later = () => new Date(Date.now() + 3_600_000);
  await using node = await openFaultNode({ folder: folder.path, databaseUrl, now: later });
  const { context } = node;
  if (databaseUrl === null) await expectSound(context);
  const { tried, acknowledged } = readHistory(history);
  expect(acknowledged.size).toBeGreaterThan(rounds);
  await expectWhole(context, { tried, acknowledged });

  while ((await runAfterEffects(context)) > 0);
  const effects = await context.db.reader.selectFrom('faults_effect').selectAll().execute();
  const present = await entries(context);
  expect(effects.map((effect) => effect.entry).sort()).toEqual([...present].sort());

  while (await runNextJob(context));
  expect(await context.db.reader.selectFrom('job').selectAll().execute()).toEqual([]);
  const done = await context.db.reader.selectFrom('faults_job').select('entry').execute();
  expect(new Set(done.map((job) => job.entry))).toEqual(new Set([...present].filter(hasJob)));
  expect(node.logged).toEqual([]);
}
