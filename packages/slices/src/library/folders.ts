import { fold, newId, refuse, type Work } from '@joinery/core';
import { type GroupRow, groupById, streamFor } from '@joinery/slices/groups';
import { standingOf } from '@joinery/slices/posts';
import { deepest, mostFolders } from './input.ts';
import { whyNotChangeFolder, whyNotChoose, whyNotMakeFolder } from './policy.ts';
import { folderById, foldersByIn, foldersOf, pathTo, within } from './store.ts';
import type { FolderRow, FoldersBy } from './tables.ts';

export async function requireGroup(work: Work, id: string): Promise<GroupRow> {
  return (await groupById(work.db, id)) ?? refuse('not_found', 'There is no such group');
}

/** @throws {Refusal} not_found unless it is in this group */
async function requireFolder(work: Work, group: string, id: string): Promise<FolderRow> {
  const folder = await folderById(work.db, id);
  return folder?.group_id === group ? folder : refuse('not_found', 'There is no such folder');
}

/** A place in the library of a group: a folder of it, or empty for the library itself. @throws {Refusal} not_found */
export async function requirePlace(work: Work, group: string, id: string): Promise<FolderRow | null> {
  return id === '' ? null : requireFolder(work, group, id);
}

/**
 * Makes a folder.
 * @throws {Refusal} forbidden, not_found, locked; invalid: `name` taken in its folder (exists), too deep, too many
 */
export async function makeFolder(
  work: Work,
  input: { group: string; parent: string; name: string; by: string },
): Promise<FolderRow> {
  const group = await requireGroup(work, input.group);
  const standing = await standingOf(work.db, group, input.by, work.now);
  const why = whyNotMakeFolder(standing, group, await foldersByIn(work.db, group.id));
  if (why) refuse(why, 'You cannot make folders here');
  const folders = await foldersOf(work.db, group.id);
  if (folders.length >= mostFolders) refuse('invalid', 'There are too many folders', [fault('name', 'too_large')]);
  const parent = await requirePlace(work, group.id, input.parent);
  if (parent && pathTo(folders, parent.id).length >= deepest) tooDeep();
  const id = newId();
  const folder: FolderRow = {
    id,
    uri: `${work.home}/folders/${id}`,
    group_id: group.id,
    parent_id: parent?.id ?? '',
    name: input.name,
    sort_name: fold(input.name),
    official_at: null,
    by_id: input.by,
    created_at: work.now,
    updated_at: work.now,
  };
  assertFree(folders, folder);
  await work.db.insertInto('library_folder').values(folder).execute();
  work.emit('library.arranged', streamFor(work, group), { group: group.id });
  return folder;
}

/** Renames a folder, or puts it elsewhere with all that is in it. @throws {Refusal} as makeFolder */
export async function changeFolder(
  work: Work,
  input: { folder: string; name?: string | undefined; parent?: string | undefined; by: string },
): Promise<FolderRow> {
  const { folder, group, folders } = await forChange(work, input);
  const parent = await requirePlace(work, group.id, input.parent ?? folder.parent_id);
  const moved = within(folders, folder.id);
  if (parent && moved.some(({ id }) => id === parent.id))
    refuse('invalid', 'A folder cannot lie in itself', [fault('parent', 'bad_choice')]);
  const below = Math.max(...moved.map(({ id }) => pathTo(folders, id).length)) - pathTo(folders, folder.id).length;
  if ((parent ? pathTo(folders, parent.id).length : 0) + 1 + below > deepest) tooDeep();
  const name = input.name ?? folder.name;
  const change = { name, sort_name: fold(name), parent_id: parent?.id ?? '', updated_at: work.now };
  assertFree(folders, { ...folder, ...change });
  await work.db.updateTable('library_folder').set(change).where('id', '=', folder.id).execute();
  work.emit('library.arranged', streamFor(work, group), { group: group.id });
  return { ...folder, ...change };
}

/** Removes a folder with nothing in it. @throws {Refusal} as changeFolder; conflict while there is something in it */
export async function removeFolder(work: Work, input: { folder: string; by: string }): Promise<FolderRow> {
  const { folder, group, folders } = await forChange(work, input);
  const document = await work.db
    .selectFrom('library_document')
    .innerJoin('post', 'post.id', 'library_document.post_id')
    .select('post.id')
    .where('library_document.folder_id', '=', folder.id)
    .where('post.deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (document || folders.some(({ parent_id }) => parent_id === folder.id))
    refuse('conflict', 'There is something in this folder: move or delete that first');
  await dropFolders(work, [folder.id]);
  work.emit('library.arranged', streamFor(work, group), { group: group.id });
  return folder;
}

/** What still names these folders lies in the library itself from now on. */
export async function dropFolders(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await work.db
    .updateTable('library_document')
    .set({ folder_id: '' })
    .where('folder_id', 'in', [...ids])
    .execute();
  await work.db
    .deleteFrom('library_folder')
    .where('id', 'in', [...ids])
    .execute();
}

async function forChange(work: Work, input: { folder: string; by: string }) {
  const folder = (await folderById(work.db, input.folder)) ?? refuse('not_found', 'There is no such folder');
  const group = await requireGroup(work, folder.group_id);
  const standing = await standingOf(work.db, group, input.by, work.now);
  const why = whyNotChangeFolder(standing, group, folder, await foldersByIn(work.db, group.id));
  if (why) refuse(why, 'You cannot change this folder');
  return { folder, group, folders: await foldersOf(work.db, group.id) };
}

function assertFree(folders: readonly FolderRow[], folder: Pick<FolderRow, 'id' | 'parent_id' | 'sort_name'>): void {
  const { id, parent_id, sort_name } = folder;
  const taken = folders.some((one) => one.id !== id && one.parent_id === parent_id && one.sort_name === sort_name);
  if (taken) refuse('invalid', 'There is a folder of this name already', [fault('name', 'taken')]);
}

const tooDeep = () =>
  refuse('invalid', 'There are too many folders below each other', [
    fault('parent', 'too_large', { maximum: deepest }),
  ]);

const fault = (
  field: string,
  code: 'taken' | 'too_large' | 'bad_choice',
  values?: Record<string, string | number>,
) => ({ field, code, ...(values ? { values } : {}) });

/** Decides who makes folders in a group of this node. @throws {Refusal} forbidden, not_found */
export async function chooseFoldersBy(
  work: Work,
  input: { group: string; foldersBy: FoldersBy; by: string },
): Promise<void> {
  const group = await requireGroup(work, input.group);
  const why = whyNotChoose(await standingOf(work.db, group, input.by, work.now), group);
  if (why) refuse(why, 'Only those who run the group decide this');
  const { foldersBy: folders_by } = input;
  await work.db
    .insertInto('library_choice')
    .values({ group_id: group.id, folders_by })
    .onConflict((conflict) => conflict.column('group_id').doUpdateSet({ folders_by }))
    .execute();
}

/** Nothing is known of this library any more but what our own people brought, which lies in no folder. */
export async function forgetLibrary(work: Work, group: string): Promise<void> {
  await work.db.deleteFrom('library_folder').where('group_id', '=', group).execute();
  const own = work.db.selectFrom('post').select('id').where('group_id', '=', group).where('local', '=', 1);
  await work.db
    .deleteFrom('library_document')
    .where('group_id', '=', group)
    .where((eb) => eb.or([eb('post_id', 'is', null), eb('post_id', 'not in', own)]))
    .execute();
  await work.db
    .updateTable('library_document')
    .set({ folder_id: '', official_at: null })
    .where('group_id', '=', group)
    .execute();
}
