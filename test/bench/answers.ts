import { request } from 'node:http';
import pg from 'pg';
import type { AskedPage } from '../harness/busy-pages.ts';
import { startPostgres } from '../harness/postgres-server.ts';
import { type Child, startChild } from './children.ts';
import { type Limits, seconds } from './limits.ts';
import { printProfile } from './profile.ts';
import { type Figure, median } from './report.ts';

const posts = Number(process.env.BENCH_POSTS ?? 20_000);
const warmUp = 15;
const times = 60;
/** Milliseconds. */
const promised = 50;

/** How long each page that people open day by day takes, one after the other, over 20,000 posts of a council of four hundred; on both databases. */
export async function measureAnswers(_limits: Limits, profile: boolean): Promise<Figure[]> {
  const figures = await measureOn('SQLite', {}, profile);
  await using server = await startPostgres();
  if (server.state.url === undefined) return figures;
  return [...figures, ...(await measureOn('PostgreSQL', { BENCH_DATABASE_URL: server.state.url }, profile))];
}

async function measureOn(name: string, environment: Record<string, string>, profile: boolean): Promise<Figure[]> {
  await using subject = startChild('subject', environment);
  const { origin, port } = await subject.call('address');
  const began = performance.now();
  const { reader, officer, pages } = await subject.call<{ reader: string; officer: string; pages: AskedPage[] }>(
    'busy',
    posts,
  );
  await subject.call('drain');
  if (environment.BENCH_DATABASE_URL) await analyze(environment.BENCH_DATABASE_URL);
  process.stderr.write(`${name}: ${posts} posts in ${((performance.now() - began) / 1_000).toFixed(0)} s\n`);
  const cookies = {
    reader: await subject.call<string>('cookie', reader),
    officer: await subject.call<string>('cookie', officer),
    nobody: '',
  };
  const wanted = process.env.BENCH_PAGE;
  const asked = wanted ? pages.filter((page) => page.name.includes(wanted)) : pages;
  const found: Found[] = [];
  for (const page of asked) {
    const headers = { host: new URL(origin).host, accept: 'text/html', cookie: cookies[page.as] };
    const ask = async () => {
      const since = performance.now();
      const status = await get(port, page.path, headers);
      if (status !== 200) throw new Error(`${page.name}: ${status}`);
      return performance.now() - since;
    };
    // How often somebody may search in a minute is limited: each page gets a minute of its own.
    await later(subject);
    for (let number = 0; number < warmUp; number += 1) await ask();
    await subject.call('begin', profile);
    const took: number[] = [];
    for (let number = 0; number < times; number += 1) took.push(await ask());
    const spent = await subject.call('end');
    if (spent.profile) printProfile(page.name, spent.profile);
    if (spent.statements?.length > 0) process.stdout.write(`${page.name}\n${spent.statements.join('\n')}\n`);
    const sorted = took.toSorted((one, other) => one - other);
    found.push({
      name: page.name,
      median: median(took),
      slowest: sorted[Math.ceil(times * 0.99) - 1] ?? 0,
      thread: (1_000 * seconds(spent.thread)) / times,
    });
  }
  print(name, found);
  const slow = found.filter((page) => page.median > promised);
  const worst = found.toSorted((one, other) => other.median - one.median)[0];
  return [
    {
      name: `${found.length} pages over ${posts.toLocaleString('en')} posts, ${name}`,
      target: `each ≤ ${promised} ms`,
      met: slow.length === 0,
      measured: slow.length === 0 ? `all, at most ${worst?.median.toFixed(1)} ms` : `${slow.length} miss it`,
      limit: `slowest: ${worst?.name}`,
    },
  ];
}

/** What PostgreSQL does by itself within a minute: twenty thousand posts do not come in two minutes elsewhere. */
async function analyze(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

let minutes = 0;

async function later(subject: Child): Promise<void> {
  minutes += 1;
  await subject.call('setClock', Date.now() + minutes * 61_000);
}

/** @returns the status, when all of the answer is there */
function get(port: number, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    })
      .once('error', reject)
      .end();
  });
}

/** Milliseconds by the clock, and of processor time of the node's main thread. */
type Found = { name: string; median: number; slowest: number; thread: number };

function print(database: string, found: Found[]): void {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`\n| page, ${database} | median ms | 99th of 100 | on a free core | |`);
  say('|---|---|---|---|---|');
  for (const page of found.toSorted((one, other) => other.median - one.median)) {
    const verdict = page.median <= promised ? 'met' : '**missed**';
    say(
      `| ${page.name} | ${page.median.toFixed(1)} | ${page.slowest.toFixed(1)} | ${page.thread.toFixed(1)} | ${verdict} |`,
    );
  }
}
