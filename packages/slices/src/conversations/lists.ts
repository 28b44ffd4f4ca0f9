import { type Context, decodeCursor, encodeCursor, prepareQuery, type Reader, type Schema } from '@joinery/core';
import { contactsOf, type GroupRow, shutFor } from '@joinery/slices/groups';
import type { PersonRow } from '@joinery/slices/people';
import { listThreadFromEnd, newByGroup, type PostWithText, type Viewer } from '@joinery/slices/posts';
import type { Language } from '@joinery/ui';
import type { Selectable } from 'kysely';
import { titleOf } from './labels.ts';
import { shownTopic } from './reads.ts';

/** Somebody who is in a conversation, or was and left. */
export type Participant = {
  person: PersonRow;
  joinedAt: string | null;
  leftAt: string | null;
  broughtBy: string | null;
  /** Was in it as of the backup that this node was restored from, and has not said since whether they still are. */
  waits: boolean;
  /** From when on they read it; null for all of it. */
  seesFrom: string | null;
  /** Why they are in it no more, where they did not leave by themselves. */
  why: string | null;
};

/** Whether somebody was brought in after the conversation had begun. */
export function cameLater({ joinedAt, broughtBy }: Participant, { created_at }: { created_at: string }): boolean {
  return broughtBy !== null && joinedAt !== null && joinedAt > created_at;
}

/** A conversation as a list shows it to one person who is in it. */
export type ListedConversation = {
  conversation: GroupRow;
  participants: Participant[];
  /** What was said last. */
  last: PostWithText | null;
  /** New to the reader; up to 100, which stands for "99+". */
  unread: number;
};

/** Conversations of a person, the liveliest first. */
export async function listConversations(
  context: Pick<Context, 'db' | 'clock'>,
  person: string,
  options: { cursor?: string | null | undefined; limit: number; with?: string; ignored?: boolean },
): Promise<{ items: ListedConversation[]; next: string | null }> {
  const db = context.db.reader;
  const after = decodeCursor(options.cursor ?? null, ['string', 'string']);
  let query = db
    .selectFrom('groups')
    .innerJoin('group_member', 'group_member.group_id', 'groups.id')
    .selectAll('groups')
    .where('group_member.person_id', '=', person)
    .where('group_member.state', '=', 'member')
    .where('groups.kind', '=', 'conversation')
    .where('groups.deleted_at', 'is', null)
    .where((eb) => {
      const ignores = eb.exists(
        eb
          .selectFrom('group_contact')
          .select('group_contact.group_id')
          .whereRef('group_contact.group_id', '=', 'groups.id')
          .where('group_contact.person_id', '=', person)
          .where('group_contact.state', '=', 'ignored'),
      );
      return options.ignored ? ignores : eb.not(ignores);
    });
  if (options.with !== undefined) {
    const other = options.with;
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('group_member as other')
          .select('other.person_id')
          .whereRef('other.group_id', '=', 'groups.id')
          .where('other.person_id', '=', other)
          .where('other.state', '=', 'member'),
      ),
    );
  }
  if (after) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('groups.last_post_at', 'groups.id'),
        '<',
        eb.tuple(String(after[0]) as string | null, String(after[1])),
      ),
    );
  }
  const rows = await query
    .orderBy('groups.last_post_at', 'desc')
    .orderBy('groups.id', 'desc')
    .limit(options.limit + 1)
    .execute();
  const shown = rows.slice(0, options.limit);
  const last = shown.at(-1);
  return {
    items: await describe(context, person, shown),
    next: rows.length > options.limit && last ? encodeCursor([last.last_post_at ?? '', last.id]) : null,
  };
}

/** What was said, from the end; nothing while nothing has arrived here. */
export async function messagesFromEnd(
  db: Reader,
  topic: string | undefined,
  viewer: Viewer,
  options: Parameters<typeof listThreadFromEnd>[3],
): ReturnType<typeof listThreadFromEnd> {
  return topic === undefined ? { items: [], earlier: null } : listThreadFromEnd(db, topic, viewer, options);
}

/** Conversations with what lists show of them. */
export async function describe(
  context: Pick<Context, 'db' | 'clock'>,
  person: string,
  conversations: readonly GroupRow[],
): Promise<ListedConversation[]> {
  const db = context.db.reader;
  const unread = new Map(
    conversations.length === 0 ? [] : (await unreadOf(context, person)).map(({ id, count }) => [id, count]),
  );
  return Promise.all(
    conversations.map(async (conversation) => {
      const topic = await shownTopic(db, conversation);
      const viewer = { person, moderates: false };
      const { items } = await messagesFromEnd(db, topic, viewer, { limit: 1 });
      return {
        conversation,
        participants: await participantsOf(db, conversation.id),
        last: items[0] ?? null,
        unread: unread.get(conversation.id) ?? 0,
      };
    }),
  );
}

/** Conversations that somebody was in as of the backup, and has not said since a restore whether they still are. */
export async function shutConversations(db: Reader, person: string, language: Language) {
  const rows = await shutFor(db, person, 'conversation');
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      title: titleOf(row, await participantsOf(db, row.id), person, language),
    })),
  );
}

/** How much is new to a person in each of their conversations; those without news, and those that they ignore, are left out. */
export async function unreadOf(context: Pick<Context, 'db' | 'clock'>, person: string) {
  const rows = await newByGroup(context.db.reader, person, context.clock.now(), undefined, 'conversation');
  if (rows.length === 0) return rows;
  const contacts = await contactsOf(context.db.reader, person);
  return rows.filter(({ id }) => contacts.get(id) !== 'ignored');
}

/** Who is or was in a conversation, by name. */
export async function participantsOf(db: Reader, conversation: string): Promise<Participant[]> {
  return participants(await peopleOf(db, { conversation }), await standingsOf(db, { conversation }));
}

/** Who is or was in each of some conversations, by name; in two statements, however many they are. */
export async function participantsIn(
  db: Reader,
  conversations: readonly string[],
): Promise<Map<string, Participant[]>> {
  if (conversations.length === 0) return new Map();
  const standings = await db.selectFrom('group_member').selectAll().where('group_id', 'in', conversations).execute();
  const people = await db
    .selectFrom('person')
    .selectAll()
    .where('id', 'in', [...new Set(standings.map((row) => row.person_id))])
    .orderBy('sort_name')
    .orderBy('id')
    .execute();
  const inOne = (id: string) =>
    participants(
      people,
      standings.filter((row) => row.group_id === id),
    );
  return new Map(conversations.map((id) => [id, inOne(id)]));
}

function participants(
  people: readonly PersonRow[],
  standings: readonly Selectable<Schema['group_member']>[],
): Participant[] {
  const byId = new Map(standings.map((row) => [row.person_id, row]));
  return people.flatMap((person) => {
    const row = byId.get(person.id);
    if (!row) return [];
    const waits = row.state === 'unconfirmed';
    const leftAt = row.state === 'member' || waits ? null : row.updated_at;
    return [
      {
        person,
        joinedAt: row.joined_at,
        leftAt,
        broughtBy: row.invited_by,
        waits,
        seesFrom: row.sees_from,
        why: row.reason,
      },
    ];
  });
}

const peopleOf = prepareQuery((db, { conversation }: { conversation: string }) =>
  db
    .selectFrom('person')
    .innerJoin('group_member', 'group_member.person_id', 'person.id')
    .selectAll('person')
    .where('group_member.group_id', '=', conversation)
    .orderBy('person.sort_name')
    .orderBy('person.id'),
);

const standingsOf = prepareQuery((db, { conversation }: { conversation: string }) =>
  db.selectFrom('group_member').selectAll().where('group_id', '=', conversation),
);

/** The page of messages on which one of them stands. @returns the cursor for `before`; null for the newest page */
export async function pageAround(
  db: Reader,
  topic: string,
  post: { sort_at: string; id: string },
  limit: number,
): Promise<string | null> {
  const after = await db
    .selectFrom('post')
    .select(['sort_at', 'id'])
    .where('topic_id', '=', topic)
    .where((eb) => eb(eb.refTuple('sort_at', 'id'), '>', eb.tuple(post.sort_at, post.id)))
    .orderBy('sort_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  if (after.length < limit) return null;
  const middle = after[Math.floor(limit / 2)];
  return middle ? encodeCursor([middle.sort_at, middle.id]) : null;
}
