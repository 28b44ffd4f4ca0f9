import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, median } from './report.ts';

/** Memory and start of a node as `npm start` runs it. */
export async function measureIdle(): Promise<Figure[]> {
  const starts: number[] = [];
  let memory = 0;
  const folder = mkdtempSync(join(tmpdir(), 'joinery-bench-'));
  try {
    for (let round = 0; round < 4; round += 1) {
      const port = 21_000 + Math.floor(Math.random() * 5_000);
      const since = performance.now();
      const boot = spawn(process.execPath, [resolve('deploy/boot/boot.mjs'), 'start'], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, JOINERY_DATA: folder, JOINERY_PORT: String(port) },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const ended = new Promise((done) => boot.once('exit', done));
      while (!(await answers(port))) {
        if (boot.exitCode !== null) throw new Error('The node did not start');
        await pause(10);
      }
      if (round > 0) starts.push(performance.now() - since);
      if (round === 3) {
        await pause(5_000);
        memory = Math.max(...family(boot.pid ?? 0).map(residentMegabytes));
      }
      boot.kill('SIGTERM');
      await ended;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [
    {
      name: 'idle memory of the node',
      target: '≤ 200 MB',
      met: memory <= 200,
      measured: `${memory.toFixed(0)} MB`,
      limit: 'bare Node: about 41 MB',
    },
    {
      name: 'warm start to the first answer of /livez',
      target: '≤ 2 s',
      met: median(starts) <= 2_000,
      measured: `${(median(starts) / 1_000).toFixed(2)} s`,
      limit: '',
    },
  ];
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    http
      .get({ port, host: '127.0.0.1', path: '/livez', timeout: 1_000 }, (answer) => {
        answer.resume();
        done(answer.statusCode === 200);
      })
      .on('error', () => done(false));
  });
}

/** A process and all that it started. */
function family(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [[Number(name), Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1])] as const];
      } catch {
        return [];
      }
    });
  const found = [pid];
  for (const member of found) found.push(...parents.filter(([, parent]) => parent === member).map(([child]) => child));
  return found;
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
}
