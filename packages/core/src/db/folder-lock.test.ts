import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';
import { openDatabase } from './open.ts';

function temporary(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'joinery-lock-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

it('A folder belongs to one server until that gives it free', () => {
  using folder = temporary();
  const unlock = lockFolder(folder.path);
  expect(() => lockFolder(folder.path)).toThrow(/Another server already uses .* JOINERY_DATA/);
  unlock();
  lockFolder(folder.path)();
});

it('The command line opens a folder that a server has, a second server does not, and failing leaves the lock as it was', async () => {
  using folder = temporary();
  const options = { databaseUrl: null, dataFolder: folder.path };
  const server = await openDatabase({ ...options, exclusive: true });
  await (await openDatabase({ ...options, exclusive: false }))[Symbol.asyncDispose]();
  await expect(openDatabase({ ...options, exclusive: true })).rejects.toThrow('Another server');
  await expect(openDatabase({ ...options, exclusive: true })).rejects.toThrow('Another server');
  await server[Symbol.asyncDispose]();
  await (await openDatabase({ ...options, exclusive: true }))[Symbol.asyncDispose]();
});
