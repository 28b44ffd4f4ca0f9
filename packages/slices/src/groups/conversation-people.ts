import {
  addressOf,
  type Inbound,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  originOf,
  type Reader,
  sizes,
  subscribers,
  type Trust,
  type Work,
} from '@joinery/core';
import { agencyDocument, guestMembers, personByUri, rememberRemotePerson } from '../people/index.ts';
import { streamOf } from './addresses.ts';
import { changeStanding, outside } from './standing.ts';
import { membershipOf } from './store.ts';
import type { GroupRow } from './tables.ts';

/**
 * Who is in a conversation over nodes. Its own node decides and tells it to the nodes of those in it (`joinery:people`), since a reader must always see who else reads.
 */

/** Why somebody is in it no more, where they did not leave by themselves: `agreement_ended` with their node, or `declined` by it. */
const departures = ['agreement_ended', 'declined'] as const;
/** Somebody cannot have left more often than this to be told of. */
const mostFormer = 40;

/**
 * Whether people of another node may be in a conversation with people of this one: the agreement covers closed groups in both directions.
 * @param group local id; a conversation that is not there yet is one that no agreement on named groups names
 */
export function mayConverse(trust: Trust, origin: string, group = ''): boolean {
  return (['in', 'out'] as const).every(
    (direction) => trust.mayFederate(origin, 'closed-groups', direction, group).allowed,
  );
}

/** Who is in a conversation of ours changed: the nodes of those in it are told. */
export async function tellPeople(
  work: Work,
  group: Pick<GroupRow, 'id' | 'kind' | 'local' | 'reading'>,
): Promise<void> {
  if (group.kind !== 'conversation' || group.local !== 1) return;
  const stream = streamOf(group);
  if ((await subscribers(work.db, stream)).length > 0) work.emit('group.summarised', stream, { group: group.id });
}

/** The agreement with a node ended: its people are in a conversation of ours no more, and the others are told why. They may be brought in anew. */
export async function putOut(work: Work, group: GroupRow, origin: string): Promise<void> {
  const rows = await work.db
    .selectFrom('person')
    .innerJoin('group_member', 'group_member.person_id', 'person.id')
    .selectAll('person')
    .where('group_member.group_id', '=', group.id)
    .where('group_member.state', 'in', ['member', 'unconfirmed'])
    .where('person.home', '=', origin)
    .execute();
  for (const person of rows) {
    const standing = await membershipOf(work.db, group.id, person.id);
    await changeStanding(work, { group, person, standing }, { ...outside, reason: 'agreement_ended' });
  }
  if (rows.length > 0) await tellPeople(work, group);
}

/** Another node has ended its agreement with this one: conversations and closed groups that live there are not shown any more, before the next renewal says so. */
export async function withholdFrom(work: Work, origin: string): Promise<void> {
  await work.db
    .updateTable('groups')
    .set({ withheld_at: work.now })
    .where('home', '=', origin)
    .where((eb) =>
      eb.or([
        eb('kind', '=', 'conversation'),
        // Of groups those that are read here: only of them a renewal says when they may be shown again.
        eb('id', 'in', eb.selectFrom('group_lease').select('group_lease.group_id')).and('reading', '=', 'members'),
      ]),
    )
    .where('withheld_at', 'is', null)
    .execute();
}

/** `joinery:people`: who is in it, and who went since the last one came: whoever came later is not told who was there before. */
export async function peopleDocument(db: Reader, group: Pick<GroupRow, 'id' | 'kind'>): Promise<JsonObject> {
  if (group.kind !== 'conversation') return {};
  const rows = await db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .leftJoin('person as inviter', 'inviter.id', 'group_member.invited_by')
    .selectAll('person')
    .select(['group_member.state', 'group_member.joined_at', 'group_member.reason', 'inviter.uri as brought_by'])
    .select('group_member.updated_at as changed_at')
    .where('group_member.group_id', '=', group.id)
    .where('person.deleted_at', 'is', null)
    .orderBy('group_member.joined_at')
    .orderBy('person.id')
    .execute();
  const isIn = ({ state }: (typeof rows)[number]) => state === 'member' || state === 'unconfirmed';
  const newest =
    rows
      .flatMap((row) => (isIn(row) ? [row.joined_at ?? ''] : []))
      .sort()
      .at(-1) ?? '';
  const told = rows.filter((row) => isIn(row) || row.changed_at >= newest);
  return {
    'joinery:people': told.map((row) => ({
      id: row.uri,
      type: row.type,
      preferredUsername: row.handle,
      name: row.name,
      'joinery:agency': agencyDocument(row),
      ...guestMembers(row),
      ...(row.joined_at === null ? {} : { published: row.joined_at }),
      ...(row.brought_by === null ? {} : { 'joinery:by': row.brought_by }),
      ...(isIn(row) ? {} : { endTime: row.changed_at, ...(row.reason ? { 'joinery:code': row.reason } : {}) }),
    })),
  };
}

/** Takes over who is in a conversation of another node, as that node says. Nobody of this node comes into it or goes by that: they are invited, and leave. */
export async function rememberPeople(
  work: Work,
  group: GroupRow,
  value: Json | undefined,
  verified: Inbound['verified'],
): Promise<void> {
  if (group.kind !== 'conversation' || value === undefined) return;
  const told = listOf(value)
    .filter(isObject)
    .slice(0, sizes.conversation.most + mostFormer);
  const named = new Set<string>();
  const brought = new Map<string, string>();
  for (const item of told) {
    const person = await somebodyTold(work, item, verified);
    if (!person) continue;
    named.add(person.id);
    const by = addressOf(item['joinery:by']);
    if (by !== null) brought.set(person.id, by);
    if (person.local === 1) continue;
    const standing = await membershipOf(work.db, group.id, person.id);
    const gone = typeof item.endTime === 'string';
    if (gone && standing?.state !== 'member') continue;
    const joined = instant(item.published, work.now);
    await changeStanding(
      work,
      { group, person, standing },
      gone
        ? { ...outside, reason: departures.find((code) => code === item['joinery:code']) ?? null }
        : { state: 'member', role: 'member', joined_at: joined ?? standing?.joined_at ?? work.now, reason: null },
    );
  }
  for (const [person, uri] of brought) {
    const by = await personByUri(work.db, uri);
    if (by)
      await work.db
        .updateTable('group_member')
        .set({ invited_by: by.id })
        .where('group_id', '=', group.id)
        .where('person_id', '=', person)
        .where('state', '=', 'member')
        .execute();
  }
  await endOthers(work, group, named);
}

/** Whom its node does not name any more went unseen. */
async function endOthers(work: Work, group: GroupRow, named: ReadonlySet<string>): Promise<void> {
  const rows = await work.db
    .selectFrom('person')
    .innerJoin('group_member', 'group_member.person_id', 'person.id')
    .selectAll('person')
    .where('group_member.group_id', '=', group.id)
    .where('group_member.state', '=', 'member')
    .where('person.local', '=', 0)
    .execute();
  for (const person of rows) {
    if (named.has(person.id)) continue;
    const standing = await membershipOf(work.db, group.id, person.id);
    await changeStanding(work, { group, person, standing }, outside);
  }
}

/** Who is named, as far as their own node has not said more; nobody is made up at this node. */
async function somebodyTold(work: Work, item: JsonObject, verified: Inbound['verified']) {
  const uri = typeof item.id === 'string' ? item.id : '';
  const known = await personByUri(work.db, uri);
  if (known || originOf(uri) === null || originOf(uri) === work.home) return known;
  // The epoch as the time of reading: whatever is read at the source later is newer.
  await rememberRemotePerson(work, { ...item, type: 'Person' }, { fetchedAt: new Date(0).toISOString(), verified });
  return personByUri(work.db, uri);
}

/** An instant that another node tells, in our form; never one in the future. */
export function instant(value: Json | undefined, now: string): string | null {
  const at = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) return null;
  const read = new Date(at).toISOString();
  return read < now ? read : now;
}
