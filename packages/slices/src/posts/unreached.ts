import type { Context } from '@joinery/core';
import { type GroupRow, isMember, membershipOf, scopeOf } from '@joinery/slices/groups';
import { type PersonRow, personLabel } from '@joinery/slices/people';
import { type Language, namesIn } from '@joinery/ui';
import { mentionedIn, peopleNamed } from './names.ts';
import type { PostRow } from './tables.ts';

type Node = Pick<Context, 'db' | 'config' | 'ports'>;

/** Names of those whom a text that is being written mentions and who may not be able to read it. */
export async function unreachedIn(node: Node, group: GroupRow, source: string, language: Language): Promise<string[]> {
  const people = await peopleNamed(node.db.reader, node.config.origin, group.id, namesIn(source).mentions);
  return unreached(node, group, [...people.values()], language);
}

/** The same of a post. */
export async function unreachedBy(
  node: Node,
  group: GroupRow,
  post: Pick<PostRow, 'id'>,
  language: Language,
): Promise<string[]> {
  return unreached(node, group, await mentionedIn(node.db.reader, post), language);
}

/**
 * Decides by what whoever writes in the group sees anyway: its members, and with which agencies there are agreements. Whoever is invited counts as no member, so
 * that nobody learns of an invitation.
 */
async function unreached(node: Node, group: GroupRow, people: readonly PersonRow[], language: Language) {
  const names: string[] = [];
  for (const person of people) {
    if (!(await reaches(node, group, person))) names.push(personLabel(person, language).name);
  }
  return [...new Set(names)];
}

async function reaches({ db, ports }: Node, group: GroupRow, person: PersonRow): Promise<boolean> {
  if (group.reading === 'web') return true;
  // To whom a group elsewhere goes is known at its own node; who of ours is in it, here as well.
  if (group.local !== 1 && (group.reading !== 'members' || person.local !== 1)) return true;
  if (group.reading === 'members' && !isMember(await membershipOf(db.reader, group.id, person.id))) return false;
  return person.local === 1 || ports.trust.mayFederate(person.home, scopeOf(group), 'out', group.id).allowed;
}
