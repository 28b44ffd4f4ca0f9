import { type Context, transact, type Work } from '@joinery/core';
import { type GroupRow, isReadLive } from '@joinery/slices/groups';
import { hostOf } from './labels.tsx';

const longestWait = 5_000;
const askAgainAfter = 60_000;

/**
 * The past of a group elsewhere comes on first opening: its newest topics with their first posts and figures. While nobody here is in the group,
 * nothing of it is delivered, so that later openings ask again.
 * @returns the host that did not answer, or null
 */
export async function openTopics(context: Context, group: GroupRow): Promise<string | null> {
  if (group.local === 1) return null;
  const last = await lastOpening(context, group.id);
  if (last?.complete && (await isDelivered(context, group.id))) return null;
  return (await open(context, { id: group.id, uri: group.uri }, 'topics')) ? null : hostOf(group.home);
}

/**
 * Whether replies of a topic are not here: never came, or were dropped with the access to their group, so that only their place is left.
 * @param found those that are listed, at most so many
 */
export function lacksReplies(
  group: Pick<GroupRow, 'local' | 'reading' | 'keeping'>,
  topic: { reply_count: number },
  found: readonly { content: string | null; deleted_at: string | null; status: string }[],
  most: number,
): boolean {
  // What was deleted, or not taken in, the group's node counts among none: it must not stand for one that is missing.
  const counted = found.filter((post) => post.deleted_at === null && post.status === 'accepted');
  const here = isReadLive(group) ? counted : counted.filter((post) => post.content !== null);
  return here.length < Math.min(topic.reply_count, most - (found.length - counted.length));
}

/**
 * Replies of a topic elsewhere come when it is opened.
 * @param missing some are not here (`lacksReplies`)
 * @returns the host that did not answer, or null
 */
export async function openReplies(
  context: Context,
  group: GroupRow,
  topic: { id: string; uri: string; status: string },
  missing: boolean,
): Promise<string | null> {
  if (group.local === 1 || topic.status !== 'accepted' || !missing) return null;
  return (await open(context, topic, 'replies')) ? null : hostOf(group.home);
}

type Subject = { id: string; uri: string };

/** Asks, unless that was done a moment ago. @returns whether the host answered */
async function open(context: Context, { id, uri }: Subject, wanted: 'topics' | 'replies'): Promise<boolean> {
  const last = await lastOpening(context, id);
  const now = context.clock.now().getTime();
  if (last && now - Date.parse(last.at) < askAgainAfter) return last.complete === 1;
  const complete = await askHistory(context, uri, wanted);
  await transact(context, { kind: 'system', what: 'posts.history' }, async (work) => {
    const opening = { at: work.now, complete: complete ? 1 : 0 };
    await work.db
      .insertInto('post_opening')
      .values({ subject_id: id, ...opening })
      .onConflict((conflict) => conflict.column('subject_id').doUpdateSet(opening))
      .execute();
  });
  return complete;
}

function lastOpening(context: Context, id: string) {
  return context.db.reader.selectFrom('post_opening').selectAll().where('subject_id', '=', id).executeTakeFirst();
}

/** Somebody here left a group elsewhere: what is written there from now on may be missing, and is asked for when it is next opened. */
export async function forgetOpening(work: Work, group: string): Promise<void> {
  await work.db.deleteFrom('post_opening').where('subject_id', '=', group).execute();
}

async function isDelivered(context: Context, group: string): Promise<boolean> {
  const someone = await context.db.reader
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('person_id')
    .where('group_id', '=', group)
    .where('person.local', '=', 1)
    .where((eb) => eb.or([eb('state', '=', 'member'), eb('following', '=', 1)]))
    .executeTakeFirst();
  return someone !== undefined;
}

/** Asks the host of a group elsewhere for what is not here yet; nobody waits for it longer than a few seconds. */
async function askHistory(context: Context, uri: string, wanted: 'topics' | 'replies'): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), longestWait);
  });
  const asked = context.ports.actors.history(uri, wanted).then(
    () => true,
    (error: unknown) => {
      context.logger.info('posts.history_unavailable', { reason: error instanceof Error ? error.message : '' });
      return false;
    },
  );
  try {
    return await Promise.race([asked, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
