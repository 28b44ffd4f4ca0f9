import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { readHistory, startChild, temporaryFolder } from './child.ts';
import { entries, openFaultNode, writeEntry } from './node.ts';
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

describe('A database in which a damaged page is met while the node runs', () => {
  it('is written no more, says why, and can still be read where it is whole', async () => {
    using folder = temporaryFolder();
    const settings = { folder: folder.path, databaseUrl: null };
    const node = await openFaultNode(settings);
    await writeEntry(node.context, 0);
    const root = await sql<{
      rootpage: number;
    }>`select rootpage from sqlite_schema where name = 'faults_effect'`.execute(node.context.db.reader);
    await node[Symbol.asyncDispose]();
    const file = openSync(join(folder.path, 'joinery.db'), 'r+');
    writeSync(file, Buffer.alloc(64, 0xa5), 0, 64, ((root.rows[0]?.rootpage ?? 0) - 1) * 4096);
    closeSync(file);

    // Opened as the command line does, and as a server opens a file too large to be read whole at a start.
    await using damaged = await openFaultNode(settings);
    await writeEntry(damaged.context, 0);
    await expect(damaged.context.db.reader.selectFrom('faults_effect').selectAll().execute()).rejects.toMatchObject({
      code: 'SQLITE_CORRUPT',
    });
    await expect(writeEntry(damaged.context, 0)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/disk failed \(SQLITE_CORRUPT\).*check the disk, then restart/),
    });
    expect(await entries(damaged.context)).toHaveProperty('size', 2);
    // A server that starts on it refuses.
    await expect(openFaultNode({ ...settings, exclusive: true })).rejects.toThrow(/damaged.*last backup back/s);
  });
});
