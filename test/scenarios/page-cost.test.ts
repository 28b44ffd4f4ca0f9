import { accountOfPerson, cookieName, startSession, transact } from '@joinery/core';
import { expect, test } from 'vitest';
import { type BusyNode, makeBusy, movableClock } from '../harness/busy-node.ts';
import { type AskedPage, busyPages, unmeasured } from '../harness/busy-pages.ts';
import { startTestNode, type TestNode } from '../harness/node.ts';
import { postgresMissing } from '../harness/postgres.ts';
import { statementsOfPostgres } from '../harness/postgres-statements.ts';
import { countRowsRead, type RowsRead } from '../harness/rows-read.ts';

const tables = [
  ...['post', 'post_revision', 'post_tag', 'post_mention', 'post_read_topic', 'search_entry'],
  ...['notification', 'group_member', 'groups', 'person'],
];

/** So few days back that what is looked at only as far as some bound (the newest 200 posts of a group) goes beyond it in the large group. */
const days = 20;
const first = 300;
const more = 900;

/**
 * Rows that a page may read more for each new post. Less than one, and it does not walk through what is written; those named here look at a part that
 * has a bound, which so few posts do not reach.
 */
const rowsPerPost = ({ name }: AskedPage): number => {
  // The newest 200 of each group.
  if (name.startsWith('home') || name === 'groups of mine') return 4;
  // What is new in each of the topics shown.
  if (name === 'group, closed') return 2;
  // The newest 1,000 that have the words.
  return name.startsWith('search') ? 8 : 0.7;
};

const mostStatements = 40;
/** For what is only there once something was written. */
const moreStatements = 8;
/** Milliseconds of processor time. On a machine of its own none takes more than 50 with 20,000 posts: `npm run bench -- answers`. */
const longest = 150;

/** Less than on SQLite: writing takes longer there, and statements that are run for each post show with few. */
const fewInPostgres = 60;
const moreInPostgres = 240;

type Asked = RowsRead & { milliseconds: number };

test('What a page reads does not grow with what is written on the node, and no page takes long', async () => {
  const clock = movableClock();
  await using node = await startTestNode('busy', { clock });
  const busy = await makeBusy(node, clock, { colleagues: 30, partners: 6, groups: 6, conversations: 3 });
  const ask = await asker(node, busy);
  await busy.grow(first, days);
  await node.settle();
  const pages = await busyPages(node.context, busy);
  expect(unmeasured(pages)).toEqual([]);
  for (const page of pages) await ask(page);
  await node.settle();

  const reading = countRowsRead(node.context.config.dataFolder, tables);
  const measure = async () => {
    const found: Asked[] = [];
    for (const page of pages) {
      const since = process.threadCpuUsage();
      const read = await reading(() => ask(page));
      const { user, system } = process.threadCpuUsage(since);
      found.push({ ...read, milliseconds: (user + system) / 1_000 });
    }
    return found;
  };
  const before = await measure();
  await busy.grow(more, days);
  await node.settle();
  const after = await measure();

  const faults: string[] = [];
  for (const [index, page] of pages.entries()) {
    const [few, many] = [before[index] as Asked, after[index] as Asked];
    const rows = many.rows - few.rows;
    if (rows > more * rowsPerPost(page)) faults.push(`${page.name} reads ${rows} rows more for ${more} more posts`);
    faults.push(...tooMany(page, few.statements, many.statements));
    // The faster one: what else happens on the machine does not count.
    const took = Math.min(few.milliseconds, many.milliseconds);
    if (took > longest) faults.push(`${page.name} takes ${took.toFixed(0)} ms`);
  }
  expect(faults).toEqual([]);
  await expectCopies(node, busy.partner);
}, 120_000);

/** @param few what a page asked before more was written */
function tooMany({ name }: AskedPage, few: readonly string[], many: readonly string[]): string[] {
  const faults: string[] = [];
  if (many.length > mostStatements) faults.push(`${name} runs ${many.length} statements`);
  if (many.length > few.length + moreStatements)
    faults.push(`${name} runs ${many.length} statements instead of ${few.length}`);
  return faults;
}

// How many rows PostgreSQL looks at it tells nobody; the statements are the same but for searching, and there as many.
test.skipIf(postgresMissing)(
  'No page asks PostgreSQL more often as more is written',
  async () => {
    const clock = movableClock();
    await using node = await startTestNode('busy', { clock, dialect: 'postgres' });
    const busy = await makeBusy(node, clock, { colleagues: 30, partners: 6, groups: 6, conversations: 3 });
    const ask = await asker(node, busy);
    await busy.grow(fewInPostgres, days);
    await node.settle();
    const pages = await busyPages(node.context, busy);
    for (const page of pages) await ask(page);
    await node.settle();

    const names = tables.map((table) => new RegExp(`\\b${table}\\b`));
    const measure = async () => {
      const found: string[][] = [];
      for (const page of pages) {
        const asked = await statementsOfPostgres(node.context.config.databaseUrl ?? '', () => ask(page));
        found.push(asked.filter((text) => names.some((name) => name.test(text))));
      }
      return found;
    };
    const before = await measure();
    // Otherwise nothing was counted.
    for (const [index, page] of pages.entries())
      if (page.as !== 'nobody') expect([page.name, before[index]?.length]).not.toEqual([page.name, 0]);
    await busy.grow(moreInPostgres, days);
    await node.settle();
    const after = await measure();
    expect(pages.flatMap((page, index) => tooMany(page, before[index] ?? [], after[index] ?? []))).toEqual([]);
  },
  120_000,
);

/** Asks for a page as the one whom it is for. */
async function asker({ context, origin, logged }: TestNode, busy: BusyNode) {
  const cookieOf = async (person: string) => {
    const account = await accountOfPerson(context.db.reader, person);
    const by = { kind: 'system', what: 'test' } as const;
    const session = await transact(context, by, (work) => startSession(work, account?.id ?? ''));
    return `${cookieName(origin, 'session')}=${session}`;
  };
  const cookies = { reader: await cookieOf(busy.reader), officer: await cookieOf(busy.officer), nobody: '' };
  return async ({ path, as }: AskedPage): Promise<void> => {
    const headers = { cookie: cookies[as], accept: 'text/html' };
    // A page that leads to another one is not that page.
    const answer = await fetch(`${origin}${path}`, { headers, redirect: 'manual' });
    await answer.text();
    expect(answer.status, `${path} ${answer.ok ? '' : logged.at(-1)}`).toBe(200);
  };
}

/** What is counted as posts come and go is what there is. */
async function expectCopies({ context }: TestNode, partner: string): Promise<void> {
  const db = context.db.reader;
  let found = 0;
  for (const { exchanged } of context.slices)
    for (const part of (await exchanged?.(db, [partner])) ?? []) found += part.items ?? 0;
  const posts = await db
    .selectFrom('post')
    .innerJoin('groups', 'groups.id', 'post.group_id')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('post.deleted_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('groups.home', '=', partner),
        eb.exists(
          eb
            .selectFrom('group_member')
            .innerJoin('person', 'person.id', 'group_member.person_id')
            .select('person.id')
            .whereRef('group_member.group_id', '=', 'groups.id')
            .where('groups.local', '=', 1)
            .where('person.home', '=', partner),
        ),
      ]),
    )
    .executeTakeFirstOrThrow();
  expect(found).toBe(Number(posts.count));
  expect(found).toBeGreaterThan(0);
}
