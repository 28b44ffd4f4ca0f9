import { type Context, type Reader, refuse, type Visitor } from '@joinery/core';
import { agencyOf, type GroupRow, isReadLive } from '@joinery/slices/groups';
import { readLive, type Seen, type SeenPost, seeGroup, seePost, textsOf } from '@joinery/slices/posts';
import { countDocuments, type ListedDocument, type Viewer } from './lists.ts';
import { documentOf, folderById, foldersOf } from './store.ts';
import type { DocumentRow, FolderRow } from './tables.ts';
import type { ShownFolder } from './views-library.tsx';

type Reading = Pick<Context, 'db' | 'clock'>;

/** A folder, for somebody who may read its group: who may not gets what a missing one gives. @throws {Refusal} as seeGroup */
export async function seeFolder(
  context: Reading,
  id: string,
  visitor: Visitor | null,
): Promise<Seen & { folder: FolderRow }> {
  const folder = await folderById(context.db.reader, id);
  const seen = await seeGroup(context, folder?.group_id ?? id, visitor);
  return folder ? { ...seen, folder } : refuse('not_found', 'There is nothing at this address');
}

/** A document of a library, for somebody who may see it. @throws {Refusal} as seeGroup */
export async function seeDocument(
  context: Reading,
  id: string,
  visitor: Visitor | null,
): Promise<SeenPost & { document: DocumentRow }> {
  const seen = await seePost(context, id, visitor);
  const document = await documentOf(context.db.reader, id);
  const { reply_to, deleted_at, hidden_at } = seen.post;
  return document && reply_to === null && deleted_at === null && hidden_at === null
    ? { ...seen, document }
    : refuse('not_found', 'There is nothing at this address');
}

/** Folders with how much somebody sees in each. */
export async function shownFolders(db: Reader, group: string, viewer: Viewer): Promise<ShownFolder[]> {
  const folders = await foldersOf(db, group);
  const counts = await countDocuments(db, viewer, group);
  return folders.map((folder) => ({
    ...folder,
    folders: folders.filter(({ parent_id }) => parent_id === folder.id).length,
    documents: counts.get(folder.id) ?? 0,
  }));
}

/** Where a group elsewhere lives; null for a group of this node. */
export const sourceOf = (group: GroupRow) =>
  group.local === 1 ? null : { agency: agencyOf(group, ''), node: new URL(group.home).host };

/** Titles of documents that are read at their own nodes, as these give them just now. */
export async function withTitles(
  context: Context,
  group: GroupRow,
  viewer: Viewer,
  documents: ListedDocument[],
): Promise<ListedDocument[]> {
  if (!isReadLive(group)) return documents;
  const ids = documents.filter(({ local }) => local !== 1).map(({ id }) => id);
  const rows = await textsOf(context.db.reader, ids, viewer);
  const read = new Map((await readLive(context, group, rows)).map((post) => [post.id, post]));
  return documents.map((document) => ({ ...document, title: read.get(document.id)?.title ?? document.title }));
}
