import { newId, type Reader, refuse, streams, type Work } from '@joinery/core';
import { personById } from '@joinery/slices/people';
import { whyNotModerate, whyNotReport } from './policy.ts';
import { currentRevision, requireGroup, requirePost, standingOf } from './store.ts';
import type { PostReportRow } from './tables.ts';
import { seesPost } from './visibility.ts';

/**
 * Tells those who run the group about a post; of a message in a conversation, which nobody runs, the administrators of the node. In a group elsewhere the report goes to its node without the reporter's name.
 * @param input.reporter person of this node; null for a report of another node
 * @param input.uri id of that node's `Flag`
 * @returns id of the report; null when it was there already
 */
export async function report(
  work: Work,
  input: { post: string; reporter: string | null; reason: string; uri?: string },
): Promise<string | null> {
  const post = await requirePost(work.db, input.post);
  const group = await requireGroup(work.db, post.group_id);
  if (input.reporter !== null) {
    const why = whyNotReport(await standingOf(work.db, group, input.reporter, work.now), post);
    if (why) refuse(why, 'You cannot report this post');
    if (!(await seesPost(work.db, input.reporter, post))) refuse('not_found', 'There is no such post');
  }
  const open = work.db.selectFrom('post_report').select('id').where('post_id', '=', post.id);
  const same =
    input.reporter === null
      ? open.where('uri', '=', input.uri ?? null)
      : open.where('reporter_id', '=', input.reporter).where('handled_at', 'is', null);
  if (await same.executeTakeFirst()) return null;
  const id = newId();
  await work.db
    .insertInto('post_report')
    .values({
      id,
      post_id: post.id,
      group_id: group.id,
      reporter_id: input.reporter,
      origin: work.origin === 'local' ? work.home : work.origin,
      content: group.kind === 'conversation' ? ((await currentRevision(work.db, post))?.content ?? '') : null,
      uri: input.uri ?? null,
      reason: input.reason,
      at: work.now,
      handled_at: null,
      handled_by: null,
      sent_on_at: null,
    })
    .execute();
  // What is said in a conversation its people's administrators hear of, and no other node unless they send it on.
  const here = group.local === 1 || group.kind === 'conversation';
  const stream = here ? streams.local : streams.node(group.home);
  work.emit('post.reported', stream, { post: post.id, group: group.id, report: id });
  return id;
}

/**
 * Takes a report off the queue.
 * @param input.group the one that it has to be about, where that is known
 * @param input.administrator whether `by` looks after this node: they handle the reports of conversations, and no others
 * @throws {Refusal} not_found, forbidden
 */
export async function handleReport(
  work: Work,
  input: { report: string; by: string; group?: string; administrator?: boolean },
): Promise<void> {
  const row = await work.db.selectFrom('post_report').selectAll().where('id', '=', input.report).executeTakeFirst();
  if (!row || (input.group !== undefined && row.group_id !== input.group))
    refuse('not_found', 'There is no such report');
  const group = await requireGroup(work.db, row.group_id);
  const why =
    group.kind === 'conversation'
      ? input.administrator
        ? null
        : 'not_found'
      : whyNotModerate(await standingOf(work.db, group, input.by, work.now));
  if (why) refuse(why, 'Only those who run the group handle its reports');
  if (row.handled_at) return;
  await work.db
    .updateTable('post_report')
    // The copy of a message was for this decision; its author may have deleted it since.
    .set({ handled_at: work.now, handled_by: input.by, content: null })
    .where('id', '=', row.id)
    .execute();
  work.emit('post.report_handled', streams.local, { post: row.post_id, group: row.group_id, report: row.id });
}

/**
 * Sends a report about a message that somebody of another node wrote in a conversation on to that node, without who reported it. An administrator's decision, once.
 * @throws {Refusal} not_found, no_agreement
 */
export async function sendReportOn(work: Work, input: { report: string; by: string }): Promise<void> {
  const row = await work.db.selectFrom('post_report').selectAll().where('id', '=', input.report).executeTakeFirst();
  const group = row && (await requireGroup(work.db, row.group_id));
  const author = row && (await personById(work.db, (await requirePost(work.db, row.post_id)).author_id));
  if (!row || group?.kind !== 'conversation' || row.handled_at !== null || !author || author.local === 1)
    refuse('not_found', 'There is no such report');
  if (!work.trust.mayFederate(author.home, 'closed-groups', 'out', group.id).allowed)
    refuse('no_agreement', 'No agreement with the node of its author covers it');
  if (row.sent_on_at !== null) return;
  await work.db.updateTable('post_report').set({ sent_on_at: work.now }).where('id', '=', row.id).execute();
  work.emit('post.reported', streams.node(author.home), { post: row.post_id, group: row.group_id, report: row.id });
}

/** Reports of a group that wait for a decision, the oldest first. */
export function openReports(db: Reader, group: string): Promise<PostReportRow[]> {
  return db
    .selectFrom('post_report')
    .selectAll()
    .where('group_id', '=', group)
    .where('handled_at', 'is', null)
    .orderBy('at')
    .limit(100)
    .execute();
}

/** A reported message, as the administrators get it. Where it was said they are not told. */
export type ReportedMessage = Pick<
  PostReportRow,
  'id' | 'reason' | 'at' | 'reporter_id' | 'origin' | 'content' | 'sent_on_at'
> & {
  author_id: string;
  sent_at: string;
  language: string | null;
};

/** Reported messages of conversations that wait for an administrator, the oldest first. */
export function reportedMessages(db: Reader): Promise<ReportedMessage[]> {
  return db
    .selectFrom('post_report')
    .innerJoin('post', 'post.id', 'post_report.post_id')
    .select([
      'post_report.id',
      'post_report.reason',
      'post_report.at',
      'post_report.reporter_id',
      'post_report.content',
      'post_report.origin',
      'post_report.sent_on_at',
    ])
    .select(['post.author_id', 'post.published_at as sent_at', 'post.language'])
    .where('post_report.content', 'is not', null)
    .where('post_report.handled_at', 'is', null)
    .orderBy('post_report.at')
    .limit(100)
    .execute();
}
