import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from './children.ts';
import type { Leases } from './lease-nodes.ts';
import type { Figure } from './report.ts';

const groups = Number(process.env.BENCH_GROUPS ?? 1_000);
/** Milliseconds each way. */
const latency = 20;
const renewEvery = 7 * 60_000;
/** A token is valid for ten minutes. */
const valid = 10 * 60_000;
const longestRound = 300_000;

type Spent = { milliseconds: number; requests: Record<string, number> };

/**
 * A node whose people are in 1,000 closed groups of another one: each lease is renewed every seven minutes, which pass here by the nodes' own clocks; and once more with the
 * process of the reading node killed when half of them are renewed.
 */
export async function measureLeases(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'joinery-leases-'));
  await using lines = startChild('lines');
  await using host = startChild('lease-node');
  let reader = startChild('lease-node');
  try {
    const [there = '', here = ''] = await lines.call<string[]>('open', { count: 2, latency });
    const open = (child: typeof host, name: string, origin: string, ahead = 0) =>
      child.call<number>('open', { folder: join(root, name), origin, ahead });
    const port = await open(host, 'host', there);
    await lines.call('to', [port, await open(reader, 'reader', here)]);
    await host.call('allow', here);
    await reader.call('allow', there);
    const [owner, member] = [await host.call('person'), await reader.call('person')];
    const uris = await host.call<string[]>('host', {
      count: groups,
      owner: owner.id,
      member: member.uri,
      origin: here,
    });
    const start = new Date().toISOString();
    await reader.call('know', { uris, person: member.id });
    let longest = 0;
    const until = async (count: number, since: string) => {
      const end = performance.now() + longestRound;
      for (;;) {
        const leases = await reader.call<Leases>('leases', since);
        longest = Math.max(longest, leases.longest);
        if (leases.renewed >= count) return;
        if (performance.now() > end) throw new Error(`${leases.renewed} of ${count} leases were renewed`);
        await pause(100);
      }
    };
    await until(groups, start);
    let ahead = 0;
    const pass = async () => {
      ahead += renewEvery;
      await host.call('pass', renewEvery);
      return reader.call<string>('pass', renewEvery);
    };

    for (const child of [host, reader]) await child.call('begin');
    longest = 0;
    let began = performance.now();
    await until(groups, await pass());
    const took = performance.now() - began;
    const [ofHost, ofReader] = [await host.call<Spent>('end'), await reader.call<Spent>('end')];
    const whole = longest;

    longest = 0;
    const since = await pass();
    began = performance.now();
    await until(groups / 2, since);
    process.kill(reader.pid, 'SIGKILL');
    await reader[Symbol.asyncDispose]();
    reader = startChild('lease-node');
    await lines.call('to', [port, await open(reader, 'reader', here, ahead)]);
    await until(groups, since);
    const killed = performance.now() - began;

    const requests = Object.entries(ofReader.requests).map(
      ([purpose, count]) => `${count} × ${purpose.split(' → ')[0]}`,
    );
    process.stdout.write(
      `\n${groups} leases: ${requests.join(', ')}; main thread of the reader ${ofReader.milliseconds.toFixed(0)} ms, of the host ${ofHost.milliseconds.toFixed(0)} ms; load ${loadavg()[0]?.toFixed(1)}\n`,
    );
    const figure = (name: string, took: number, without: number): Figure => ({
      name,
      target: 'none longer without than a token is valid, 10 min',
      met: without <= valid,
      measured: `all in ${(took / 1_000).toFixed(1)} s; longest without ${(without / 60_000).toFixed(2)} min`,
      limit: `renewed every 7 min, ${latency} ms each way`,
    });
    return [
      figure(`${groups} leases of one node renewed`, took, whole),
      figure('the same, the process killed half-way', killed, longest),
    ];
  } finally {
    await reader[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  }
}
