import { type Context, isId, type Reader, type Requester, refuse, type Visitor } from '@joinery/core';
import { mayKnowGroup, mayReadGroup } from './policy.ts';
import { groupById, membershipOf } from './store.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

/** What a page or API request sees of one group. `readable` is false for a listed closed group that one can only ask to join. */
export type Seen = { group: GroupRow; standing: GroupMemberRow | undefined; readable: boolean };

function requesterOf(visitor: Visitor | null): Requester {
  if (!visitor) return { kind: 'nobody' };
  return { kind: 'person', person: visitor.person.id, administrator: visitor.administrator };
}

/**
 * The group behind an address, for this visitor. A deleted group of another node stays readable here.
 * @throws {Refusal} not_found alike for what is missing and for what this visitor may not know of; gone for a deleted group of ours
 */
export async function seeGroup(db: Reader, id: string, visitor: Visitor | null): Promise<Seen> {
  const group = isId(id) ? await groupById(db, id) : undefined;
  const standing = group && visitor ? await membershipOf(db, group.id, visitor.person.id) : undefined;
  const requester = requesterOf(visitor);
  if (!group || !mayKnowGroup(group, requester, standing)) refuse('not_found', 'There is no such group here');
  if (group.deleted_at !== null && group.local === 1) refuse('gone', 'This group was deleted');
  return { group, standing, readable: mayReadGroup(group, requester, standing) };
}

/**
 * Finds a group by link or handle, here or elsewhere.
 * @throws {Refusal} bad_request when it is not a group, and what the look-up throws
 */
export async function findGroup(context: Context, reference: string): Promise<string> {
  const found = await context.ports.actors.resolve(reference, { maximumAgeSeconds: 60 });
  if (found.kind !== 'groups') refuse('bad_request', 'This is not the address of a group');
  return found.id;
}

/**
 * Finds a person by link or handle, here or elsewhere.
 * @throws {Refusal} bad_request when it is not a person, and what the look-up throws
 */
export async function findPerson(context: Context, reference: string): Promise<string> {
  const found = await context.ports.actors.resolve(reference);
  if (found.kind !== 'people') refuse('bad_request', 'This is not the address of a person');
  return found.id;
}
