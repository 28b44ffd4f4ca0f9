import type { CollectionKind, ObjectKind, Reader, StoredObject } from '@joinery/core';
import { absent, groupById, requesterMayRead } from '@joinery/slices/groups';
import { folderById, folderByUri, foldersOf } from './store.ts';
import type { FolderRow } from './tables.ts';

async function stored(db: Reader, folder: FolderRow | undefined): Promise<StoredObject | undefined> {
  // Asked of what is not there as well: the same statements whatever there is.
  const group = await groupById(db, folder?.group_id ?? '');
  if (!folder || !group) return undefined;
  return { id: folder.id, uri: folder.uri, local: group.local === 1, deletedAt: null, type: 'Collection' };
}

/** Folders behind their addresses: read by whoever may read their group. */
export const folderKind: ObjectKind = {
  path: 'folders',
  load: async (db, by) => stored(db, 'id' in by ? await folderById(db, by.id) : await folderByUri(db, by.uri)),
  mayRead: async (db, requester, object) => {
    const folder = await folderById(db, object.id);
    // The same statements for what is missing as for what is in a hidden group.
    const group = await groupById(db, folder?.group_id ?? object.id);
    const may = await requesterMayRead(db, requester, group ?? absent);
    return may && folder !== undefined && group !== undefined;
  },
  groupOf: async (db, object) => {
    const folder = await folderById(db, object.id);
    const group = folder && (await groupById(db, folder.group_id));
    return group && { id: group.id, uri: group.uri, closed: group.reading === 'members' };
  },
  toDocument: async ({ db }, object) => {
    const folder = await folderById(db, object.id);
    const group = folder && (await groupById(db, folder.group_id));
    if (!folder || group?.local !== 1) return undefined;
    const all = (await foldersOf(db, group.id)).map(({ uri, name }) => ({ id: uri, name }));
    return {
      ...{ id: folder.uri, type: 'Collection', name: folder.name, attributedTo: group.uri },
      // For who keeps no names: one look brings those of all folders.
      'joinery:folders': all,
    };
  },
};

/** `/groups/<id>/library`: its folders, owned by the group (FEP-400e). */
export const collections: CollectionKind[] = [
  {
    of: 'groups',
    name: 'library',
    ordered: false,
    mayRead: async (db, requester, object) => {
      const group = await groupById(db, object.id);
      const may = await requesterMayRead(db, requester, group ?? absent);
      return group?.local === 1 && may;
    },
    page: async ({ db }, object) => {
      const folders = await foldersOf(db, object.id);
      return { items: folders.map(({ uri }) => uri), next: null, total: folders.length };
    },
  },
];
