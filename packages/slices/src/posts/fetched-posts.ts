import { type ActivityDocument, type JsonObject, newId, refuse, type Work } from '@joinery/core';
import { groupByUri } from '@joinery/slices/groups';
import { deletePost } from './changes.ts';
import { type ReadPost, readPost } from './documents-in.ts';
import { isReference } from './references.ts';
import { refreshPost, type Verified } from './remote.ts';
import { postByUri } from './store.ts';
import type { PostDocumentRow } from './tables.ts';

/** A document that was fetched and waits for its group. */
export async function fetchedDocument(work: Work, uri: string): Promise<(PostDocumentRow & { read: ReadPost }) | null> {
  const row = await work.db.selectFrom('post_document').selectAll().where('uri', '=', uri).executeTakeFirst();
  const read = row ? readPost(JSON.parse(row.document) as JsonObject) : null;
  return row && read ? { ...row, read } : null;
}

/**
 * Stores or refreshes what was fetched at a post's own address. What is not in a group here yet is kept aside until an activity says
 * where it belongs: its own claim to be in a group is not enough.
 * @returns local id
 * @throws {Refusal} bad_request when it is not a post
 */
export async function saveRemotePost(
  work: Work,
  document: ActivityDocument,
  how: { fetchedAt: string; verified: Verified },
): Promise<string> {
  const uri = typeof document.id === 'string' ? document.id : '';
  const known = await postByUri(work.db, uri);
  if (document.type === 'Tombstone') {
    if (!known) refuse('gone', 'This post was deleted');
    if (known.local !== 1 && how.verified !== 'unchecked')
      await deletePost(work, { post: known.id, author: known.author_id });
    return known.id;
  }
  const read = readPost(document) ?? refuse('bad_request', 'This is not a post');
  if (known) {
    await refreshPost(work, known, read, how.verified, null);
    return known.id;
  }
  if (how.verified === 'unchecked' || read.origin === work.home) refuse('bad_request', 'This copy cannot be believed');
  // What was written for a closed group is read with its token, as the group tells of it: nothing of it is put aside.
  for (const address of read.audience.slice(0, 20)) {
    const group = await groupByUri(work.db, address);
    if (group && isReference(group)) refuse('bad_request', 'A closed group tells of this itself');
  }
  const id = newId();
  const row = await work.db
    .insertInto('post_document')
    .values({ uri, id, document: JSON.stringify(document), verified: how.verified, fetched_at: how.fetchedAt })
    .onConflict((conflict) =>
      conflict
        .column('uri')
        .doUpdateSet({ document: JSON.stringify(document), verified: how.verified, fetched_at: how.fetchedAt }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}
