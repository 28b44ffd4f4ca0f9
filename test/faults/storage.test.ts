import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHistory, startChild, temporaryFolder } from './child.ts';
import { openFaultNode, writeEntry } from './node.ts';
import { expectSound, expectWhole } from './oracle.ts';
import { buildRecorder, recorderMissing } from './recorder.ts';

describe.skipIf(recorderMissing)('A disk that fails to sync', () => {
  it.each([1, 20, 57])('ends all writing at once, when it is commit %i, and loses nothing said before', async (at) => {
    using folder = temporaryFolder();
    const history = join(folder.path, 'history');
    const settings = { folder: join(folder.path, 'data'), databaseUrl: null, history, writers: 3, each: 40 };
    // The tables are there already, so that the failing sync is the sync of a commit.
    await (await openFaultNode(settings))[Symbol.asyncDispose]();
    const child = startChild([join(import.meta.dirname, 'storage-workload.ts'), JSON.stringify(settings)], {
      LD_PRELOAD: buildRecorder(folder.path),
      RECORDER_FOLDER: settings.folder,
      RECORDER_FAIL_SUFFIX: '-wal',
      RECORDER_FAIL_AT: String(at),
    });
    expect(await child.ended, child.output()).toBe(0);
    const said = JSON.parse(child.output()) as { first: string; later: string[]; readable: number };
    expect(said.first).toBe('SQLITE_IOERR_FSYNC');
    expect(new Set(said.later)).toEqual(new Set(['unavailable']));
    const { tried, acknowledged } = readHistory(history);
    expect(said.readable).toBe(acknowledged.size);
    await using node = await openFaultNode(settings);
    await expectSound(node.context);
    await expectWhole(node.context, { tried, acknowledged });
    // Started again it writes.
    await writeEntry(node.context, 0);
  });
});
