import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3 } from '../harness/s3.ts';
import { until } from '../harness/until.ts';
import { startChild, temporaryFolder } from './child.ts';
import { diskAfterCut, putDisk, readRecording } from './disk.ts';
import { expectSound } from './oracle.ts';
import { randomFrom } from './random.ts';
import { buildRecorder, recorderMissing } from './recorder.ts';
import { expectUploads, openUploadNode, readSaid, runJobs, saidIn, type UploadSettings } from './uploads.ts';

const start = (settings: UploadSettings, environment: Record<string, string> = {}) =>
  startChild([join(import.meta.dirname, 'uploads-workload.ts'), JSON.stringify(settings)], environment);

/** Lets one process after another bring files and keep copies, ends each with kill -9 at a moment of chance, and looks at what is there. */
async function killAndLook(environment: Record<string, string>, rounds: number, seed: number): Promise<void> {
  using folder = temporaryFolder();
  const history = join(folder.path, 'history');
  const random = randomFrom(seed);
  for (let round = 0; round < rounds; round += 1) {
    const settings = { folder: folder.path, history, round, writers: 2, each: 10_000, copies: 10_000, environment };
    const child = start(settings);
    await child.printed('READY');
    const before = saidIn(history).parts.size;
    await until(async () => saidIn(history).parts.size >= before + 2, 30_000);
    // The fault itself is a moment of real time.
    await wait(random.below(100));
    child.process.kill('SIGKILL');
    expect(await child.ended, child.output()).toBe('SIGKILL');
  }
  await using node = await openUploadNode({ folder: folder.path, round: rounds, environment });
  const { context } = node;
  await expectSound(context);
  const said = saidIn(history);
  expect(said.files.size).toBeGreaterThan(0);
  expect(said.parts.size).toBeGreaterThan(rounds);
  await expectUploads(context, said, history);
  // What was on its way goes on, until every copy that is wanted is whole.
  await runJobs(context);
  const late = { ...context, clock: { now: () => new Date(Date.now() + (rounds + 1) * 3_600_000) } };
  await runJobs(late);
  await runJobs({ ...late, clock: { now: () => new Date(Date.now() + (rounds + 2) * 3_600_000) } });
  const { copies } = await expectUploads(context, saidIn(history), history);
  const wanted = await context.db.reader
    .selectFrom('files_copy')
    .select('state')
    .where('state', '!=', 'kept')
    .execute();
  expect([copies > 0, wanted, readdirSync(context.files.incoming)]).toEqual([true, [], []]);
}

describe('A process that is killed while files arrive in parts and record copies are fetched', () => {
  it(
    'leaves every acknowledged file whole in a folder, none half, and goes on with the rest',
    () => killAndLook({}, 5, 5),
    120_000,
  );

  it('and in a bucket', async () => {
    await using s3 = await startS3();
    await killAndLook(s3.settings, 3, 6);
  }, 120_000);
});

describe.skipIf(recorderMissing)('A power cut while files arrive in parts and record copies are fetched', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let recorder: string;
  beforeAll(() => {
    folder = temporaryFolder();
    recorder = buildRecorder(folder.path);
  });
  afterAll(() => folder[Symbol.dispose]());

  it('leaves every acknowledged file and part, none half, whatever becomes of unsynced writes', async () => {
    const data = join(folder.path, 'data');
    mkdirSync(data, { mode: 0o700 });
    const settings = { folder: data, history: join(data, 'history'), round: 0, writers: 2, each: 25, copies: 3 };
    const log = join(folder.path, 'log');
    const child = start(settings, { LD_PRELOAD: recorder, RECORDER_FOLDER: data, RECORDER_LOG: log });
    expect(await child.ended, child.output()).toBe(0);
    const recording = readRecording(log);
    const file = recording.find(({ kind, bytes }) => kind === 'created' && bytes.toString() === 'history')?.file;
    const random = randomFrom(20261122);
    let acknowledged = 0;
    for (let moment = 0; moment < 8; moment += 1) {
      const cut = recording.slice(0, random.below(recording.length));
      const lines = cut.filter((entry) => entry.kind === 'written' && entry.file === file);
      const said = readSaid(Buffer.concat(lines.map(({ bytes }) => bytes)).toString());
      for (const unsynced of ['dropped', 'kept', 'torn'] as const) {
        const after = join(folder.path, `${moment}-${unsynced}`);
        const disk = diskAfterCut(cut, unsynced, random);
        disk.delete('history');
        putDisk(disk, after);
        await using node = await openUploadNode({ folder: after, round: 1 });
        await expectSound(node.context);
        await expectUploads(node.context, said, join(after, 'history'));
        acknowledged += said.files.size;
      }
    }
    expect(acknowledged).toBeGreaterThan(100);
  }, 120_000);
});
