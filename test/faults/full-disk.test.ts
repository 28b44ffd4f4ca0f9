import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestNode } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { temporaryFolder } from './child.ts';
import { expectSound } from './oracle.ts';

/** A small disk of its own. */
function mountSmallDisk(): { path: string } & Disposable {
  const folder = temporaryFolder();
  const path = join(folder.path, 'disk');
  mkdirSync(path);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=112m', 'tmpfs', path]);
  if (status !== 0) {
    folder[Symbol.dispose]();
    throw new Error('This user may not mount');
  }
  return {
    path,
    [Symbol.dispose]: () => {
      spawnSync('umount', ['-l', path]);
      folder[Symbol.dispose]();
    },
  };
}

function canMount(): boolean {
  try {
    mountSmallDisk()[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

/** Takes all that is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [1 << 20, 4096]) {
      try {
        for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

describe.skipIf(!canMount())('A node whose disk is full', () => {
  it('says so, goes on reading, and writes again as soon as there is space, without a restart', async () => {
    using disk = mountSmallDisk();
    await using node = await startTestNode('council', { environment: { JOINERY_DATA: join(disk.path, 'data') } });
    const person = await node.person('Anna Archivist', { administrator: true });
    const group = await person.api('POST', '/groups', { name: 'Archives', handle: 'archives' });
    expect(group.status).toBe(201);
    const post = () =>
      person.api('POST', `/groups/${group.body.id}/posts`, { title: 'Shelves', content: 'word '.repeat(4_000) });
    const health = async () => {
      const answer = await fetch(`${node.origin}/readyz`);
      return { status: answer.status, text: await answer.text() };
    };
    expect((await health()).status).toBe(200);

    const ballast = join(disk.path, 'ballast');
    fill(ballast);
    const acknowledged: string[] = [];
    let refused = await post();
    for (; refused.status === 201; refused = await post()) acknowledged.push(refused.body.id);
    expect(refused).toMatchObject({ status: 507, body: { code: 'storage_full' } });
    expect(refused.body.detail).toMatch(/full|space/);
    for (let again = 0; again < 5; again += 1) expect((await post()).status).toBe(507);

    expect((await person.api('GET', `/groups/${group.body.id}`)).status).toBe(200);
    expect((await fetch(`${node.origin}/sign-in`)).status).toBe(200);
    await until(async () => (await health()).status === 503, 10_000);
    expect((await health()).text).toMatch(/only 0 MB left: free some space/);

    rmSync(ballast);
    const first = await post();
    expect(first.status).toBe(201);
    acknowledged.push(first.body.id);
    await until(async () => (await health()).status === 200, 10_000);
    await node.settle();
    for (const id of acknowledged) expect((await person.api('GET', `/posts/${id}`)).status).toBe(200);
    const all = await node.context.db.reader.selectFrom('post').select('id').execute();
    expect(all.map((row) => row.id).sort()).toEqual(acknowledged.sort());
    await expectSound(node.context);
  });
});
