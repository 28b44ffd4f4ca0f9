import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, createKeyRing, nodeActor } from '@joinery/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHistory, startWorkload, temporaryFolder } from './child.ts';
import { diskAfterCut, type Entry, putDisk, readRecording, type Unsynced } from './disk.ts';
import { entries, openFaultNode } from './node.ts';
import { expectSound, expectWhole } from './oracle.ts';
import { type Random, randomFrom } from './random.ts';
import { buildRecorder, recorderMissing } from './recorder.ts';

const moments = 12;
const waysToLose: Unsynced[] = ['dropped', 'kept', 'torn'];

describe.skipIf(recorderMissing)('A power cut', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let recorder: string;
  beforeAll(() => {
    folder = temporaryFolder();
    recorder = buildRecorder(folder.path);
  });
  afterAll(() => folder[Symbol.dispose]());

  /** Runs a workload from its first start to its end. */
  async function record(name: string, broken: { synchronous?: 'normal'; nameFirst?: boolean } = {}): Promise<Entry[]> {
    const data = join(folder.path, name);
    mkdirSync(data, { mode: 0o700 });
    const child = startWorkload(
      {
        folder: data,
        databaseUrl: null,
        history: join(data, 'history'),
        writers: 4,
        each: 100,
        ...broken,
      },
      { LD_PRELOAD: recorder, RECORDER_FOLDER: data, RECORDER_LOG: join(folder.path, `${name}.log`) },
    );
    expect(await child.ended, child.output()).toBe(0);
    return readRecording(join(folder.path, `${name}.log`));
  }

  /** Opens the disk that a cut leaves, as a server that starts again does. */
  async function openAfterCut(until: Entry[], unsynced: Unsynced, random: Random, name: string) {
    const data = join(folder.path, name);
    const disk = diskAfterCut(until, unsynced, random);
    disk.delete('history');
    putDisk(disk, data);
    return openFaultNode({ folder: data, databaseUrl: null });
  }

  /** What had been said to the outside until then. It left the machine, so no cut takes it back. */
  function said(until: Entry[]) {
    const file = until.find((entry) => entry.kind === 'created' && entry.bytes.toString() === 'history')?.file;
    const lines = until.filter((entry) => entry.kind === 'written' && entry.file === file);
    return parseHistory(Buffer.concat(lines.map((entry) => entry.bytes)).toString());
  }

  /** The secret that encrypted the keys is there too. */
  async function expectKeys({ secret, db, config }: Context) {
    expect(await createKeyRing(secret).find(db.reader, nodeActor(config.origin), 'rsa')).toBeDefined();
  }

  it('loses nothing that was acknowledged, at any moment, whatever becomes of unsynced writes', async () => {
    const recording = await record('full');
    const random = randomFrom(20261121);
    let acknowledged = 0;
    for (let moment = 0; moment < moments; moment += 1) {
      const until = recording.slice(0, random.below(recording.length));
      for (const unsynced of waysToLose) {
        const name = `full-${moment}-${unsynced}`;
        await using node = await openAfterCut(until, unsynced, random, name).catch((error: unknown) => {
          throw new Error(`${name}, after ${until.length} entries: it does not start`, { cause: error });
        });
        await expectSound(node.context);
        await expectWhole(node.context, said(until));
        acknowledged += said(until).acknowledged.size;
        await expectKeys(node.context);
      }
    }
    expect(acknowledged).toBeGreaterThan(1_000);
  }, 120_000);

  it('during the first start leaves a folder that a second start can use', async () => {
    const recording = await record('start');
    const first = recording.findIndex((entry) => entry.kind === 'written' && entry.bytes.toString().startsWith('TRY'));
    const random = randomFrom(7);
    for (let moment = 0; moment < moments; moment += 1) {
      const until = recording.slice(0, random.below(first));
      for (const unsynced of waysToLose) {
        await using node = await openAfterCut(until, unsynced, random, `start-${moment}-${unsynced}`);
        await expectSound(node.context);
        await expectWhole(node.context, said([]));
        await expectKeys(node.context);
      }
    }
  }, 120_000);

  it('would be seen to lose rows if SQLite did not sync each commit', async () => {
    const recording = await record('normal', { synchronous: 'normal' });
    const random = randomFrom(20261121);
    let lost = 0;
    for (let moment = 0; moment < moments; moment += 1) {
      const half = Math.floor(recording.length / 2);
      const until = recording.slice(0, half + random.below(half));
      await using node = await openAfterCut(until, 'dropped', random, `normal-${moment}`);
      await expectSound(node.context);
      const present = await entries(node.context);
      lost += [...said(until).acknowledged].filter((id) => !present.has(id)).length;
    }
    expect(lost).toBeGreaterThan(100);
  }, 120_000);

  it('would be seen to leave half a file if one got its name before its bytes were synced', async () => {
    const recording = await record('named', { nameFirst: true });
    const random = randomFrom(3);
    const named = recording.flatMap(({ kind, bytes }, index) =>
      kind === 'renamed' && /\/[0-9a-f]{64}$/.test(bytes.toString()) ? index : [],
    );
    const found: string[] = [];
    // The name is for good, and no sync of the bytes has begun.
    for (const at of named) {
      const until = recording.slice(
        0,
        recording.findIndex(({ kind }, index) => index > at && kind === 'folder synced') + 1,
      );
      const disk = diskAfterCut(until, 'dropped', random);
      const half = [...disk].some(([name, { length }]) => /\/[0-9a-f]{64}$/.test(name) && length === 0);
      if (!half) continue;
      await using node = await openAfterCut(until, 'dropped', random, `named-${at}`);
      found.push(await expectWhole(node.context, said(until)).then(String, (error: Error) => error.message));
      if (found.length === 2) break;
    }
    expect(found).toHaveLength(2);
    for (const message of found) expect(message).toContain('half under their final name');
  }, 120_000);
});
