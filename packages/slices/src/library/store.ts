import { isId, type Reader } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import type { DocumentRow, FolderRow, FoldersBy, VersionRow } from './tables.ts';

/** Address of a group's library as a whole, and of what is official in it. */
export const libraryUri = (group: Pick<GroupRow, 'uri'>): string => `${group.uri}/library`;
export const officialUri = (group: Pick<GroupRow, 'uri'>): string => `${group.uri}/library/official`;

export async function folderById(db: Reader, id: string): Promise<FolderRow | undefined> {
  return isId(id) ? db.selectFrom('library_folder').selectAll().where('id', '=', id).executeTakeFirst() : undefined;
}

export async function folderByUri(db: Reader, uri: string): Promise<FolderRow | undefined> {
  return db.selectFrom('library_folder').selectAll().where('uri', '=', uri).executeTakeFirst();
}

/** All folders of a group, by name. */
export async function foldersOf(db: Reader, group: string): Promise<FolderRow[]> {
  return db
    .selectFrom('library_folder')
    .selectAll()
    .where('group_id', '=', group)
    .orderBy('sort_name')
    .orderBy('id')
    .execute();
}

/** The folders that lead to one, the outermost first, itself last. */
export function pathTo(folders: readonly FolderRow[], id: string): FolderRow[] {
  const path: FolderRow[] = [];
  for (let at = folders.find((folder) => folder.id === id); at && !path.includes(at); ) {
    path.unshift(at);
    const { parent_id } = at;
    at = folders.find((folder) => folder.id === parent_id);
  }
  return path;
}

/** A folder with all that is below it. */
export function within(folders: readonly FolderRow[], id: string): FolderRow[] {
  return folders.filter((folder) => pathTo(folders, folder.id).some((above) => above.id === id));
}

export async function documentOf(db: Reader, post: string): Promise<DocumentRow | undefined> {
  return db.selectFrom('library_document').selectAll().where('post_id', '=', post).executeTakeFirst();
}

/** Versions of a document, the newest first. */
export async function versionsOf(db: Reader, post: string): Promise<VersionRow[]> {
  return db
    .selectFrom('library_version')
    .selectAll()
    .where('post_id', '=', post)
    .orderBy('number', 'desc')
    .limit(500)
    .execute();
}

export async function foldersByIn(db: Reader, group: string): Promise<FoldersBy> {
  const row = await db
    .selectFrom('library_choice')
    .select('folders_by')
    .where('group_id', '=', group)
    .executeTakeFirst();
  return row?.folders_by ?? 'facilitators';
}
