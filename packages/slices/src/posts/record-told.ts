import {
  type ActivityDocument,
  addressOf,
  type Inbound,
  type InboundOutcome,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  type Outgoing,
  originOf,
  sizes,
  type Work,
} from '@joinery/core';
import {
  type CopyFault,
  copyFaults,
  type FileRow,
  filesOf,
  mostTold,
  notKept,
  readingsOfCopies,
  rememberNotKept,
  rememberReadings,
  type ToldReading,
  ways,
} from '@joinery/slices/files';
import { groupById, groupByUri, isRecorded } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { recordedKinds } from './record.ts';
import { postById, postByUri } from './store.ts';

/** What the group's node tells the author's of its record copy: what it does not keep, and who read there while the author's node did not answer. */

const deeds = { seen: ways.seen, opened: ways.opened, saved: ways.saved };
const year = 366 * 86_400_000;

/** Built from how it stands now: whatever was not told before is in the next one. */
export async function recordTold(outgoing: Outgoing, id: string): Promise<ActivityDocument | null> {
  const { db, origin } = outgoing;
  const post = await postById(db, id);
  const group = post && (await groupById(db, post.group_id));
  const author = post && (await personById(db, post.author_id));
  if (!post || post.deleted_at !== null || group?.local !== 1 || !author || !isRecorded(group)) return null;
  if (!outgoing.joineryPeer) return null;
  const said = (await notKept(db, recordedKinds, id)).map(({ uri, reason }) => ({ url: uri, code: reason }));
  const readings = (await readingsOfCopies(db, recordedKinds, id, origin)).map(({ uri, node, at, how }) => ({
    ...{ url: uri, node, published: at },
    deed: Object.entries(deeds).find(([, value]) => value === how)?.[0] ?? 'opened',
  }));
  return {
    ...{ id: outgoing.id, type: 'Read', actor: group.uri, to: [author.uri], object: post.uri },
    'joinery:record': { notKept: said, readings },
  };
}

/** The group's node tells it of a post of ours. Believed from the group alone, of files of that post, while it promises the copy. */
export async function onRecordTold(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const said = inbound.activity['joinery:record'];
  if (!isObject(said)) return null;
  const post = await postByUri(work.db, addressOf(inbound.activity.object) ?? '');
  const group = await groupByUri(work.db, inbound.actor);
  const isOwn = inbound.through === null && inbound.verified !== 'unchecked';
  if (!isOwn || !group || group.local === 1 || !isRecorded(group) || post?.local !== 1 || post.group_id !== group.id)
    return { state: 'ignored', why: 'no record copy of anything here is promised there' };
  const files = new Map<string, FileRow>();
  for (const kind of recordedKinds)
    for (const file of (await filesOf(work.db, kind, [post.id])).get(post.id) ?? [])
      if (file.local === 1) files.set(file.uri, file);
  const faults = new Map<string, CopyFault>();
  for (const one of listOf(said.notKept).filter(isObject).slice(0, mostTold)) {
    const code = copyFaults.find((fault) => fault === one.code);
    if (code && typeof one.url === 'string') faults.set(one.url, code);
  }
  await rememberNotKept(work, [...files.values()], group.home, faults);
  const readings = listOf(said.readings).filter(isObject).slice(0, mostTold);
  let room = sizes.toldReadingsOfGroup.most - (await toldInGroup(work, group));
  for (const [uri, file] of files) {
    const ofFile = readings.flatMap((one) => readingIn(one, uri, file, work) ?? []);
    room -= await rememberReadings(work, file, group.home, ofFile, Math.max(0, room));
  }
  return { state: 'applied' };
}

/** How many readings its node has told of in a group. */
async function toldInGroup(work: Work, group: { id: string; home: string }): Promise<number> {
  const { count } = await work.db
    .selectFrom('files_reading')
    .innerJoin('files_file', 'files_file.id', 'files_reading.file_id')
    .innerJoin('post', 'post.id', 'files_file.holder_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('post.group_id', '=', group.id)
    .where('files_reading.told_by', '=', group.home)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** One reading as it was told, of another node than this one, in the time in which there was a file and readings are kept. */
function readingIn(said: JsonObject, uri: string, file: FileRow, work: Work): ToldReading | null {
  const node = originOf(typeof said.node === 'string' ? said.node : '');
  const at = instant(said.published);
  const how = Object.entries(deeds).find(([deed]) => deed === said.deed)?.[1];
  if (said.url !== uri || node === null || node !== said.node || node === work.home || how === undefined) return null;
  const isThen = at !== null && at <= work.now && at >= file.created_at;
  if (!isThen || Date.parse(work.now) - Date.parse(at) > year) return null;
  return { uri, node, at, how };
}

const instant = (value: Json | undefined): string | null => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(time) ? new Date(time).toISOString() : null;
};
