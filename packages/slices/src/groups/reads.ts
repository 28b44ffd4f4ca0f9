import {
  type Context,
  countAttempt,
  isId,
  isRefusal,
  limits,
  type Reader,
  type Requester,
  refuse,
  TooMany,
  type Visitor,
} from '@joinery/core';
import { canModerate, mayKnowGroup, mayReadGroup } from './policy.ts';
import { groupById, membershipOf } from './store.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

/** What a page or API request sees of one group. `readable` is false for a listed closed group that one can only ask to join. */
export type Seen = { group: GroupRow; standing: GroupMemberRow | undefined; readable: boolean };

function requesterOf(visitor: Visitor | null): Requester {
  if (!visitor) return { kind: 'nobody' };
  return {
    kind: 'person',
    person: visitor.person.id,
    administrator: visitor.administrator,
    guest: visitor.person.guest,
  };
}

/**
 * The group behind an address, for this visitor. A deleted group of another node stays readable here.
 * @throws {Refusal} not_found alike for what is missing and for what this visitor may not know of; gone for a deleted group of ours
 */
export async function seeGroup(db: Reader, id: string, visitor: Visitor | null): Promise<Seen> {
  const found = isId(id) ? await groupById(db, id) : undefined;
  // A conversation is no group to those in it either: it has pages of its own.
  const group = found?.kind === 'group' ? found : undefined;
  // Asked of what is not there as well: the same statements whatever there is.
  const standing = visitor && isId(id) ? await membershipOf(db, id, visitor.person.id) : undefined;
  const requester = requesterOf(visitor);
  // Whoever could know of a group learns that it was deleted, and nobody else.
  const isKnown = group !== undefined && mayKnowGroup({ ...group, deleted_at: null }, requester, standing);
  if (!isKnown) refuse('not_found', 'There is no such group here');
  if (group.deleted_at !== null && group.local === 1) refuse('gone', 'This group was deleted');
  return { group, standing, readable: mayReadGroup(group, requester, standing) };
}

/**
 * Finds a group by link or handle, here or elsewhere, as far as this visitor may know of it.
 * @throws {Refusal} bad_request when it is not a group, and what the look-up throws
 */
export async function findGroup(context: Context, reference: string, visitor: Visitor): Promise<string> {
  const found = await resolveFor(context, reference, visitor, { maximumAgeSeconds: 60 });
  if (found.kind !== 'groups') refuse('bad_request', 'This is not the address of a group');
  return found.id;
}

/**
 * Finds what a link or handle leads to, as far as this visitor may know of it.
 * @throws {Refusal} what the look-up throws; not_found alike for what is missing and for what is hidden from them
 */
export function resolveFor(context: Context, reference: string, visitor: Visitor, how: { maximumAgeSeconds?: number }) {
  return context.ports.actors.resolve(reference, { ...how, mayCome: (found) => mayCome(context, found, visitor) });
}

/** Whether what an address leads to is there for this visitor: what is hidden from them is said to be missing, whatever it is. */
async function mayCome(context: Context, found: { kind: string; id: string }, visitor: Visitor): Promise<boolean> {
  const db = context.db.reader;
  if (found.kind === 'groups')
    return seeGroup(db, found.id, visitor).then(
      () => true,
      (error: unknown) => isRefusal(error) && error.code === 'gone',
    );
  const kind = context.slices.flatMap((slice) => slice.objects ?? []).find(({ path }) => path === found.kind);
  const object = await kind?.load(db, { id: found.id });
  if (!kind) return true;
  // Asked of what is not there as well: the same statements whatever there is.
  const absent = { id: found.id, uri: '', local: false, deletedAt: null, type: '' };
  const may = await kind.mayRead(db, requesterOf(visitor), object ?? absent);
  return object === undefined || may;
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

/**
 * Counts a further page of the members of a group, or a search among them: whoever does not run the group looks for somebody, and does not carry
 * the list away.
 * @throws {TooMany}
 */
export function countMemberPage(context: Context, visitor: Visitor, { group, standing }: Omit<Seen, 'readable'>): void {
  if (canModerate(group, standing)) return;
  try {
    countAttempt(context, `members read by ${visitor.account}`, limits.memberPages);
  } catch (error) {
    if (error instanceof TooMany)
      context.logger.warn('members.read_often', { account: visitor.account, group: group.id });
    throw error;
  }
}
