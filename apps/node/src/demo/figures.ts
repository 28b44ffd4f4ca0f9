import type { Context } from '@joinery/core';
import { laneHealth } from '@joinery/federation';

/** What one node keeps and what passes between it and others. */
export type Figures = {
  people: number;
  groups: { own: number; elsewhere: number };
  /** Posts kept here, by the node that their authors live on. */
  posts: { home: string; count: number }[];
  /** What waits to be delivered, by node. */
  waiting: { origin: string; items: number }[];
  /** What arrived last, the newest first. */
  arrived: { at: string; origin: string; type: string; state: string }[];
};

const lastArrived = 8;

/** How long this process has kept processors busy so far, in seconds: unlike the clock it does not run while others are served. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/** Counts, from the tables the node works on. */
export async function figures(context: Context): Promise<Figures> {
  const db = context.db.reader;
  const people = await db.selectFrom('person').select('id').where('local', '=', 1).execute();
  const groups = await db
    .selectFrom('groups')
    .select('local')
    .where('kind', '=', 'group')
    .where('deleted_at', 'is', null)
    .execute();
  const posts = await db
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .select('person.home')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('post.deleted_at', 'is', null)
    .groupBy('person.home')
    .execute();
  const lanes = await laneHealth(db, context.clock.now());
  const arrived = await db
    .selectFrom('ledger')
    .select(['received_at as at', 'origin', 'type', 'state'])
    .orderBy('received_at', 'desc')
    .limit(lastArrived)
    .execute();
  const own = groups.filter(({ local }) => local === 1).length;
  return {
    people: people.length,
    groups: { own, elsewhere: groups.length - own },
    posts: posts.map(({ home, count }) => ({ home, count: Number(count) })),
    waiting: lanes.filter(({ items }) => items > 0).map(({ origin, items }) => ({ origin, items })),
    arrived,
  };
}
