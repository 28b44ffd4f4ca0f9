import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from './children.ts';
import { type Leases, renewEvery } from './lease-nodes.ts';
import type { Figure } from './report.ts';

const groups = Number(process.env.BENCH_GROUPS ?? 1_000);
/** Milliseconds each way. */
const latency = 20;
/** A token is valid for ten minutes. */
export const valid = 10 * 60_000;
const longestRound = 300_000;

/** Processor time of the main thread in milliseconds, and the requests made, by purpose. */
type Spent = { milliseconds: number; requests: Record<string, number> };
/** One time that all leases are renewed: how long it took, the longest that any of them went without, and what the nodes spent since the last round or start. */
type Round = { took: number; longest: number; reader: Spent; host: Spent };
export type LeaseNodes = AsyncDisposable & {
  /** Waits until all are held for the first time. */
  begin: () => Promise<Round>;
  /** Seven minutes pass, and all are renewed. */
  renew: () => Promise<Round>;
  /** The same, the process of the reading node killed when half of them are; what it spent is what the next one did. @returns also how many were renewed by then, and the requests made for that */
  renewKilled: () => Promise<Round & { before: number; made: Spent['requests'] }>;
};

/**
 * A node whose people are in many closed groups of another one: each lease is renewed every seven minutes, which pass here by the nodes' own clocks.
 * @param options.held whether all were confirmed before; otherwise `begin` waits for that
 * @param options.program the bundle of the bench, where this process is another one
 */
export async function openLeaseNodes(options: {
  groups: number;
  latency: number;
  held?: boolean;
  program?: string;
}): Promise<LeaseNodes> {
  const { groups, latency, held = false, program } = options;
  const root = mkdtempSync(join(tmpdir(), 'joinery-leases-'));
  const lines = startChild('lines', {}, program);
  const host = startChild('lease-node', {}, program);
  let reader = startChild('lease-node', {}, program);
  const close = async () => {
    await Promise.all([lines, host, reader].map((child) => child[Symbol.asyncDispose]()));
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const [there = '', here = ''] = await lines.call<string[]>('open', { count: 2, latency });
    const open = (child: typeof host, name: string, origin: string, ahead = 0) =>
      child.call<number>('open', { folder: join(root, name), origin, ahead });
    const port = await open(host, 'host', there);
    await lines.call('to', [port, await open(reader, 'reader', here)]);
    await host.call('allow', here);
    await reader.call('allow', there);
    const [owner, member] = [await host.call('person'), await reader.call('person')];
    const { uris, key } = await host.call<{ uris: string[]; key: string }>('host', {
      count: groups,
      owner: owner.id,
      member: member.uri,
      origin: here,
    });
    const start = new Date().toISOString();
    for (const child of [host, reader]) await child.call('begin');
    await reader.call('know', { uris, key, person: member.id, held });
    let longest = 0;
    const until = async (count: number, since: string) => {
      const end = performance.now() + longestRound;
      for (;;) {
        const leases = await reader.call<Leases>('leases', since);
        longest = Math.max(longest, leases.longest);
        if (leases.renewed >= count) return leases.renewed;
        if (performance.now() > end) throw new Error(`${leases.renewed} of ${count} leases were renewed`);
        await pause(100);
      }
    };
    const round = async (run: () => Promise<unknown>): Promise<Round> => {
      longest = 0;
      const began = performance.now();
      await run();
      const took = performance.now() - began;
      return { took, longest, host: await host.call<Spent>('end'), reader: await reader.call<Spent>('end') };
    };
    let ahead = 0;
    const pass = async () => {
      ahead += renewEvery;
      for (const child of [host, reader]) await child.call('begin');
      await host.call('pass', renewEvery);
      return reader.call<string>('pass', renewEvery);
    };
    return {
      begin: () => round(() => until(groups, start)),
      renew: () => round(async () => until(groups, await pass())),
      renewKilled: async () => {
        let before = 0;
        let made: Spent['requests'] = {};
        const killed = await round(async () => {
          const since = await pass();
          before = await until(groups / 2, since);
          made = (await reader.call<Spent>('end')).requests;
          process.kill(reader.pid, 'SIGKILL');
          await reader[Symbol.asyncDispose]();
          reader = startChild('lease-node', {}, program);
          await lines.call('to', [port, await open(reader, 'reader', here, ahead)]);
          await until(groups, since);
        });
        return { ...killed, before, made };
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a round cost the nodes, and what it was told of. */
function tell(what: string, { reader, host }: Round): void {
  const requests = Object.entries(reader.requests).map(([purpose, count]) => `${count} × ${purpose.split(' → ')[0]}`);
  process.stdout.write(
    `\n${groups} leases, ${what}: ${requests.join(', ')}; main thread of the reader ${reader.milliseconds.toFixed(0)} ms, of the host ${host.milliseconds.toFixed(0)} ms; load ${loadavg()[0]?.toFixed(1)}\n`,
  );
}

/** All leases renewed, and once more with the process of the reading node killed when half of them are. */
export async function measureLeases(): Promise<Figure[]> {
  await using nodes = await openLeaseNodes({ groups, latency });
  await nodes.begin();
  const whole = await nodes.renew();
  tell('renewed', whole);
  const killed = await nodes.renewKilled();
  const figure = (name: string, { took, longest }: Round): Figure => ({
    name,
    target: 'none longer without than a token is valid, 10 min',
    met: longest <= valid,
    measured: `all in ${(took / 1_000).toFixed(1)} s; longest without ${(longest / 60_000).toFixed(2)} min`,
    limit: `renewed every 7 min, ${latency} ms each way`,
  });
  return [
    figure(`${groups} leases of one node renewed`, whole),
    figure('the same, the process killed half-way', killed),
  ];
}
