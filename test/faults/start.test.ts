import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type Child, startChild, temporaryFolder } from './child.ts';
import { openFaultNode } from './node.ts';

const root = resolve(import.meta.dirname, '../..');

/** Starts the server as `npm start` does. */
function startServer(settings: Record<string, string>): Child {
  return startChild([join(root, 'deploy/boot/run.mjs'), 'main'], { JOINERY_PORT: '0', ...settings });
}

/** The server must end with 1, and say what is wrong and what to do, without a stack. */
async function expectRefusal(settings: Record<string, string>, words: RegExp): Promise<void> {
  const server = startServer(settings);
  expect(await server.ended).toBe(1);
  expect(server.output()).toMatch(words);
  expect(server.output()).not.toMatch(/^\s+at /m);
}

/** A data folder with a database that was closed in order. */
async function usedFolder() {
  const folder = temporaryFolder();
  await using _node = await openFaultNode({ folder: folder.path, databaseUrl: null });
  return folder;
}

function overwrite(file: string, position: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, position);
  closeSync(handle);
}

const origin = { JOINERY_ORIGIN: 'http://localhost:20999' };

it('A port in use is answered with the setting that changes it', async () => {
  using folder = temporaryFolder();
  await using other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expectRefusal(
    { JOINERY_DATA: folder.path, JOINERY_PORT: String(port) },
    new RegExp(`Port ${port} is in use: stop .*JOINERY_PORT`),
  );
});

it('A second server on the folder is refused, and the folder is free again as soon as the first was killed', async () => {
  using folder = temporaryFolder();
  const first = startServer({ JOINERY_DATA: folder.path });
  await first.printed('/sign-in/link/');
  await expectRefusal({ JOINERY_DATA: folder.path }, /Another server already uses .*JOINERY_DATA/);
  first.process.kill('SIGKILL');
  await first.ended;
  const second = startServer({ JOINERY_DATA: folder.path, ...originOf(first) });
  await second.printed('/sign-in/link/');
  second.process.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

/** The origin that a server on a free port took. */
function originOf(server: Child): Record<string, string> {
  return { JOINERY_ORIGIN: /Joinery runs at (\S+)/.exec(server.output())?.[1] ?? '' };
}

it('A database with a damaged header is refused', async () => {
  using folder = await usedFolder();
  overwrite(join(folder.path, 'joinery.db'), 0, Buffer.from('not a database!!'));
  await expectRefusal({ JOINERY_DATA: folder.path, ...origin }, /joinery\.db is damaged.*last backup back/);
});

it('A database with damaged pages is refused', async () => {
  using folder = await usedFolder();
  const file = join(folder.path, 'joinery.db');
  const pages = statSync(file).size / 4096;
  expect(pages).toBeGreaterThan(10);
  // The head of a page in the middle of the file: its kind and the number of its cells.
  overwrite(file, Math.floor(pages / 2) * 4096, Buffer.alloc(64, 0xa5));
  await expectRefusal({ JOINERY_DATA: folder.path, ...origin }, /joinery\.db is damaged.*last backup back/);
});

it('A database that was cut short is refused', async () => {
  using folder = await usedFolder();
  const file = join(folder.path, 'joinery.db');
  writeFileSync(file, readFileSync(file).subarray(0, 3 * 4096));
  await expectRefusal({ JOINERY_DATA: folder.path, ...origin }, /joinery\.db is damaged.*last backup back/);
});

it('A secret that others may read is refused (case 19)', async () => {
  using folder = await usedFolder();
  chmodSync(join(folder.path, 'secret'), 0o644);
  await expectRefusal({ JOINERY_DATA: folder.path, ...origin }, /secret can be read by other users: run chmod 600/);
});

// Only the administrator of the machine can give a file away.
it.skipIf(process.getuid?.() !== 0)('A secret of another user is refused (case 19)', async () => {
  using folder = await usedFolder();
  chownSync(join(folder.path, 'secret'), 65_534, 65_534);
  await expectRefusal({ JOINERY_DATA: folder.path, ...origin }, /secret belongs to another user/);
});

it('A secret that is lost, empty or another one is asked for, since the keys need the old one', async () => {
  using folder = await usedFolder();
  const secret = join(folder.path, 'secret');
  writeFileSync(secret, '');
  await expectRefusal({ JOINERY_DATA: folder.path, ...origin }, /does not hold a secret.*backup/);
  rmSync(secret);
  await expectRefusal({ JOINERY_DATA: folder.path, ...origin }, /encrypted with another secret.*backup back/);
});

it('Another origin than that of the database is refused with the one it belongs to', async () => {
  using folder = await usedFolder();
  await expectRefusal(
    { JOINERY_DATA: folder.path, JOINERY_ORIGIN: 'http://localhost:20998' },
    /belongs to http:\/\/localhost:20999.*set JOINERY_ORIGIN back/,
  );
});

it('A data folder that cannot be made is refused', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  await expectRefusal({ JOINERY_DATA: join(file, 'data') }, /cannot be used.*JOINERY_DATA/);
});

it('A database server that does not answer is named without its password', async () => {
  using folder = temporaryFolder();
  const settings = {
    JOINERY_DATA: folder.path,
    JOINERY_DATABASE_URL: 'postgres://joinery:hush-hush@127.0.0.1:9/joinery',
  };
  const server = startServer(settings);
  expect(await server.ended).toBe(1);
  expect(server.output()).toMatch(/127\.0\.0\.1:9 does not answer: check JOINERY_DATABASE_URL/);
  expect(server.output()).not.toContain('hush');
});
