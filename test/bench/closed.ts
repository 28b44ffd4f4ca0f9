import { loadavg } from 'node:os';
import { type Child, startChild } from './children.ts';
import type { Spent } from './closed-nodes.ts';
import type { Limits } from './limits.ts';
import { type Figure, median } from './report.ts';

const readers = Number(process.env.BENCH_NODES ?? 50);
const processes = 5;
/** Milliseconds each way, on every line. */
const latency = 20;
/** In all: some on each node. */
const members = Number(process.env.BENCH_MEMBERS ?? 460);
const rounds = 5;
const longest = { readable: 5_000, refused: 1_000 };

const say = (line: string) => process.stdout.write(`${line}\n`);
const whole = (milliseconds: number) => milliseconds.toFixed(0);

/**
 * A closed group of A with members on 50 nodes: all of them join, somebody at B writes, somebody at the last node is the only one there and is removed, then everybody is. Every
 * node is a whole one, with database on disk, server, lanes and background work; what is not as in the world outside is said in docs/benchmarks.md.
 */
export async function measureClosed(_limits: Limits, profile: boolean): Promise<Figure[]> {
  await using world = await openWorld();
  await measureJoining(world);
  const figures = [
    await measureWriting(world, 'B', profile),
    await measureWriting(world, 'the host', profile),
    await measureRevoking(world),
  ];
  await measureRemoving(world);
  return figures;
}

type World = Awaited<ReturnType<typeof openWorld>>;
type Sum = { a: Spent; b: Spent; reader: number; lines: number; sum: number; requests: Record<string, number>[] };

async function openWorld() {
  const lines = startChild('lines');
  const a = startChild('closed-nodes');
  const b = startChild('closed-nodes');
  const children = Array.from({ length: processes }, () => startChild('closed-nodes'));
  const everyone = [a, b, ...children];
  const ofCrowd = <T>(name: string, input?: unknown): Promise<T[]> =>
    Promise.all(children.map((child) => child.call<T>(name, input)));
  const origins = await lines.call<string[]>('open', { count: readers + 2, latency });
  const [atA = '', atB = ''] = origins;
  const parts = children.map((_, part) => origins.slice(2).filter((_, index) => index % processes === part));
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
    ...children.map((child, index) => open(child, parts[index] ?? [], each)),
  ]);
  await lines.call(
    'to',
    origins.map((origin) => ports.get(origin)),
  );
  // One after the other, as agreements are made: nodes that meet fetch each other's keys.
  await ofCrowd('allow', [atA, atB]);
  await a.call('allow', [atB]);
  await b.call('allow', [atA]);
  for (let first = 2; first < origins.length; first += 5)
    for (const child of [a, b]) {
      await child.call('allow', origins.slice(first, first + 5));
      await child.call('drain');
    }
  const group = await a.call<{ id: string; uri: string; owner: string }>('group', origins.slice(1));
  for (const child of [b, ...children]) await child.call('look', group.uri);
  await b.call('join', group.uri);
  return {
    a,
    b,
    ofCrowd,
    group,
    each,
    atB,
    last: origins.at(-1) ?? '',
    settle: async () => {
      for (let round = 0; round < 3; round += 1) for (const child of everyone) await child.call('drain');
    },
    profile: async () => {
      for (const child of [a, b, children[0]]) await child?.call('profile');
    },
    profiled: async (what: string) => {
      const named = [
        [a, 'A'],
        [b, 'B'],
        [children[0], `${readers / processes} readers`],
      ] as const;
      for (const [child, name] of named) await child?.call('profiled', `${name}, ${what}`);
    },
    begin: () => Promise.all([...everyone, lines].map((child) => child.call('begin'))),
    /** Says what everybody spent since `begin`. */
    end: async (): Promise<Sum> => {
      const [ofA, ofB, ...others] = (await Promise.all(everyone.map((child) => child.call<Spent>('end')))) as [
        Spent,
        Spent,
      ];
      const between = await lines.call<number>('end');
      const ofReaders = (others as Spent[]).reduce((sum, { all }) => sum + all, 0);
      return {
        a: ofA,
        b: ofB,
        reader: ofReaders / readers,
        lines: between,
        sum: ofA.all + ofB.all + ofReaders + between,
        requests: [ofA, ofB, ...(others as Spent[])].flatMap(({ requests }) => requests),
      };
    },
    tell: (spent: Sum) => {
      say(
        `    processor time: A ${whole(spent.a.all)} ms (main thread ${whole(spent.a.thread)}), B ${whole(spent.b.all)} ms (main thread ${whole(spent.b.thread)}), each reader ${whole(spent.reader)} ms, the lines ${whole(spent.lines)} ms`,
      );
      say(
        `    all of them ${whole(spent.sum)} ms, on two cores at least ${whole(spent.sum / 2)} ms; load ${loadavg()[0]?.toFixed(1)}`,
      );
      for (const line of summed(spent.requests, { A: atA, B: atB })) say(`    ${line}`);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([lines, ...everyone].map((child) => child[Symbol.asyncDispose]()));
    },
  };
}

async function measureJoining(world: World): Promise<void> {
  say(
    `\nClosed group of A, ${world.each * readers} people on ${readers} nodes in ${processes} processes, ${latency} ms each way`,
  );
  await world.begin();
  const since = clock();
  const joined = Math.max(...(await world.ofCrowd<number>('join', world.group.uri))) - since;
  const spent = await world.end();
  say(`  all are members at their own nodes after ${whole(joined)} ms`);
  world.tell(spent);
  await world.settle();
}

/** Somebody writes topics, and each reader's node is asked for it until it has the text. */
async function measureWriting(world: World, writer: 'B' | 'the host', profiled: boolean): Promise<Figure> {
  const { group } = world;
  const found: number[][] = [];
  if (profiled) await world.profile();
  for (let round = 0; round < rounds; round += 1) {
    const title = `Round ${round} of ${writer}`;
    const text = `What ${writer} knows, ${round}`;
    await world.begin();
    const reading = world.ofCrowd<number[]>('readable', { title, text });
    const { at } = await world[writer === 'B' ? 'b' : 'a'].call<{ at: number }>('write', {
      uri: group.uri,
      title,
      text,
    });
    const took = (await reading).flat().map((instant) => instant - at);
    found.push(took.sort((one, other) => one - other));
    const spent = await world.end();
    await world.settle();
    const [half, most, last] = [0.5, 0.95, 1].map((share) => whole(part(took, share)));
    say(`  written at ${writer}, readable after: half ${half} ms, 95 % ${most} ms, last ${last} ms`);
    if (round === rounds - 1) world.tell(spent);
  }
  if (profiled) await world.profiled(`written at ${writer}`);
  const of = (share: number) => median(found.map((took) => part(took, share)));
  return {
    name: `closed post of ${writer} readable on ${readers} nodes`,
    target: 'last ≤ 5,000 ms',
    met: of(1) <= longest.readable,
    measured: `p50 ${whole(of(0.5))}, p95 ${whole(of(0.95))}, last ${whole(of(1))} ms; worst round ${whole(Math.max(...found.map((took) => part(took, 1))))} ms`,
    limit: `${latency} ms each way`,
  };
}

/** The last member of a node is removed: until every other node refuses it, whatever token it holds. */
async function measureRevoking(world: World): Promise<Figure> {
  const { a, b, group, last } = world;
  const who = { group: group.id, by: group.owner, node: last };
  await a.call('removeFrom', { ...who, leave: 1 });
  await world.settle();
  await world.begin();
  const asked = { uri: group.uri, node: last };
  const refusing = Promise.all([b.call<number[]>('refused', asked), world.ofCrowd<number[]>('refused', asked)]);
  const at = await a.call<number>('removeFrom', { ...who, leave: 0 });
  const took = (await refusing)
    .flat(2)
    .map((instant) => instant - at)
    .sort((one, other) => one - other);
  const spent = await world.end();
  const [half, slowest] = [0.5, 1].map((share) => part(took, share));
  say(
    `  the last member of a node removed: half of the others refuse it after ${whole(half ?? 0)} ms, the last of ${took.length} after ${whole(slowest ?? 0)} ms`,
  );
  world.tell(spent);
  await world.settle();
  return {
    name: `last member of a node removed, refused by ${took.length} others`,
    target: 'last ≤ 1,000 ms',
    met: (slowest ?? Number.NaN) <= longest.refused,
    measured: `p50 ${whole(half ?? 0)}, last ${whole(slowest ?? 0)} ms`,
    limit: `${latency} ms each way`,
  };
}

async function measureRemoving(world: World): Promise<void> {
  const { a, group, atB } = world;
  await world.begin();
  const shut = world.ofCrowd<number[]>('shut', group.uri);
  const since = clock();
  const removed = await a.call<number>('removeAll', { group: group.id, by: group.owner, keep: atB });
  const heard = (await shut).flat().sort((one, other) => one - other);
  const receipts = await a.call<number>('receipts', { group: group.id, count: readers });
  const spent = await world.end();
  say(
    `  everybody's removal took A ${whole(removed - since)} ms; after the last: last node shut ${whole(part(heard, 1) - removed)} ms, last receipt ${whole(receipts - removed)} ms`,
  );
  world.tell(spent);
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
