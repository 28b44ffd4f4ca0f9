import { type Context, fold, isObject, refuse, type Visitor } from '@joinery/core';
import { agencyOf, type GroupRow, isReadLive } from '@joinery/slices/groups';
import { readLive, type Seen, type SeenPost, seeGroup, seePost, textsOf } from '@joinery/slices/posts';
import { isLanguage } from '@joinery/ui';
import { countDocuments, type ListedDocument, type Viewer } from './lists.ts';
import { messages } from './messages.ts';
import { documentOf, folderById, foldersOf } from './store.ts';
import type { DocumentRow, FolderRow } from './tables.ts';
import { folderName } from './tree.ts';
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

/** For so long a page waits for names of folders that are not kept here. */
const longestMilliseconds = 2_000;

/**
 * All folders of a group, by name. Where nothing of what others wrote is kept here, the group's node is asked for their names at each look; while it does not give them, each says so in the reader's
 * language.
 */
export async function namedFolders(context: Context, group: GroupRow, language: string): Promise<FolderRow[]> {
  const folders = await foldersOf(context.db.reader, group.id);
  const [first] = folders;
  if (!isReadLive(group) || first === undefined) return folders;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), longestMilliseconds);
  });
  const asking = context.ports.closedGroups.reference(first.uri, group).catch(() => null);
  const found = await Promise.race([asking, tooLong]).finally(() => clearTimeout(timer));
  const said = found?.state === 'found' ? found.document['joinery:folders'] : null;
  const names = new Map(
    (Array.isArray(said) ? said : []).flatMap((one): [string, string][] => {
      const name = isObject(one) ? folderName(one.name) : '';
      return isObject(one) && typeof one.id === 'string' && name !== '' ? [[one.id, name]] : [];
    }),
  );
  const unread = messages(isLanguage(language) ? language : 'en')('folderUnread', { node: new URL(group.home).host });
  return folders
    .map((folder) => ({ ...folder, name: names.get(folder.uri) ?? unread }))
    .sort((one, other) => (fold(one.name) < fold(other.name) ? -1 : 1));
}

/** Folders with how much somebody sees in each. */
export async function shownFolders(
  context: Context,
  group: GroupRow,
  viewer: Viewer,
  language: string,
): Promise<ShownFolder[]> {
  const folders = await namedFolders(context, group, language);
  const counts = await countDocuments(context.db.reader, viewer, group.id);
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
