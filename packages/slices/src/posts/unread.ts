import { prepareQuery, type Reader, type Work } from '@joinery/core';
import type { GroupKind } from '@joinery/slices/groups';
import { type RawBuilder, sql } from 'kysely';
import { seenPosts } from './visibility.ts';

const days = 30;
/** More than this is shown as "99+", and not counted. */
export const mostCounted = 99;

/** Of one group's news so many are looked at: what somebody has read already costs no more than that, however lively the group is. */
const mostLooked = 200;
const mostInTopics = 5_000;

/** What was written longer ago is not new to anybody, so that counting never goes through years. */
const since = (now: Date): string => new Date(now.getTime() - days * 86_400_000).toISOString();

/** Whose news, and where: the newest of a group, those in some topics, or among some posts. `from` is the instant after which something is news. */
type Wanted = { person: string; from: string } & (
  | { group: RawBuilder<string> }
  | { topics: readonly string[] }
  | { ids: readonly string[] }
);

/** Instant from which what is written in a group is news to somebody. Whoever is brought into a conversation has all of it before them. */
const newsSince = sql<string>`case when groups.kind = 'conversation' then '' else coalesce(mine.joined_at, mine.updated_at) end`;

/**
 * Posts that are new to a person: what came as news (never as history) to their groups since they joined, or since they marked all as read, in topics that
 * they have not opened since. Only what they may read, and nothing of their own.
 */
function unread(db: Reader, wanted: Wanted) {
  const { person, from } = wanted;
  return db
    .selectFrom('group_member as mine')
    .innerJoin('groups', 'groups.id', 'mine.group_id')
    .innerJoin(
      (eb) => {
        const all = eb
          .selectFrom('post')
          .select(['id', 'topic_id', 'group_id', 'author_id', 'audience', 'news_at', 'status'])
          .select(['removed_at', 'hidden_at', 'deleted_at']);
        // With a limit each is read by its own index, whatever else the planner sees to begin with.
        if ('topics' in wanted) return all.where('topic_id', 'in', wanted.topics).limit(mostInTopics).as('post');
        if ('ids' in wanted) return all.where('id', 'in', wanted.ids).limit(wanted.ids.length).as('post');
        const newest = all.where('group_id', '=', wanted.group).where('news_at', '>', from);
        return newest.orderBy('news_at', 'desc').limit(mostLooked).as('post');
      },
      (join) => join.onRef('post.group_id', '=', 'mine.group_id'),
    )
    .innerJoin('post as topic', 'topic.id', 'post.topic_id')
    .leftJoin('post_read_group', (join) =>
      join
        .onRef('post_read_group.group_id', '=', 'mine.group_id')
        .onRef('post_read_group.person_id', '=', 'mine.person_id'),
    )
    .leftJoin('post_read_topic', (join) =>
      join
        .onRef('post_read_topic.topic_id', '=', 'post.topic_id')
        .onRef('post_read_topic.person_id', '=', 'mine.person_id'),
    )
    .where('mine.person_id', '=', person)
    .where((eb) =>
      eb.or([
        eb('mine.state', '=', 'member'),
        eb.and([eb('mine.following', '=', 1), eb('groups.reading', '<>', 'members'), eb('mine.state', '<>', 'banned')]),
      ]),
    )
    .where('groups.deleted_at', 'is', null)
    .where('groups.withheld_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .where('post.news_at', '>', from)
    .where((eb) => eb('post.news_at', '>', eb.fn.coalesce('post_read_group.read_at', newsSince)))
    .where((eb) =>
      eb.or([eb('post_read_topic.read_at', 'is', null), eb('post.news_at', '>', eb.ref('post_read_topic.read_at'))]),
    )
    .where('post.author_id', '<>', person)
    .where('post.status', '=', 'accepted')
    .where('post.removed_at', 'is', null)
    .where('post.hidden_at', 'is', null)
    .where('post.deleted_at', 'is', null)
    .where('topic.removed_at', 'is', null)
    .where('topic.hidden_at', 'is', null)
    .where(seenPosts(person));
}

export type NewInGroup = { id: string; name: string; count: number; newest: string };

/** One statement, however many groups somebody is in: each group's news is counted within it. */
const counting = (kind: GroupKind, one: boolean) =>
  prepareQuery((db, wanted: { person: string; from: string; group: string }) => {
    const { person, from } = wanted;
    const mine = db
      .selectFrom('group_member as own')
      .innerJoin('groups as counted', 'counted.id', 'own.group_id')
      .select([
        'counted.id',
        'counted.name',
        // Both at once, for the price of one; null where nothing is new.
        unread(db, { person, from, group: sql.ref('counted.id') })
          .select(sql<string | null>`count(*) || ' ' || max(post.news_at)`.as('news'))
          .as('news'),
      ])
      .where('own.person_id', '=', person)
      .where((eb) => eb.or([eb('own.state', '=', 'member'), eb('own.following', '=', 1)]))
      .where('counted.kind', '=', kind)
      // What is not for all of a group does not show in its figures.
      .where((eb) =>
        eb.or([
          eb('counted.last_post_at', '>', from),
          sql<boolean>`exists (select 1 from post where post.group_id = counted.id and post.audience <> 'group')`,
        ]),
      )
      .limit(500);
    if (one) return mine.where('counted.id', '=', wanted.group);
    if (kind === 'group') return mine;
    // A conversation is one topic: what somebody has read to its end needs no counting, on each page, for each that they are in.
    return mine.where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('post_read_topic')
            .select('topic_id')
            .whereRef('post_read_topic.person_id', '=', 'own.person_id')
            .whereRef('post_read_topic.group_id', '=', 'counted.id')
            .whereRef('post_read_topic.read_at', '>=', 'counted.last_post_at'),
        ),
      ),
    );
  });
const countAll = { group: counting('group', false), conversation: counting('conversation', false) };
const countOne = { group: counting('group', true), conversation: counting('conversation', true) };

/**
 * How much is new to a person in each of their groups, the liveliest first; groups without news are left out.
 * @param group only this one
 * @param kind conversations have pages of their own, where theirs is shown
 * @returns counts up to 100, which stands for "99+"
 */
export async function newByGroup(
  db: Reader,
  person: string,
  now: Date,
  group?: string,
  kind: GroupKind = 'group',
): Promise<NewInGroup[]> {
  const count = group === undefined ? countAll[kind] : countOne[kind];
  const rows = await count(db, { person, from: since(now), group: group ?? '' });
  return rows
    .flatMap(({ id, name, news }) => {
      const [counted, newest = ''] = news?.split(' ') ?? [];
      return counted ? [{ id, name, count: Math.min(Number(counted), mostCounted + 1), newest }] : [];
    })
    .sort((one, other) => (one.newest < other.newest ? 1 : -1));
}

/** How many posts are new to a person in each of these topics. */
export async function newInTopics(
  db: Reader,
  person: string | null,
  topics: readonly string[],
  now: Date,
): Promise<Map<string, number>> {
  if (person === null || topics.length === 0) return new Map();
  const rows = await unread(db, { person, from: since(now), topics })
    .select((eb) => ['post.topic_id', eb.fn.countAll().as('count')])
    .groupBy('post.topic_id')
    .execute();
  return new Map(rows.map((row) => [row.topic_id, Math.min(Number(row.count), mostCounted + 1)]));
}

/** Which of these posts are new to a person. */
export async function newAmong(
  db: Reader,
  person: string | null,
  ids: readonly string[],
  now: Date,
): Promise<Set<string>> {
  if (person === null || ids.length === 0) return new Set();
  const rows = await unread(db, { person, from: since(now), ids })
    .select('post.id')
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** The person has seen a topic up to this instant: its newest post that was shown. */
export async function markTopicRead(
  work: Pick<Work, 'db'>,
  { person, topic, at }: { person: string; topic: { id: string; group_id: string }; at: string },
): Promise<void> {
  await work.db
    .insertInto('post_read_topic')
    .values({ person_id: person, topic_id: topic.id, group_id: topic.group_id, read_at: at })
    .onConflict((conflict) =>
      conflict
        .columns(['person_id', 'topic_id'])
        .doUpdateSet({ read_at: at })
        .where('post_read_topic.read_at', '<', at),
    )
    .execute();
}

/**
 * Everything in these groups up to now is read. Conversations are read where they are shown.
 * @param group null for all groups of the person
 */
export async function markAllRead(work: Work, person: string, group: string | null): Promise<void> {
  let mine = work.db
    .selectFrom('group_member')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select('group_member.group_id')
    .where('group_member.person_id', '=', person)
    .where('groups.kind', '=', 'group');
  if (group !== null) mine = mine.where('group_member.group_id', '=', group);
  const groups = (await mine.execute()).map(({ group_id }) => group_id);
  if (groups.length === 0) return;
  for (const id of groups) {
    await work.db
      .insertInto('post_read_group')
      .values({ person_id: person, group_id: id, read_at: work.now })
      .onConflict((conflict) => conflict.columns(['person_id', 'group_id']).doUpdateSet({ read_at: work.now }))
      .execute();
  }
  // What stands for the whole group stands for each of its topics.
  await work.db
    .deleteFrom('post_read_topic')
    .where('person_id', '=', person)
    .where('group_id', 'in', groups)
    .where('read_at', '<=', work.now)
    .execute();
}

/** What somebody has read, chosen and not yet posted goes with them. */
export async function forgetPersonal(work: Pick<Work, 'db'>, person: string): Promise<void> {
  await work.db.deleteFrom('post_read_topic').where('person_id', '=', person).execute();
  await work.db.deleteFrom('post_read_group').where('person_id', '=', person).execute();
  await work.db.deleteFrom('post_held').where('person_id', '=', person).execute();
  await work.db.deleteFrom('post_preference').where('person_id', '=', person).execute();
}

/** The newest news among posts that were shown; null when all of it is history. */
export function newestNews(posts: readonly { news_at: string | null }[]): string | null {
  return posts.reduce<string | null>(
    (newest, { news_at }) => (news_at !== null && (newest === null || news_at > newest) ? news_at : newest),
    null,
  );
}
