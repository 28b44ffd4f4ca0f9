import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readConfig } from '@joinery/core';
import { expect, it } from 'vitest';
import { copyMigrated } from '../../../test/harness/store.ts';
import { until } from '../../../test/harness/until.ts';
import { runCommandLine } from './command-line.ts';
import { firstAdministratorLink, startNode } from './node.ts';
import { openNode } from './open-node.ts';
import { slices } from './slices.ts';
import { createNodeWebApp } from './web.ts';

function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'joinery-node-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const root = resolve(import.meta.dirname, '../../..');
const quiet = { log: () => {} };

async function run(folder: string, words: string[]) {
  const said = { out: '', error: '' };
  const output = {
    out: (text: string) => {
      said.out += text;
    },
    error: (text: string) => {
      said.error += text;
    },
  };
  const code = await runCommandLine(words, { JOINERY_DATA: folder }, { output });
  return { code, ...said };
}

it('Every page of the administration stands on its own page, so that the navigation fits on one line', () => {
  const entries = slices.flatMap(({ navigation = [] }) => navigation).map(({ href }) => href);
  expect(entries.filter((href) => href.startsWith('/administration'))).toEqual(['/administration']);
  const administration = slices.flatMap((slice) => slice.administration ?? []);
  expect(administration.length).toBeGreaterThan(5);
  for (const { href } of administration) expect(href).toMatch(/^\/administration\/[a-z-]+$/);
});

it('A database from before deleted rows were overwritten is written anew at the first start, once', async () => {
  using folder = temporaryFolder();
  await copyMigrated(slices, folder.path);
  const config = readConfig({ JOINERY_DATA: folder.path, JOINERY_AGENCY: 'Gemeente Aa' });
  const lines: string[] = [];
  const open = (exclusive: boolean) => openNode(config, exclusive, { log: (line) => lines.push(line) });
  const rewritten = () => lines.filter((line) => line.includes('database.rewritten')).length;
  const old = await open(true);
  await old.context.db.writer.insertInto('meta').values({ name: 'rewrite_due', value: '1' }).execute();
  await old[Symbol.asyncDispose]();
  expect(rewritten()).toBe(0);
  for (const [exclusive, times] of [
    [false, 0],
    [true, 1],
    [true, 1],
  ] as const) {
    const node = await open(exclusive);
    await node[Symbol.asyncDispose]();
    expect(rewritten()).toBe(times);
  }
});

it('Several nodes run in one process and share routes, each answering for itself', async () => {
  using one = temporaryFolder();
  using two = temporaryFolder();
  const webApp = createNodeWebApp();
  const options = { ...quiet, webApp };
  const first = await startNode({ JOINERY_DATA: one.path, JOINERY_PORT: '0', JOINERY_AGENCY: 'Gemeente Aa' }, options);
  const second = await startNode(
    { JOINERY_DATA: two.path, JOINERY_PORT: '0', JOINERY_AGENCY: 'Gemeente Bee' },
    options,
  );
  try {
    const page = async (origin: string) => (await fetch(`${origin}/nothing`)).text();
    expect(await page(first.origin)).toContain('Gemeente Aa');
    expect(await page(second.origin)).toContain('Gemeente Bee');
    expect(await page(`http://127.0.0.1:${second.port}`)).toContain('Gemeente Bee');
    const style = /href="(\/assets\/[^"]+)"/.exec(await page(first.origin))?.[1];
    const asset = await fetch(`${first.origin}${style}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(await asset.text()).toContain('@layer');
    // Made the first time that somebody could read it.
    const smallest = () => fetch(`${first.origin}${style}`, { headers: { 'accept-encoding': 'gzip, br' } });
    await until(async () => (await smallest()).headers.get('content-encoding') === 'br', 20_000);
    expect(await (await smallest()).text()).toContain('@layer');
    await first.close();
    expect(await page(second.origin)).toContain('Gemeente Bee');
  } finally {
    await first.close();
    await second.close();
  }
});

it('A node offers one link to become its administrator, until it has one', async () => {
  using folder = temporaryFolder();
  const node = await startNode({ JOINERY_DATA: folder.path, JOINERY_PORT: '0' }, quiet);
  try {
    const link = await firstAdministratorLink(node.context);
    expect(link).toMatch(new RegExp(`^${node.origin}/sign-in/link/[\\w-]{43}$`));
  } finally {
    await node.close();
  }
});

it('A node that cannot start says why in words, and leaves nothing open', async () => {
  using folder = temporaryFolder();
  const environment = { JOINERY_DATA: folder.path, JOINERY_PORT: '0' };
  const broken = { ...environment, JOINERY_ROLE: 'cook', JOINERY_ORIGIN: 'nowhere', JOINERY_PROT: '1' };
  await expect(startNode(broken, quiet)).rejects.toThrow(/JOINERY_ORIGIN.*JOINERY_ROLE.*JOINERY_PROT/s);
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const port = String((taken.address() as AddressInfo).port);
  await expect(startNode({ ...environment, JOINERY_PORT: port }, quiet)).rejects.toThrow(/in use.*JOINERY_PORT/);
  taken.close();
  const node = await startNode(environment, quiet);
  await expect(startNode(environment, quiet)).rejects.toThrow(/Another server already uses .* JOINERY_DATA/);
  await node.close();
  await expect(startNode({ ...environment, JOINERY_ORIGIN: 'https://other.example' }, quiet)).rejects.toThrow(
    /belongs to http:\/\/localhost:\d+, but JOINERY_ORIGIN is https:\/\/other.example/,
  );
});

it('The command line, a second process, works beside a running node', async () => {
  using folder = temporaryFolder();
  const node = await startNode({ JOINERY_DATA: folder.path, JOINERY_PORT: '0' }, quiet);
  const environment = { PATH: process.env.PATH, JOINERY_DATA: folder.path, JOINERY_PORT: String(node.port) };
  const joinery = async (words: string[]) => {
    const options = { cwd: root, env: environment };
    const { stdout } = await promisify(execFile)(process.execPath, ['deploy/boot/run.mjs', 'cli', ...words], options);
    return JSON.parse(stdout);
  };
  try {
    const person = await joinery([
      'person',
      'add',
      '--name',
      'Anna',
      '--email',
      'anna@agency.example',
      '--admin',
      '--json',
    ]);
    const { token } = await joinery(['token', 'create', '--person', person.id, '--json']);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${node.origin}/api/v1/nothing`, { headers })).status).toBe(404);
    expect((await fetch(`${node.origin}/api/v1/nothing`)).status).toBe(401);
    expect(await firstAdministratorLink(node.context)).toBeNull();
    await expect(joinery(['token', 'create', '--person', 'nobody'])).rejects.toMatchObject({ code: 1 });
  } finally {
    await node.close();
  }
});

it('The command line says in words or in JSON what is wrong, and ends with 1', async () => {
  using folder = temporaryFolder();
  const nobody = ['token', 'create', '--person', 'nobody'];
  const words = 'No person of this node is known as "nobody"';
  expect(await run(folder.path, nobody)).toEqual({ code: 1, out: '', error: `${words}\n` });
  const json = await run(folder.path, [...nobody, '--json']);
  expect(JSON.parse(json.error)).toEqual({ error: { code: 'not_found', detail: words } });
  expect(await run(folder.path, ['token', 'create'])).toMatchObject({
    code: 1,
    error: expect.stringContaining('--person'),
  });
  expect(await run(folder.path, ['nonsense'])).toMatchObject({ code: 1 });
  const help = await run(folder.path, ['--help']);
  expect([help.code, help.out]).toEqual([0, expect.stringMatching(/serve.*token/s)]);
});
