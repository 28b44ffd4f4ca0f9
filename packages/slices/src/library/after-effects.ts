import {
  type AfterEffects,
  countIn,
  enqueueJob,
  fold,
  isObject,
  type Json,
  type Reader,
  streams,
  type Work,
} from '@joinery/core';
import { filesOf, readFile, rememberFiles, type SaidFile } from '@joinery/slices/files';
import { type GroupRow, groupById, isReadLive, streamFor } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { binDays, binned, extensionsOf, type PostRow, postById } from '@joinery/slices/posts';
import { comeBack, forgetDocument, putDocument, versionHolder } from './documents.ts';
import { forgetLibrary } from './folders.ts';
import { longestNote } from './input.ts';
import { documentOf, folderByUri, foldersOf } from './store.ts';
import { forgetFolderNames } from './tree.ts';

export const emptyJob = 'library.empty';

/** A document came, or changed, here or at another node. */
async function follow(work: Work, id: string): Promise<void> {
  const post = await postById(work.db, id);
  if (post?.kind !== 'document' || post.reply_to !== null || post.deleted_at !== null) return;
  const group = await groupById(work.db, post.group_id);
  if (!group) return;
  if (post.local === 1) {
    await work.db
      .updateTable('library_document')
      .set({ sort_title: fold(post.title ?? '') })
      .where('post_id', '=', id)
      .execute();
    return;
  }
  const said = (await extensionsOf(work.db, [id])).get(id);
  const row = await work.db.selectFrom('library_document').selectAll().where('uri', '=', post.uri).executeTakeFirst();
  // What its group's node said of its place, maybe before the post came, stands above what its author wrote. Of another group's node it means nothing.
  const told = row?.group_id === group.id ? row : undefined;
  const folder = typeof said?.target === 'string' ? await folderByUri(work.db, said.target) : undefined;
  const folder_id = told?.folder_id ?? (folder?.group_id === group.id ? folder.id : '');
  // Where nothing of what others wrote is kept, neither is its title.
  const title = isReadLive(group) ? null : post.title;
  await putDocument(work, { ...post, title }, { folder_id, official_at: told?.official_at ?? null });
  await hadBack(work, post, group, said?.['joinery:library']);
  if (!isReadLive(group)) await rememberVersions(work, post, said?.['joinery:library']);
}

/** Its author had deleted it, and has it back. What was official in a group of ours is so again, once. */
async function hadBack(work: Work, post: PostRow, group: GroupRow, said: Json | undefined): Promise<void> {
  const before = isObject(said) && typeof said.replaces === 'string' ? said.replaces : null;
  const row = await documentOf(work.db, post.id);
  if (before === null || row?.replaces === before) return;
  const old = work.db.selectFrom('library_document').select('official_at').where('uri', '=', before);
  const official = (await old.where('group_id', '=', group.id).executeTakeFirst())?.official_at ?? null;
  if (!(await comeBack(work, post, group, before, row?.official_at ? null : official))) return;
  await work.db.deleteFrom('library_document').where('uri', '=', before).execute();
}

/** What its author's node says of the versions of a document. */
async function rememberVersions(work: Work, post: PostRow, said: Json | undefined): Promise<void> {
  const about = isObject(said) ? said : {};
  const earlier = Array.isArray(about.versions) ? about.versions.slice(0, 20).filter(isObject) : [];
  const origin = new URL(post.uri).origin;
  const read = [about, ...earlier].flatMap((version) => {
    const { note, by, at } = version;
    const number = countIn(version.version);
    if (number === null || number < 1) return [];
    const file: SaidFile | null = 'document' in version ? readFile(version.document, origin) : null;
    return [{ number, note: words(note, longestNote), by_name: words(by, 200), at: instant(at, post), file }];
  });
  const versions = read.filter((one, index) => read.findIndex(({ number }) => number === one.number) === index);
  const files = versions.flatMap(({ file }) => file ?? []);
  await rememberFiles(work, versionHolder(post.id), files);
  const here = (await filesOf(work.db, 'library', [post.id])).get(post.id) ?? [];
  await work.db.deleteFrom('library_version').where('post_id', '=', post.id).execute();
  for (const { file, ...version } of versions)
    await work.db
      .insertInto('library_version')
      .values({
        ...version,
        post_id: post.id,
        by_id: null,
        file_id: here.find(({ uri }) => uri === file?.uri)?.id ?? null,
      })
      .execute();
}

const words = (value: Json | undefined, most: number) =>
  [...(typeof value === 'string' ? value : '').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()].slice(0, most).join('');

const instant = (value: Json | undefined, post: PostRow) => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? post.updated_at : new Date(at).toISOString();
};

/** A deleted document of ours lies in the bin; of others nothing is kept but who here liked it, until it can come back no more. */
async function end(work: Work, post: string): Promise<void> {
  const bin = await binned(work.db, post);
  const row = await documentOf(work.db, post);
  if (!bin) await forgetDocument(work, post);
  const group = row && (await groupById(work.db, row.group_id));
  const isMarked = row && group?.local === 1 && row.official_at !== null;
  // That it was official is for this node to know, should its author have it back.
  if (!bin && isMarked)
    await work.db
      .insertInto('library_document')
      .values({ ...row, sort_title: '' })
      .execute();
  const days = new Date(Date.parse(work.now) + (binDays + 1) * 86_400_000).toISOString();
  if (row) await enqueueJob(work, emptyJob, { post }, { key: post, runAt: bin?.ends_at ?? days });
}

/** A copy is kept no more: neither are its title and its versions. Where it lies stays known while it is read at its own node. */
async function drop(work: Work, data: { post: string; group: string }): Promise<void> {
  const group = await groupById(work.db, data.group);
  const document = await documentOf(work.db, data.post);
  await forgetDocument(work, data.post);
  if (!document || !group || !isReadLive(group)) return;
  await work.db
    .insertInto('library_document')
    .values({ ...document, sort_title: '' })
    .execute();
}

/** Somebody of another node takes part: that node learns what lies where. */
async function tell(work: Work, data: { group: string; person: string }): Promise<void> {
  const person = await personById(work.db, data.person);
  if (person && person.local !== 1) await tellNode(work, data.group, person.home);
}

async function tellNode(work: Work, id: string, node: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (group?.local !== 1 || !(await hasLibrary(work.db, group.id))) return;
  work.emit('library.told', streams.node(node), { group: group.id, node });
}

async function hasLibrary(db: Reader, group: string): Promise<boolean> {
  const folders = await foldersOf(db, group);
  if (folders.length > 0) return true;
  const row = await db
    .selectFrom('library_document')
    .select('uri')
    .where('group_id', '=', group)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Nodes of members keep nothing any more, names of folders included; or they may again, and are told them when the group's node says so. */
async function onKeepingChanged(work: Work, id: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (group && isReadLive(group)) await forgetFolderNames(work, id);
}

/** Nodes of members may keep what a group of ours holds, which they might not before: they are told what its folders are called. */
async function tellNames(work: Work, id: string, at: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (group?.local !== 1 || group.reading !== 'members' || group.keeping === 'live') return;
  const changes = work.db.selectFrom('group_change').select('id').where('group_id', '=', id);
  const change = await changes.where('field', '=', 'keeping').where('at', '=', at).executeTakeFirst();
  if (change && (await foldersOf(work.db, id)).length > 0)
    work.emit('library.arranged', streamFor(work, group), { group: id });
}

export const afterEffects: AfterEffects = {
  'group.keeping_changed': (work, { data }) => onKeepingChanged(work, data.group),
  'group.updated': (work, { data, at }) => tellNames(work, data.group, at),
  'post.created': (work, { data }) => follow(work, data.post),
  'post.remembered': (work, { data }) => follow(work, data.post),
  'post.edited': (work, { data }) => follow(work, data.post),
  'post.deleted': (work, { data }) => end(work, data.post),
  'post.dropped': (work, { data }) => drop(work, data),
  'group.joined': (work, { data }) => tell(work, data),
  'group.followed': (work, { data }) => tell(work, data),
  'group.admitted': (work, { data }) => tellNode(work, data.group, data.node),
  'group.access_lost': (work, { data }) => forgetLibrary(work, data.group),
  'partner.withdrawn': async (work, { data }) => {
    const theirs = work.db.selectFrom('groups').select('id').where('home', '=', data.origin).where('local', '=', 0);
    for (const { id } of await theirs.where('reading', '=', 'members').execute()) await forgetLibrary(work, id);
  },
};
