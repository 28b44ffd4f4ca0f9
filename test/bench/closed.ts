import { type Child, startChild } from './children.ts';
import type { Limits } from './limits.ts';
import { type Figure, median } from './report.ts';

const readers = Number(process.env.BENCH_NODES ?? 50);
const processes = 5;
/** Milliseconds each way, on every line. */
const latency = 20;
/** In all: some on each node. */
const members = Number(process.env.BENCH_MEMBERS ?? 460);
const rounds = 5;

type Spent = { milliseconds: number; requests: Record<string, number>[] };

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * A closed group of A with members on 50 nodes: all of them join, somebody at B writes, everybody is removed. Every node is a whole one, with database on disk, server, lanes
 * and background work; what is not as in the world outside is said in docs/benchmarks.md.
 */
export async function measureClosed(_limits: Limits, profile: boolean): Promise<Figure[]> {
  await using lines = startChild('lines');
  await using a = startChild('closed-nodes');
  await using b = startChild('closed-nodes');
  await using crowd = await startCrowd();
  const origins = await lines.call<string[]>('open', { count: readers + 2, latency });
  const [atA = '', atB = ''] = origins;
  const parts = crowd.children.map((_, part) => origins.slice(2).filter((_, index) => index % processes === part));
  const each = Math.round(members / readers);
  const ports = new Map<string, number>();
  const open = async (child: Child, own: string[], people: number) => {
    const found = await child.call<number[]>('open', { origins: own, people });
    own.forEach((origin, index) => {
      ports.set(origin, found[index] ?? 0);
    });
  };
  await Promise.all([
    open(a, [atA], 1),
    open(b, [atB], 1),
    ...crowd.children.map((child, index) => open(child, parts[index] ?? [], each)),
  ]);
  await lines.call(
    'to',
    origins.map((origin) => ports.get(origin)),
  );
  // One after the other, as agreements are made: nodes that meet fetch each other's keys.
  await crowd.all('allow', [atA, atB]);
  await a.call('allow', [atB]);
  await b.call('allow', [atA]);
  for (let first = 2; first < origins.length; first += 5)
    for (const child of [a, b]) {
      await child.call('allow', origins.slice(first, first + 5));
      await child.call('drain');
    }
  const group = await a.call('group', origins.slice(1));
  for (const child of [b, ...crowd.children]) await child.call('look', group.uri);
  await b.call('join', group.uri);

  const whole = [a, b, ...crowd.children];
  const settle = async () => {
    for (let round = 0; round < 3; round += 1) for (const child of whole) await child.call('drain');
  };
  const begin = () => Promise.all([a.call('begin', profile), b.call('begin', profile), crowd.all('begin', false)]);
  const end = async (name: string) => {
    const [hosts, authors] = [await a.call<Spent>('end', `A, ${name}`), await b.call<Spent>('end', `B, ${name}`)];
    const others = (await crowd.all<Spent>('end', name)).flatMap(({ requests }) => requests);
    return { a: hosts, b: authors, requests: [...hosts.requests, ...authors.requests, ...others] };
  };
  const tell = (spent: Awaited<ReturnType<typeof end>>) => {
    say(
      `    processor time of the main thread: A ${spent.a.milliseconds.toFixed(0)} ms, B ${spent.b.milliseconds.toFixed(0)} ms`,
    );
    for (const line of summed(spent.requests, { A: atA, B: atB })) say(`    ${line}`);
  };

  say(
    `\nClosed group of A, ${each * readers} people on ${readers} nodes in ${processes} processes, ${latency} ms each way`,
  );
  await begin();
  let since = clock();
  const joined = Math.max(...(await crowd.all<number>('join', group.uri))) - since;
  const joining = await end('joining');
  say(`  all are members at their own nodes after ${joined.toFixed(0)} ms`);
  tell(joining);
  await settle();

  const figures: Figure[] = [];
  for (const [writer, child] of [
    ['B', b],
    ['the host', a],
  ] as const) {
    const found: number[][] = [];
    for (let round = 0; round < rounds; round += 1) {
      const title = `Round ${round} of ${writer}`;
      const text = `What ${writer} knows, ${round}`;
      await begin();
      const reading = crowd.all<number[]>('readable', { title, text });
      const { at } = await child.call<{ at: number }>('write', { uri: group.uri, title, text });
      const took = (await reading).flat().map((instant) => instant - at);
      found.push(took.sort((one, other) => one - other));
      await settle();
      const spent = await end(title);
      const [half, most, last] = [0.5, 0.95, 1].map((share) => part(took, share).toFixed(0));
      say(`  written at ${writer}, readable after: half ${half} ms, 95 % ${most} ms, last ${last} ms`);
      if (round === rounds - 1) tell(spent);
    }
    const of = (share: number) => median(found.map((took) => part(took, share)));
    figures.push({
      name: `closed post of ${writer} readable on ${readers} nodes`,
      target: 'last ≤ 5,000 ms',
      measured: `p50 ${of(0.5).toFixed(0)}, p95 ${of(0.95).toFixed(0)}, last ${of(1).toFixed(0)} ms; worst round ${Math.max(...found.map((took) => part(took, 1))).toFixed(0)} ms`,
      limit: `${latency} ms each way`,
    });
  }

  await begin();
  const shut = crowd.all<number[]>('shut', group.uri);
  since = clock();
  const removed = await a.call<number>('removeAll', { group: group.id, by: group.owner, keep: atB });
  const heard = (await shut).flat().sort((one, other) => one - other);
  const receipts = await a.call<number>('receipts', { group: group.id, count: readers });
  const spent = await end('removing');
  say(
    `  ${each * readers} removals took A ${(removed - since).toFixed(0)} ms; after the last of them: last node shut ${(part(heard, 1) - removed).toFixed(0)} ms, last receipt ${(receipts - removed).toFixed(0)} ms`,
  );
  tell(spent);
  return figures;
}

const clock = () => performance.timeOrigin + performance.now();

function part(sorted: number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Requests of all nodes by purpose and whom they went to: A, B, or the others. */
function summed(made: Record<string, number>[], names: Record<string, string>): string[] {
  const counts = new Map<string, number>();
  for (const one of made)
    for (const [key, count] of Object.entries(one)) {
      const [purpose = '', origin = ''] = key.split(' → ');
      const to = Object.entries(names).find(([, known]) => known === origin)?.[0] ?? 'the others';
      counts.set(`${purpose} → ${to}`, (counts.get(`${purpose} → ${to}`) ?? 0) + count);
    }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([key, count]) => `${String(count).padStart(6)} × ${key}`);
}

type Crowd = AsyncDisposable & { children: Child[]; all: <T>(name: string, input?: unknown) => Promise<T[]> };

async function startCrowd(): Promise<Crowd> {
  const children = Array.from({ length: processes }, () => startChild('closed-nodes'));
  return {
    children,
    all: (name, input) => Promise.all(children.map((child) => child.call(name, input))),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(children.map((child) => child[Symbol.asyncDispose]()));
    },
  };
}
