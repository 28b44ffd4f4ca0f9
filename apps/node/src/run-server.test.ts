import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, ['deploy/boot/run.mjs', 'main'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
  });
  const said = { out: '', error: '' };
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
    if (said.out.includes('/sign-in/link/')) isReady();
  });
  child.stderr.on('data', (chunk) => {
    said.error += chunk;
  });
  const ended = once(child, 'close').then(([code]) => code as number);
  return { child, said, ready, ended };
}

it('A node says where it runs and how to begin, and ends in order when it is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-run-'));
  try {
    const node = start({ JOINERY_DATA: folder, JOINERY_PORT: '0' });
    await node.ready;
    const [, origin = ''] = /Joinery runs at (\S+)/.exec(node.said.out) ?? [];
    expect(node.said.out).toContain('This is a trial: only this machine can reach it');
    expect(await (await fetch(`${origin}/livez`)).json()).toEqual({ alive: true });
    node.child.kill('SIGTERM');
    expect(await node.ended).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('A node with bad settings names every fault and ends with 1', async () => {
  const node = start({ JOINERY_PORT: 'x', JOINERY_ORIGIN: 'ftp://a', JOINERY_ROLE: 'web' });
  expect(await node.ended).toBe(1);
  expect(node.said.error).toMatch(/JOINERY_PORT.*\n.*JOINERY_ORIGIN.*\n.*JOINERY_ROLE/);
  expect(node.said.error).not.toContain('    at ');
});
