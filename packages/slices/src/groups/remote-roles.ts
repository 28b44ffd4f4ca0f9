import type { Reader, Work } from '@joinery/core';
import { type PersonRow, personById, personByUri } from '../people/index.ts';
import { changeStanding } from './standing.ts';
import { groupById, membershipOf, membersWithRole } from './store.ts';
import type { GroupRow } from './tables.ts';

/** Who leads a group: here its longest-standing owner; elsewhere whom its node names first among those who run it. Null where nobody is known. */
export async function leadOf(db: Reader, group: GroupRow): Promise<PersonRow | null> {
  if (group.local === 1) return (await membersWithRole(db, group.id, ['owner']))[0] ?? null;
  const named = group.lead_id === null ? undefined : await personById(db, group.lead_id);
  if (named && named.deleted_at === null) return named;
  return (await membersWithRole(db, group.id, ['owner', 'facilitator']))[0] ?? null;
}

/**
 * Takes over who runs a group of another node, as that node says. People of this node keep what they are unless they are members: another node makes nobody here
 * a member.
 * @param people uris in the order of the group's node, the lead first
 */
export async function rememberModerators(work: Work, id: string, people: string[]): Promise<void> {
  const group = await groupById(work.db, id);
  if (!group || group.local === 1) return;
  const found = (await Promise.all(people.map((uri) => personByUri(work.db, uri)))).filter(
    (person) => person !== undefined,
  );
  const named = new Set(found.map((person) => person.id));
  const before = await membersWithRole(work.db, group.id, ['owner', 'facilitator']);
  for (const { member_role, ...person } of before) {
    if (!named.has(person.id)) await become(work, group, person, 'member');
  }
  for (const person of found) await become(work, group, person, 'facilitator');
  const running = new Set((await membersWithRole(work.db, group.id, ['owner', 'facilitator'])).map(({ id }) => id));
  await work.db
    .updateTable('groups')
    .set({ lead_id: found.find((person) => running.has(person.id))?.id ?? null })
    .where('id', '=', group.id)
    .execute();
}

async function become(work: Work, group: GroupRow, person: PersonRow, role: 'member' | 'facilitator'): Promise<void> {
  const standing = await membershipOf(work.db, group.id, person.id);
  if (standing?.state !== 'member' && (role === 'member' || person.local === 1)) return;
  // Owners are facilitators on the wire.
  if (standing?.state === 'member' && (standing.role === role || (role === 'facilitator' && standing.role === 'owner')))
    return;
  await changeStanding(work, { group, person, standing }, { state: 'member', role });
}
