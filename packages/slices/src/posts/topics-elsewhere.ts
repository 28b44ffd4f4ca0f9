import { type CollectedItem, isObject, type JsonObject, originOf, refuse, type Work } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { applyCounts, readCounts } from './counts.ts';
import { idOf, objectOf } from './document-values.ts';
import { readPost } from './documents-in.ts';
import { fetchedDocument } from './fetched-posts.ts';
import { receivePost } from './remote.ts';
import { requireGroup } from './store.ts';

/**
 * Takes in what the host of a group elsewhere keeps: topics with first posts and figures, or the replies of a topic. Nothing of it is
 * news: it raises no event and goes by the author's time.
 * @param items the host's `Announce` around the author's activity, the activity, the post itself, or its address when it was fetched
 * @returns how many posts were new here
 */
export async function rememberTopics(work: Work, group: string, items: CollectedItem[]): Promise<number> {
  const host = await requireGroup(work.db, group);
  if (host.local === 1) refuse('bad_request', 'The history of a group of this node is here');
  let added = 0;
  for (const { item, verified } of items) {
    const announced = item.type === 'Announce' ? objectOf(item.object) : item;
    const wrapped = announced?.type === 'Create' || announced?.type === 'Update';
    const document = wrapped ? objectOf(announced.object) : announced;
    const address = idOf(document ?? announced ?? item.object) ?? '';
    const fetched = document?.type === undefined ? await fetchedDocument(work, address) : null;
    const read = fetched?.read ?? (document ? readPost(document) : null);
    const actor = (wrapped ? idOf(announced.actor) : read?.authors[0]) ?? '';
    if (read && originOf(actor) === read.origin) {
      const said = announced?.['joinery:author'];
      const outcome = await receivePost(work, {
        read,
        actor,
        through: host,
        verified: fetched?.verified ?? verified,
        activity: idOf(announced ?? undefined) ?? '',
        text: null,
        author: isObject(said) ? said : null,
        history: true,
        thread: { context: hostAddress(item.context, host), contextHistory: hostAddress(item.contextHistory, host) },
      });
      if (outcome?.state === 'applied') added += 1;
    }
    await applyCounts(work, host, readCounts(item));
  }
  return added;
}

function hostAddress(value: JsonObject[string], host: GroupRow): string | null {
  const address = idOf(value);
  return address !== null && originOf(address) === host.home ? address : null;
}
