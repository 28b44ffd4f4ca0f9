import { fold, isObject, type Json, newId, originOf, type Work } from '@joinery/core';
import { type GroupRow, isReadLive } from '@joinery/slices/groups';
import { postByUri } from '@joinery/slices/posts';
import { putDocument } from './documents.ts';
import { dropFolders } from './folders.ts';
import { deepest, longestFolderName, mostFolders } from './input.ts';
import { folderByUri, foldersOf, libraryUri } from './store.ts';

/** What another node says a folder is called, as it is shown here; empty for nothing. */
export function folderName(said: Json | undefined): string {
  const text = (typeof said === 'string' ? said : '').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return [...text].slice(0, longestFolderName).join('');
}

type Said = { uri: string; name: string; parent: string | null; official: boolean };

/** Folders as the node of a group tells them: of its own origin, with a name, none below itself, none twice in one place. */
function read(group: GroupRow, folders: readonly Json[]): Said[] {
  const said: Said[] = [];
  for (const one of folders.slice(0, mostFolders)) {
    if (!isObject(one) || typeof one.id !== 'string' || originOf(one.id) !== group.home) continue;
    const name = folderName(one.name);
    if ((name === '' && !isReadLive(group)) || said.some(({ uri }) => uri === one.id)) continue;
    const parent = typeof one.parent === 'string' ? one.parent : null;
    said.push({ uri: one.id, name, parent, official: one.official === true });
  }
  const above = (one: Said) => said.find(({ uri }) => uri === one.parent);
  const depth = (one: Said) => {
    let steps = 1;
    for (let at = above(one); at && steps <= deepest; at = above(at)) steps += 1;
    return steps;
  };
  const fits = said.filter((one) => depth(one) <= deepest && (one.parent === null || above(one)));
  const place = ({ uri, parent, name }: Said) => `${parent ?? ''} ${name === '' ? uri : fold(name)}`;
  return fits.filter((one, index) => fits.findIndex((other) => place(other) === place(one)) === index);
}

/** Where nothing of what others wrote is kept, the names of folders are not either: they are asked for at each look. */
const unnamed = (id: string) => ({ name: '', sort_name: `/${id}` });

/** The names of folders are kept no more. */
export async function forgetFolderNames(work: Work, group: string): Promise<void> {
  for (const { id } of await foldersOf(work.db, group))
    await work.db.updateTable('library_folder').set(unnamed(id)).where('id', '=', id).execute();
}

/** Takes over what folders a group elsewhere has. Those that keep their address keep what is in them. */
export async function applyTree(work: Work, group: GroupRow, folders: readonly Json[]): Promise<void> {
  const said = read(group, folders);
  const known = await foldersOf(work.db, group.id);
  const ids = new Map(known.map(({ uri, id }) => [uri, id]));
  await dropFolders(
    work,
    known.filter(({ uri }) => !said.some((one) => one.uri === uri)).map(({ id }) => id),
  );
  // Names may have changed places: free before any is given.
  for (const { id } of known)
    await work.db
      .updateTable('library_folder')
      .set({ sort_name: `/${id}` })
      .where('id', '=', id)
      .execute();
  for (const { uri } of said) if (!ids.has(uri)) ids.set(uri, newId());
  for (const { uri, name, parent, official } of said) {
    const id = ids.get(uri) ?? '';
    const before = known.find((folder) => folder.id === id);
    // An address that another group has already told of is that group's.
    if (!before && (await folderByUri(work.db, uri))) continue;
    const row = {
      ...(isReadLive(group) ? unnamed(id) : { name, sort_name: fold(name) }),
      parent_id: parent === null ? '' : (ids.get(parent) ?? ''),
      official_at: official ? (before?.official_at ?? work.now) : null,
      updated_at: work.now,
    };
    if (before) await work.db.updateTable('library_folder').set(row).where('id', '=', id).execute();
    else
      await work.db
        .insertInto('library_folder')
        .values({ ...row, id, uri, group_id: group.id, by_id: null, created_at: work.now })
        .execute();
  }
}

/** Notes what lies where, also of documents that are not known here yet. */
export async function notePlaces(work: Work, group: GroupRow, places: readonly Json[]): Promise<void> {
  const folders = await foldersOf(work.db, group.id);
  for (const place of places.slice(0, 2_000)) {
    if (!isObject(place) || typeof place.object !== 'string' || originOf(place.object) === null) continue;
    const folder = folders.find(({ uri }) => uri === place.target);
    if (!folder && place.target !== libraryUri(group)) continue;
    const row = { folder_id: folder?.id ?? '', official_at: place.official === true ? work.now : null };
    const post = await postByUri(work.db, place.object);
    if (post && post.group_id !== group.id) continue;
    if (post) await putDocument(work, post, row);
    else
      await work.db
        .insertInto('library_document')
        .values({ uri: place.object, post_id: null, group_id: group.id, sort_title: '', replaces: null, ...row })
        // An address that another group's node told of first stays that group's until the post itself comes.
        .onConflict((conflict) =>
          conflict.column('uri').doUpdateSet(row).where('library_document.group_id', '=', group.id),
        )
        .execute();
  }
}
