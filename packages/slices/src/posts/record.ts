import {
  type AfterEffects,
  type Context,
  enqueueJob,
  type JsonObject,
  type LogEvent,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import { countCopies, planCopies } from '@joinery/slices/files';
import { groupById, isRecorded } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { planReceipts } from './copies.ts';
import { postById } from './store.ts';

/** The record copy of a group of this node follows what the group promises, and its end is told to the nodes whose files they were. */

const recordJob = 'posts.record';
export const recordedKinds = ['posts', 'library'] as const;
const portion = 200;

/** What a group promises may have changed: what is kept of it is looked through. What the node of one elsewhere said that it does not keep is of a promise that has ended. */
async function planWalk(work: Work, id: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (group?.local === 0 && !isRecorded(group)) {
    const files = work.db.selectFrom('files_file').innerJoin('post', 'post.id', 'files_file.holder_id');
    const here = files.select('files_file.id').where('post.group_id', '=', id).where('files_file.local', '=', 1);
    const ofKinds = here.where('files_file.holder_kind', 'in', [...recordedKinds]);
    const said = work.db.deleteFrom('files_unkept').where('origin', '=', group.home);
    await said.where('file_id', 'in', ofKinds).execute();
  }
  if (group?.local === 1 && group.kind === 'group')
    await enqueueJob(work, recordJob, { group: id, after: '' }, { key: `${id} ${work.now}` });
}

/** Goes through files of other nodes in a group, by key, for those that are kept though nothing promises it any more, or the other way round. */
async function walk(context: Context, data: JsonObject): Promise<void> {
  const [id, after] = [String(data.group), String(data.after)];
  await transact(context, { kind: 'system', what: recordJob }, async (work) => {
    const group = await groupById(work.db, id);
    if (!group) return;
    const rows = await work.db
      .selectFrom('files_file')
      .innerJoin('post', 'post.id', 'files_file.holder_id')
      .leftJoin('files_copy', 'files_copy.file_id', 'files_file.id')
      .select(['files_file.id', 'files_file.holder_kind as kind', 'post.id as post'])
      .where('post.group_id', '=', id)
      .where('files_file.holder_kind', 'in', [...recordedKinds])
      .where('files_file.local', '=', 0)
      .where('files_file.id', '>', after)
      .where('files_copy.file_id', isRecorded(group) ? 'is' : 'is not', null)
      .orderBy('files_file.id')
      .limit(portion)
      .execute();
    for (const { kind, post } of rows) await planCopies(work, { kind: kind ?? '', id: post });
    const last = rows.at(-1);
    if (rows.length === portion && last)
      await enqueueJob(work, recordJob, { group: id, after: last.id }, { key: `${id} ${last.id}` });
  });
}

/** The last copy of the files of a post of another node goes: that node has the receipt once it is gone. */
async function tellDropped(work: Work, { data }: LogEvent<'file.copy_dropped'>): Promise<void> {
  if (!isOfPost(data)) return;
  const post = await postById(work.db, data.id);
  const group = post && (await groupById(work.db, post.group_id));
  const author = post && (await personById(work.db, post.author_id));
  if (!post || !group || !author || author.local === 1 || (await countCopies(work.db, recordedKinds, post.id)) > 0)
    return;
  const receipt = { origin: author.home, items: 1, item: post.uri };
  await planReceipts(work, { group: group.uri, version: 0, receipts: [receipt], bytes: true });
}

const tellJob = 'posts.record_told';
/** Who read copies is told at the end of each minute in which somebody did. */
const tellEvery = 60_000;
const dayMilliseconds = 86_400_000;
/** So many of these messages wait for a node at most: what waits tells how it stands when it is sent. */
const mostWaiting = 20;

/** Messages that wait for a node, and whether one of them is about this post. */
async function waitingFor(work: Work, home: string, post: string): Promise<{ count: number; own: boolean }> {
  const rows = await work.db
    .selectFrom('log')
    .innerJoin('subscription', (join) =>
      join.onRef('subscription.stream', '=', 'log.stream').onRef('subscription.epoch', '=', 'log.epoch'),
    )
    .select('log.data')
    .where('log.stream', '=', streams.node(home))
    .where('log.name', '=', 'post.record_told')
    .whereRef('log.stream_seq', '>', 'subscription.acknowledged')
    .limit(mostWaiting)
    .execute();
  return { count: rows.length, own: rows.some(({ data }) => data.includes(post)) };
}

/** The node of a post is told what became of the copies of its files, as it stands when that is sent. */
async function tellRecord(work: Work, id: string, tries = 0): Promise<void> {
  const post = await postById(work.db, id);
  const author = post && (await personById(work.db, post.author_id));
  if (!post || !author || author.local === 1 || post.deleted_at !== null) return;
  const { allowed, reason } = work.trust.mayFederate(author.home, null, 'out');
  // What waits for it says how it stands, should it ever be sent. A list of agreements that cannot be read just now decides nothing.
  const isOver = tries > 0 && !allowed && reason !== 'list_unreadable';
  const waiting = await waitingFor(work, author.home, post.id);
  // One may be on its way just now, from before the last reading: looked at again, and nothing sent meanwhile.
  if (waiting.own || waiting.count >= mostWaiting) return isOver ? undefined : tellLater(work, post.id, tries + 1);
  work.emit('post.record_told', streams.node(author.home), { post: post.id, group: post.group_id });
}

/**
 * At the end of the minute, whoever reads how often in it; of two, four, and at last of the day while its node is away. What was planned of one post at several times meets at the
 * same ends.
 */
async function tellLater(work: Work, post: string, tries = 0): Promise<void> {
  const every = Math.min(tellEvery * 2 ** tries, dayMilliseconds);
  const runAt = new Date((Math.floor(Date.parse(work.now) / every) + 1) * every).toISOString();
  await enqueueJob(work, tellJob, { post, tries }, { key: `${post} ${runAt}`, runAt });
}

const isOfPost = ({ kind }: { kind: string }) => recordedKinds.some((one) => one === kind);

export const recordEffects: AfterEffects = {
  'group.updated': (work, { data }) => planWalk(work, data.group),
  'group.deleted': (work, { data }) => planWalk(work, data.group),
  'file.copy_dropped': tellDropped,
  'file.copy_settled': async (work, { data }) => {
    if (isOfPost(data)) await tellRecord(work, data.id);
  },
  'file.copy_read': async (work, { data }) => {
    if (isOfPost(data)) await tellLater(work, data.id);
  },
};

export const recordJobs = {
  [recordJob]: walk,
  [tellJob]: (context: Context, { post, tries }: JsonObject) =>
    transact(context, { kind: 'system', what: tellJob }, (work) => tellRecord(work, String(post), Number(tries ?? 0))),
};
