import { writeFile } from 'node:fs/promises';
import { arrivingPath, type Context, newId, transact } from '@joinery/core';
import { receiveFile } from '@joinery/slices/files';
import { deletePost } from '@joinery/slices/posts';
import { addDocument, addVersion, changeFolder, makeFolder, mark } from '../index.ts';

/** A file of somebody that hangs on nothing yet. @returns its id */
async function bringFile(context: Context, owner: string, name: string, content: string | Uint8Array = name) {
  const id = newId();
  const path = arrivingPath(context.files, id);
  await writeFile(path, content);
  return (await receiveFile(context, { id, path, name, owner })).id;
}

/**
 * A library in use: a folder with one in it, an official document and another of the member's with two versions, one in the bin, and a file that the member has brought and not
 * used yet.
 */
export async function fillLibrary(
  context: Context,
  { group, owner, member }: Record<'group' | 'owner' | 'member', string>,
) {
  const act = <T>(person: string, change: Parameters<typeof transact<T>>[2]) =>
    transact(context, { kind: 'person', person }, change);
  const folder = await act(owner, (work) =>
    makeFolder(work, { group, parent: '', name: 'Forms and letters', by: owner }),
  );
  const inner = await act(owner, (work) => makeFolder(work, { group, parent: folder.id, name: '2019', by: owner }));
  await act(owner, (work) => changeFolder(work, { folder: inner.id, name: 'Older ones', by: owner }));
  const add = async (by: string, name: string, title: string, place = '') => {
    const input = { group, folder: place, by, title, language: 'en', file: await bringFile(context, by, name) };
    const description = { content: '<p>For whoever registers a death.</p>', source: 'For whoever registers a death.' };
    return act(by, (work) => addDocument(work, { ...input, description, note: 'As agreed in March' }));
  };
  const official = await add(owner, 'pack.txt', 'Training pack');
  await act(owner, (work) => mark(work, { post: official.id, official: true, by: owner }));
  const document = await add(member, 'leaflet.txt', 'Leaflet for registrars', folder.id);
  const file = await bringFile(context, member, 'leaflet 2.txt');
  const note = 'New telephone number';
  await act(member, (work) => addVersion(work, { post: document.id, by: member, file, note }));
  const deleted = await add(member, 'draft.txt', 'Draft of a letter');
  await act(member, (work) => deletePost(work, { post: deleted.id, author: member }));
  const loose = await bringFile(context, member, 'next.txt');
  return {
    folder: folder.id,
    inner: inner.id,
    official: official.id,
    document: document.id,
    binned: deleted.id,
    loose,
  };
}
