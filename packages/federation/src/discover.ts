import { addressOf, isObject, listOf, originOf, refuse } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { readPeople } from './collected-people.ts';
import { documentOrRefuse, knownObject, rememberDocument, signedFetch } from './fetch.ts';
import { textOf } from './read.ts';

/** Pages of fifty: a node with more listed groups is shown in part. */
const mostPages = 20;
const groupsPerPage = 100;
const pageBytes = 4_000_000;

/**
 * Reads the list of groups of another node (`/node/groups`), saves them, and learns who leads those that are new. Only the node itself speaks for its groups:
 * documents of others in it are left out.
 * @throws {Refusal} no_agreement, not_found, unavailable
 */
export async function readListedGroups(
  bridge: Bridge,
  origin: string,
): Promise<{ groups: string[]; complete: boolean }> {
  const decision = bridge.trust.mayFederate(origin, 'discover', 'in');
  if (!decision.allowed) refuse('no_agreement', `No agreement with ${origin} covers discovery (${decision.reason})`);
  const groups = new Set<string>();
  const seen = new Set<string>();
  let address: string | null = `${origin}/node/groups`;
  while (address !== null && seen.size < mostPages) {
    seen.add(address);
    const sentAt = bridge.context.clock.now().toISOString();
    const page = documentOrRefuse(
      await signedFetch(bridge, address, 'groups at other agencies', { id: null, maximumBytes: pageBytes }),
    );
    for (const item of listOf(page.items).filter(isObject).slice(0, groupsPerPage)) {
      const uri = textOf(item.id);
      if (uri === null || originOf(uri) !== origin || !listOf(item.type).includes('Group')) continue;
      const before = await knownObject(bridge.context, uri);
      const saved = await rememberDocument(bridge, item, sentAt);
      if (saved?.kind !== 'groups') continue;
      groups.add(saved.id);
      const known = before ? undefined : await knownObject(bridge.context, uri);
      if (known) await readPeople(bridge, known.kind.path, known.object);
    }
    const next = addressOf(page.next);
    address = next !== null && originOf(next) === origin && !seen.has(next) ? next : null;
  }
  return { groups: [...groups], complete: address === null };
}
