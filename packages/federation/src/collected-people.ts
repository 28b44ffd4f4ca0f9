import { addressOf, embedded, listOf, originOf, type StoredObject, transact } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { fetchAndRemember, knownObject, signedFetch } from './fetch.ts';

/** A group is run by a few; whoever names more is not asked for them all. */
const mostPeople = 20;
/** A person may wait for the page: whom a slow node does not tell by then is left out. */
const longestMilliseconds = 5_000;

/**
 * Reads whom the host of a thing elsewhere names in its collections of people (a group's moderators, FEP-1b12), where the allow-list lets us ask. People of nodes
 * that may not be asked are left out. What does not answer changes nothing.
 * @param path of the thing's kind
 */
export async function readPeople(bridge: Bridge, path: string, owner: StoredObject): Promise<void> {
  const { context } = bridge;
  if (owner.local || owner.deletedAt !== null) return;
  const kinds = context.slices.flatMap((slice) => slice.collections ?? []);
  for (const kind of kinds.filter((one) => one.of === path && one.rememberPeople)) {
    const address = await kind.source?.(context.db.reader, owner);
    // Only the thing's own node says who runs it.
    if (!address || originOf(address) !== originOf(owner.uri)) continue;
    const answer = await signedFetch(bridge, address, 'who runs a group');
    if (!answer.ok || !answer.document) continue;
    const page = embedded(answer.document.first) ?? answer.document;
    const named = [...listOf(page.orderedItems), ...listOf(page.items)]
      .map(addressOf)
      .filter((uri) => uri !== null)
      .slice(0, mostPeople);
    const known: string[] = [];
    const end = performance.now() + longestMilliseconds;
    for (const uri of new Set(named)) {
      if (performance.now() > end) break;
      const there = await knownObject(context, uri);
      if (there || (await fetchAndRemember(bridge, uri, 'who runs a group')) === 'kept') known.push(uri);
    }
    const origin = originOf(owner.uri) ?? '';
    const by = { kind: 'peer', origin } as const;
    await transact(context, by, async (work) => kind.rememberPeople?.(work, owner, known), { origin });
  }
}
