import { addressOf, embedded, isObject, type JsonObject, listOf, originOf } from '@joinery/core';
import { type GroupRow, publicCollection } from '@joinery/slices/groups';
import { objectOf } from './document-values.ts';
import { type ReadPost, readPost } from './documents-in.ts';

export type { ReadPost };

/**
 * What a document fetched at an announced address says: the author's `Create` or `Update`, or the post itself. Everything in it must be of one origin, that of the address,
 * and written for this very group and nobody else.
 */
export function readItem(document: JsonObject, uri: string, group: GroupRow) {
  const wrapped = document.type === 'Create' || document.type === 'Update';
  const object = wrapped ? objectOf(document.object) : document;
  const read = object ? readPost(object) : null;
  const actor = wrapped ? addressOf(document.actor) : (read?.authors[0] ?? null);
  if (!read || !object || document.id !== uri || actor === null) return null;
  const oneOrigin = [uri, read.uri, actor].every((address) => originOf(address) === originOf(uri));
  const forGroup = read.audience.length === 1 && read.audience[0] === group.uri;
  const everybody = [publicCollection, 'as:Public', 'Public'];
  const isPublic = [document, object].some((one) =>
    [...listOf(one.to), ...listOf(one.cc)].some((name) => everybody.includes(String(addressOf(name)))),
  );
  if (!oneOrigin || !forGroup || isPublic || !read.authors.includes(actor)) return null;
  const said = embedded(document['joinery:author']);
  return { read, actor, author: isObject(said) ? said : null };
}
