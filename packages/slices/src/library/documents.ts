import { fold, type JsonObject, type Reader, refuse, type Work } from '@joinery/core';
import {
  attachFile,
  copyFile,
  type FileRow,
  fileById,
  fileDocument,
  filesOf,
  removeFile,
  removeFilesOf,
} from '@joinery/slices/files';
import { type GroupRow, isReadLive, streamFor } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import {
  continueThread,
  createTopic,
  decidedByHost,
  editPost,
  type PostRow,
  postById,
  putExtension,
  standingOf,
  takeFromBin,
} from '@joinery/slices/posts';
import { requireGroup, requirePlace } from './folders.ts';
import { whyNotMark, whyNotMove, whyNotVersion } from './policy.ts';
import { documentOf, folderById, foldersOf, libraryUri, pathTo, versionsOf } from './store.ts';
import type { DocumentRow, VersionRow } from './tables.ts';

/** What earlier files of a document hang on. */
export const versionHolder = (post: string) => ({ kind: 'library', id: post });
/** Earlier versions that travel with a document. */
const mostTold = 20;
/** Characters that they take there at most: who gets a longer `joinery:library` than 60,000 takes nothing of it. */
const longestTold = 40_000;

export type NewDocument = {
  group: string;
  /** Local id; empty for the library itself. */
  folder: string;
  by: string;
  title: string;
  /** Safe HTML with its Markdown. */
  description?: { content: string; source: string | null };
  language: string | null;
  /** A file of theirs that hangs on nothing yet. */
  file: string;
  alt?: string | null | undefined;
  note?: string | undefined;
};

/**
 * Puts a file into the library of a group, as a topic of that group.
 * @throws {Refusal} as createTopic; not_found for the file or the folder
 */
export async function addDocument(work: Work, input: NewDocument): Promise<PostRow> {
  const { group, by, title, language } = input;
  const place = await requirePlace(work, group, input.folder);
  const post = await createTopic(work, {
    ...{ group, author: by, kind: 'document', title, language },
    ...(input.description ?? { content: '', source: '' }),
    files: [{ id: input.file, alt: input.alt }],
  });
  await putDocument(work, post, { folder_id: place?.id ?? '', official_at: null });
  await putVersion(work, { post: post.id, number: 1, file: input.file, note: input.note ?? '', by });
  await tellExtension(work, post);
  return post;
}

/** The title of a document from the name of its file. */
export function titleOf(name: string): string {
  const words = name
    .replace(/\.[\p{L}\p{N}]{1,10}$/u, '')
    .replace(/_+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return [...(words || name)].slice(0, 200).join('');
}

/** Notes where a post lies. */
export async function putDocument(
  work: Work,
  post: Pick<PostRow, 'id' | 'uri' | 'group_id' | 'title'>,
  place: Pick<DocumentRow, 'folder_id' | 'official_at'>,
): Promise<void> {
  const row = { post_id: post.id, group_id: post.group_id, sort_title: fold(post.title ?? ''), ...place };
  await work.db
    .insertInto('library_document')
    .values({ uri: post.uri, replaces: null, ...row })
    .onConflict((conflict) => conflict.column('uri').doUpdateSet(row))
    .execute();
}

async function putVersion(
  work: Work,
  input: { post: string; number: number; file: string; note: string; by: string },
): Promise<void> {
  const person = await personById(work.db, input.by);
  const row: VersionRow = {
    post_id: input.post,
    number: input.number,
    file_id: input.file,
    note: input.note,
    by_id: input.by,
    by_name: person?.name ?? '',
    at: work.now,
  };
  await work.db.insertInto('library_version').values(row).execute();
}

export type VersionInput = {
  post: string;
  by: string;
  /** A file of theirs that hangs on nothing yet; or the number of an earlier version to have again. */
  file?: string | undefined;
  restore?: number | undefined;
  alt?: string | null | undefined;
  note: string;
  /** What the document is about from now on, as safe HTML with its Markdown: its author's to say; unchanged unless given. */
  description?: { content: string; source: string | null } | undefined;
  /** Number of the post's revision that they started from. */
  expected?: number | undefined;
};

/**
 * A new version of a document: its file until now stays readable among the earlier ones.
 * @throws {Refusal} forbidden, gone, not_found; stale_revision when somebody changed it meanwhile
 */
export async function addVersion(work: Work, input: VersionInput): Promise<PostRow> {
  const { post, group } = await requireDocument(work, input.post);
  const why = whyNotVersion(await standingOf(work.db, group, input.by, work.now), post);
  if (why) refuse(why, 'You cannot bring a version of this document');
  if (input.description && input.by !== post.author_id)
    refuse('forbidden', 'What a document is about is for its author to say');
  if (input.expected !== undefined && input.expected !== post.revision)
    refuse('stale_revision', 'There is a newer version than the one that you started from: compare the two');
  const file = input.restore === undefined ? (input.file ?? '') : await anew(work, post.id, input.restore, input.by);
  const [latest] = await versionsOf(work.db, post.id);
  const number = (latest?.number ?? 0) + 1;
  await setAside(work, post.id, number - 1);
  const { alt } = input;
  await attachFile(work, {
    ...{ file, holder: { kind: 'posts', id: post.id }, by: input.by, position: 0 },
    ...(alt === undefined ? {} : { alt }),
  });
  await putVersion(work, { post: post.id, number, file, note: input.note, by: input.by });
  const extension = await extensionFor(work.db, group, post);
  const edited = { post: post.id, author: post.author_id, filesChanged: true, extension };
  return editPost(work, { ...edited, ...input.description });
}

/** The bytes of an earlier version as a new file of whoever wants them again. */
async function anew(work: Work, post: string, number: number, by: string): Promise<string> {
  const version = (await versionsOf(work.db, post)).find((one) => one.number === number);
  const file = version?.file_id ? await fileById(work.db, version.file_id) : undefined;
  if (file?.local !== 1 || file.state !== 'ready') return refuse('not_found', 'There is no such version');
  return (await copyFile(work, file, by)).id;
}

/** The file of the newest version becomes that of an earlier one. */
async function setAside(work: Work, post: string, number: number): Promise<void> {
  for (const file of (await filesOf(work.db, 'posts', [post])).get(post) ?? []) {
    const { id, owner_id, state } = file;
    if (state === 'infected') await removeFile(work, file);
    else
      await attachFile(work, {
        ...{ file: id, holder: versionHolder(post), by: owner_id ?? '', position: number, from: 'posts' },
      });
  }
}

/**
 * Puts a document into another folder.
 * @param input.by null when the node of a group elsewhere said so
 * @throws {Refusal} forbidden, gone, not_found
 */
export async function placeDocument(
  work: Work,
  input: { post: string; folder: string; by: string | null },
): Promise<boolean> {
  const { post, group, document } = await requireDocument(work, input.post);
  if (!decidedByHost(work, group)) {
    const why = whyNotMove(await standingOf(work.db, group, input.by, work.now), post);
    if (why) refuse(why, 'You cannot move this document');
  }
  const place = await requirePlace(work, group.id, input.folder);
  const folder = place?.id ?? '';
  if (document?.folder_id === folder) return false;
  await putDocument(work, post, { folder_id: folder, official_at: document?.official_at ?? null });
  await tellExtension(work, post);
  work.emit('library.placed', streamFor(work, group), { group: group.id, post: post.id, folder, by: input.by });
  return true;
}

/**
 * Says that a document or a folder belongs to the official pack, or no more.
 * @throws {Refusal} forbidden, not_found
 */
export async function mark(
  work: Work,
  input: { post?: string; folder?: string; official: boolean; by: string | null },
): Promise<boolean> {
  const folder = input.folder === undefined ? null : await folderById(work.db, input.folder);
  const found = input.post === undefined ? null : await requireDocument(work, input.post);
  const group = found?.group ?? (folder ? await requireGroup(work, folder.group_id) : null);
  if (!group) return refuse('not_found', 'There is no such folder');
  if (!decidedByHost(work, group)) {
    const why = whyNotMark(await standingOf(work.db, group, input.by, work.now));
    if (why) refuse(why, 'Only those who run the group say what is official');
  }
  const official_at = input.official ? work.now : null;
  if (found) {
    if (((found.document?.official_at ?? null) === null) === (official_at === null)) return false;
    await putDocument(work, found.post, { folder_id: found.document?.folder_id ?? '', official_at });
  } else if (folder) {
    if ((folder.official_at === null) === (official_at === null)) return false;
    await work.db.updateTable('library_folder').set({ official_at }).where('id', '=', folder.id).execute();
  }
  const data = { document: found?.post.id ?? null, folder: folder?.id ?? null, official: input.official, by: input.by };
  work.emit('library.marked', streamFor(work, group), { group: group.id, ...data });
  return true;
}

/**
 * Has a deleted document again, with its versions and where it lay, under a new address: other nodes dropped the old one.
 * @throws {Refusal} not_found unless it is theirs and still there; whatever forbids them to write in the group
 */
export async function restoreDocument(work: Work, input: { post: string; by: string }): Promise<PostRow> {
  const before = await documentOf(work.db, input.post);
  const post = await takeFromBin(work, { post: input.post, author: input.by });
  const folder = before && (await folderById(work.db, before.folder_id));
  await work.db.deleteFrom('library_document').where('post_id', '=', input.post).execute();
  const group = await requireGroup(work, post.group_id);
  // Of a group elsewhere its node knows whether it was official, and says so.
  const official_at = group.local === 1 ? (before?.official_at ?? null) : null;
  await putDocument(work, post, { folder_id: folder?.id ?? '', official_at: null });
  await comeBack(work, post, group, (await postById(work.db, input.post))?.uri ?? '', official_at);
  await work.db.updateTable('library_version').set({ post_id: post.id }).where('post_id', '=', input.post).execute();
  for (const file of (await filesOf(work.db, 'library', [input.post])).get(input.post) ?? [])
    await attachFile(work, {
      ...{ file: file.id, holder: versionHolder(post.id), by: file.owner_id ?? '' },
      ...{ position: file.position, from: 'library' },
    });
  await tellExtension(work, post);
  return post;
}

/**
 * A document is here again under a new address: its thread goes on below it, and in a group of ours so does its mark, which other nodes are told.
 * @param official_at since when it was official, as far as this node decides that
 * @returns whether it is as its author says
 */
export async function comeBack(
  work: Work,
  post: PostRow,
  group: GroupRow,
  before: string,
  official_at: string | null,
): Promise<boolean> {
  if (!(await continueThread(work, post, before))) return false;
  await work.db.updateTable('library_document').set({ replaces: before }).where('uri', '=', post.uri).execute();
  if (group.local !== 1 || official_at === null) return true;
  await work.db.updateTable('library_document').set({ official_at }).where('uri', '=', post.uri).execute();
  const data = { document: post.id, folder: null, official: true, by: null };
  work.emit('library.marked', streamFor(work, group), { group: group.id, ...data });
  return true;
}

/** A document is gone for good: nothing but its post's own tombstone is left. */
export async function forgetDocument(work: Work, post: string): Promise<void> {
  await work.db.deleteFrom('library_document').where('post_id', '=', post).execute();
  await work.db.deleteFrom('library_version').where('post_id', '=', post).execute();
  await removeFilesOf(work, versionHolder(post));
}

async function requireDocument(work: Work, id: string) {
  const post = await postById(work.db, id);
  if (post?.kind !== 'document' || post.reply_to !== null) return refuse('not_found', 'There is no such document');
  if (post.deleted_at) refuse('gone', 'This document was deleted');
  return { post, group: await requireGroup(work, post.group_id), document: await documentOf(work.db, id) };
}

/** What the document of a post of ours says of its place and versions, for whoever fetches it from now on. */
async function tellExtension(work: Work, post: PostRow): Promise<void> {
  if (post.local !== 1) return;
  const group = await requireGroup(work, post.group_id);
  await putExtension(work, post.id, await extensionFor(work.db, group, post));
}

/** FEDERATION.md, `joinery:library`. */
async function extensionFor(db: Reader, group: GroupRow, post: Pick<PostRow, 'id'>): Promise<JsonObject> {
  const place = await documentOf(db, post.id);
  const path = pathTo(await foldersOf(db, group.id), place?.folder_id ?? '');
  const [latest, ...earlier] = await versionsOf(db, post.id);
  const files = (await filesOf(db, 'library', [post.id])).get(post.id) ?? [];
  const versions = earlier.slice(0, mostTold).flatMap((version) => {
    const file: FileRow | undefined = files.find(({ id }) => id === version.file_id);
    return file?.state === 'ready' ? [{ ...toldVersion(version), document: fileDocument(file) }] : [];
  });
  return {
    target: path.at(-1)?.uri ?? libraryUri(group),
    'joinery:library': {
      // Their names are not this node's to tell where it keeps none.
      path: isReadLive(group) ? [] : path.map(({ name }) => name),
      ...(place?.replaces ? { replaces: place.replaces } : {}),
      ...(latest ? toldVersion(latest) : {}),
      versions: fitting(versions),
    },
  };
}

/** As many as may travel with a document, from the first on. */
export function fitting(versions: readonly JsonObject[]): JsonObject[] {
  let length = 0;
  const end = versions.findIndex((version) => {
    length += JSON.stringify(version).length + 1;
    return length > longestTold;
  });
  return versions.slice(0, end === -1 ? undefined : end);
}

const toldVersion = ({ number, note, by_name, at }: VersionRow): JsonObject => ({
  ...{ version: number, note, by: by_name, at },
});
