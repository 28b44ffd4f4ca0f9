import {
  type Context,
  enqueueJob,
  isId,
  isRefusal,
  type JsonObject,
  newId,
  type Reader,
  refuse,
  savepoint,
  transact,
  type Work,
} from '@joinery/core';
import { attachFile, removeFilesOf } from '@joinery/slices/files';
import { type Attachment, heldHolder } from './attachments.ts';
import { whyNotPost, whyNotReply } from './policy.ts';
import { type ChosenAudience, createTopic, reply } from './posts.ts';
import { requireGroup, requirePost, standingOf } from './store.ts';
import type { PostHeldRow } from './tables.ts';
import { seesPost } from './visibility.ts';
import { markdownText } from './written.ts';

const leaveJob = 'posts.leave';
const forgetJob = 'posts.forget-held';
const keptHours = 24;

/** What people may choose for themselves, in seconds; 0 posts at once. */
export const undoChoices = [0, 5, 10, 20, 30, 60] as const;

/** Seconds in which somebody may take a post back before it leaves: their own choice, or the node's. */
export async function undoSeconds(context: Pick<Context, 'db' | 'config'>, person: string): Promise<number> {
  const row = await context.db.reader
    .selectFrom('post_preference')
    .select('undo_seconds')
    .where('person_id', '=', person)
    .executeTakeFirst();
  return row?.undo_seconds ?? context.config.undoSeconds;
}

export async function chooseUndoSeconds(work: Work, person: string, seconds: number): Promise<void> {
  await work.db
    .insertInto('post_preference')
    .values({ person_id: person, undo_seconds: seconds })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ undo_seconds: seconds }))
    .execute();
}

export type HeldInput = {
  author: string;
  group: string;
  /** For a reply: what it answers. */
  replyTo: string | null;
  /** Of a topic: for whom it is; without it for all of the group. */
  audience?: ChosenAudience | undefined;
  title: string | null;
  source: string;
  language: string | null;
  files?: readonly Attachment[];
};

/**
 * Keeps what somebody wrote for a moment before it becomes a post: stored at once, seen by nobody else, told to nobody. It leaves by a job, also after a restart.
 * @throws {Refusal} as createTopic and reply
 */
export async function hold(work: Work, input: HeldInput, seconds: number): Promise<PostHeldRow> {
  const group = await requireGroup(work.db, input.group);
  const standing = await standingOf(work.db, group, input.author, work.now);
  const parent = input.replyTo === null ? null : await requirePost(work.db, input.replyTo);
  if (parent && (parent.group_id !== group.id || !(await seesPost(work.db, input.author, parent))))
    refuse('not_found', 'There is no such post');
  const why = parent ? whyNotReply(standing, await requirePost(work.db, parent.topic_id)) : whyNotPost(standing);
  if (why) refuse(why, 'You cannot post here');
  const row: PostHeldRow = {
    id: newId(),
    person_id: input.author,
    group_id: group.id,
    topic_id: parent?.topic_id ?? null,
    reply_to: input.replyTo,
    audience: input.audience?.kind ?? 'group',
    audience_origin: input.audience?.origin ?? null,
    audience_agency: input.audience?.agency ?? null,
    title: input.title,
    source: input.source,
    language: input.language,
    state: 'held',
    refusal: null,
    post_id: null,
    created_at: work.now,
    leaves_at: after(work.now, seconds),
    files: input.files?.length ? JSON.stringify(input.files) : null,
  };
  await work.db.insertInto('post_held').values(row).execute();
  for (const [position, { id, alt }] of (input.files ?? []).entries())
    await attachFile(work, {
      ...{ file: id, holder: heldHolder(row.id), by: input.author, position, from: 'held' },
      ...(alt === undefined ? {} : { alt }),
    });
  await enqueueJob(work, leaveJob, { held: row.id }, { key: row.id, runAt: row.leaves_at });
  return row;
}

const after = (now: string, seconds: number): string => new Date(Date.parse(now) + seconds * 1_000).toISOString();

/** What somebody wrote and may still take back, or took back a short while ago; nobody else's. */
export async function heldOf(db: Reader, id: string, person: string): Promise<PostHeldRow | undefined> {
  if (!isId(id)) return undefined;
  const found = db.selectFrom('post_held').selectAll().where('id', '=', id).where('person_id', '=', person);
  return found.executeTakeFirst();
}

/** What a person wrote that has not left yet, or could not: replies of one topic, or everything. */
export function heldBy(db: Reader, person: string, topic?: string): Promise<PostHeldRow[]> {
  let query = db
    .selectFrom('post_held')
    .selectAll()
    .where('person_id', '=', person)
    .where('state', 'in', ['held', 'refused']);
  if (topic !== undefined) query = query.where('topic_id', '=', topic);
  return query.orderBy('created_at').limit(20).execute();
}

/** The row, for the one change that a race may make of it. @throws {Refusal} not_found; conflict once it has left */
async function stillHeld(work: Work, id: string, person: string): Promise<PostHeldRow> {
  const row = await heldOf(work.db, id, person);
  if (!row) refuse('not_found', 'There is nothing at this address');
  // Holds the row, so that of undoing and leaving at once only one happens.
  const held = await work.db
    .updateTable('post_held')
    .set((eb) => ({ state: eb.ref('state') }))
    .where('id', '=', id)
    .where('state', 'in', ['held', 'refused'])
    .returningAll()
    .executeTakeFirst();
  return held ?? refuse('conflict', 'It has left already');
}

/** Takes it back: it never leaves. Its text is kept for a day, for the form. @throws {Refusal} not_found, conflict */
export async function undo(work: Work, id: string, person: string): Promise<PostHeldRow> {
  const row = await stillHeld(work, id, person);
  await work.db.updateTable('post_held').set({ state: 'undone' }).where('id', '=', id).execute();
  await enqueueJob(work, forgetJob, { held: id }, { key: id, runAt: after(work.now, keptHours * 3_600) });
  return row;
}

/** Changes what will leave; when it leaves stays as it was. @throws {Refusal} not_found, conflict */
export async function changeHeld(
  work: Work,
  id: string,
  person: string,
  text: { title?: string; source: string },
): Promise<void> {
  const row = await stillHeld(work, id, person);
  const title = row.reply_to === null ? (text.title ?? row.title) : null;
  await work.db.updateTable('post_held').set({ title, source: text.source }).where('id', '=', id).execute();
}

/** Lets it leave now. @returns the post @throws {Refusal} not_found, conflict; what createTopic and reply throw */
export async function leaveNow(work: Work, id: string, person: string): Promise<string> {
  return publish(work, await stillHeld(work, id, person));
}

async function publish(work: Work, row: PostHeldRow): Promise<string> {
  const { person_id: author, language, source } = row;
  const text = { ...markdownText(source), files: JSON.parse(row.files ?? '[]') as Attachment[] };
  const audience = { kind: row.audience, origin: row.audience_origin, agency: row.audience_agency };
  const post =
    row.reply_to === null
      ? await createTopic(work, { group: row.group_id, author, title: row.title, audience, language, ...text })
      : await reply(work, { replyTo: row.reply_to, author, language, ...text });
  // The text lives in the post from now on; the row says for a day where that is.
  await work.db
    .updateTable('post_held')
    .set({ state: 'left', post_id: post.id, title: null, source: '', refusal: null })
    .where('id', '=', row.id)
    .execute();
  await enqueueJob(work, forgetJob, { held: row.id }, { key: row.id, runAt: after(work.now, keptHours * 3_600) });
  return post.id;
}

/** The time is over: it becomes a post, once. What is refused by then (a ban, a locked topic) stays with its author. */
async function leave(work: Work, id: string): Promise<void> {
  const row = await work.db
    .updateTable('post_held')
    .set((eb) => ({ state: eb.ref('state') }))
    .where('id', '=', id)
    .where('state', '=', 'held')
    .returningAll()
    .executeTakeFirst();
  if (!row) return;
  try {
    await savepoint(work, (part) => publish(part, row), { by: { kind: 'person', person: row.person_id } });
  } catch (error) {
    if (!isRefusal(error) || error.status >= 500) throw error;
    await work.db
      .updateTable('post_held')
      .set({ state: 'refused', refusal: error.code })
      .where('id', '=', id)
      .execute();
  }
}

/** Background work of what is held. Each does nothing the second time. */
export const heldJobs = {
  [leaveJob]: async (context: Context, data: JsonObject): Promise<void> => {
    await transact(context, { kind: 'system', what: leaveJob }, (work) => leave(work, String(data.held)));
  },
  [forgetJob]: async (context: Context, data: JsonObject): Promise<void> => {
    await transact(context, { kind: 'system', what: forgetJob }, async (work) => {
      await removeFilesOf(work, heldHolder(String(data.held)));
      await work.db.deleteFrom('post_held').where('id', '=', String(data.held)).execute();
    });
  },
};
