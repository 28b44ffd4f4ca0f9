import {
  accountOfPerson,
  type Context,
  enqueueJob,
  isId,
  isUsable,
  type JsonObject,
  newId,
  originOf,
  type Reader,
  refuse,
  streams,
  transact,
  type Visitor,
  type Work,
} from '@joinery/core';
import {
  type GroupRow,
  groupById,
  groupByUri,
  isMember,
  isShut,
  membershipOf,
  membersWithRole,
  streamOf,
} from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { canApprove, canEnd, canRead, canRefuse, type Decider, seemAlike } from './policy.ts';
import { accessById, knownBy, ownerElsewhere } from './store.ts';
import type { EmergencyPageRow, EmergencyRow } from './tables.ts';

export const openJob = 'emergency.open';
export const closeJob = 'emergency.close';
/** Hours that owners have before it opens without a second person, and for how long it is open. */
export const noticeHours = 72;
export const openHours = 24;
const hour = 3_600_000;

const after = (now: string, hours: number) => new Date(Date.parse(now) + hours * hour).toISOString();

/** The closed group of this node behind a link or a handle; null for everything else, a conversation among it. @throws {Refusal} invalid, conflict */
async function groupMeant(work: Work, reference: string): Promise<GroupRow | null> {
  const isLink = /^https?:\/\//i.test(reference);
  const [, handle = '', host] = /^[@!]?([^@\s/]+)(?:@([^@\s/]+))?$/.exec(reference) ?? [];
  const elsewhere = isLink ? originOf(reference) !== work.home : host !== undefined && host !== new URL(work.home).host;
  if (elsewhere) refuse('invalid', 'The group lives at another node', [{ field: 'group', code: 'unknown' }]);
  const id = /\/groups\/([0-9a-f-]{36})/.exec(reference)?.[1] ?? reference;
  const byId = isId(id) ? await groupById(work.db, id) : undefined;
  const found =
    byId ??
    (isLink
      ? await groupByUri(work.db, reference)
      : await work.db
          .selectFrom('groups')
          .selectAll()
          .where('handle', '=', handle.toLowerCase())
          .where('local', '=', 1)
          .executeTakeFirst());
  if (found?.kind !== 'group' || found.local !== 1 || found.deleted_at !== null) return null;
  if (found.reading !== 'members')
    refuse('conflict', 'Everybody of this node may read this group', [{ field: 'group', code: 'bad_choice' }]);
  return found;
}

/**
 * Asks to read a closed group. Owners and the other administrators are told at once. Whoever asks learns neither its name nor whether there is such a group before it is open.
 * @throws {Refusal} forbidden, invalid, conflict
 */
export async function askToRead(
  work: Work,
  visitor: Pick<Visitor, 'person' | 'administrator'>,
  input: { group: string; reason: string },
): Promise<EmergencyRow> {
  if (!visitor.administrator) refuse('forbidden', 'Only an administrator of this node can do this');
  const { person } = visitor;
  const group = await groupMeant(work, input.group);
  // The same statements whether there is such a group or not.
  if (isMember(await membershipOf(work.db, group?.id ?? '', person.id)))
    refuse('conflict', 'You are in this group', [{ field: 'group', code: 'reserved' }]);
  const waiting = await work.db
    .selectFrom('emergency_access')
    .select('id')
    .where('asker_id', '=', person.id)
    .where('reference', '=', input.group)
    .where('state', 'in', ['asked', 'open'])
    .executeTakeFirst();
  if (waiting) refuse('conflict', 'You have asked for this already', [{ field: 'group', code: 'taken' }]);
  const id = newId();
  const row: EmergencyRow = {
    ...{ id, uri: `${work.home}/emergency/${id}`, group_id: group?.id ?? null, reference: input.group },
    ...{ asker_id: person.id, asker_name: person.name, asker_agency: person.agency, reason: input.reason },
    ...{ state: 'asked', asked_at: work.now, notice_until: after(work.now, noticeHours) },
    ...{ decided_by: null, decided_name: null, opened_at: null, ends_at: null, ended_at: null },
  };
  await work.db.insertInto('emergency_access').values(row).execute();
  await enqueueJob(work, openJob, { id }, { key: id, runAt: row.notice_until });
  work.emit('emergency.asked', streams.local, { access: id, group: row.group_id });
  await tellOwnersElsewhere(work, row);
  return row;
}

/** Owners at other nodes can refuse too: each of their nodes is told. */
async function tellOwnersElsewhere(work: Work, access: Pick<EmergencyRow, 'id' | 'group_id'>): Promise<void> {
  const owners = await membersWithRole(work.db, access.group_id ?? '', ['owner']);
  const homes = new Set(owners.flatMap(({ home }) => (home === work.home ? [] : [home])));
  for (const home of [...homes].sort())
    work.emit('emergency.told', streams.node(home), { access: access.id, group: access.group_id });
}

/**
 * Who owns a group of ours has changed while something waits. The node of whoever owns it from now on is told, and they can refuse it as the others can; that of whoever owned it and does so no more
 * is told who is left there.
 */
export async function onRole(
  work: Work,
  changed: { group: string; person: string; role: string; was?: string | undefined },
): Promise<void> {
  const [group, person] = [await groupById(work.db, changed.group), await personById(work.db, changed.person)];
  const concerns = changed.role === 'owner' || changed.was === 'owner';
  if (!concerns || group?.local !== 1 || person?.local !== 0) return;
  const ofGroup = work.db.selectFrom('emergency_access').select('id').where('group_id', '=', changed.group);
  for (const { id } of await ofGroup.where('state', 'in', ['asked', 'open']).orderBy('id').execute())
    work.emit('emergency.told', streams.node(person.home), { access: id, group: group.id });
}

/** People of this node left a group elsewhere or run it no more: who of them was told as an owner has nothing to decide any more. */
export async function forgetOwners(work: Work, group: string): Promise<void> {
  const running = work.db.selectFrom('group_member').select('person_id').where('group_id', '=', group);
  await work.db
    .deleteFrom('emergency_owner')
    .where('access_id', 'in', work.db.selectFrom('emergency_access').select('id').where('group_id', '=', group))
    .where('person_id', 'not in', running.where('state', '=', 'member').where('role', '<>', 'member'))
    .execute();
}

/** What somebody is to a request. */
async function deciderOf(
  db: Reader,
  access: EmergencyRow,
  visitor: Pick<Visitor, 'person' | 'administrator'>,
): Promise<Decider> {
  const standing = access.group_id === null ? undefined : await membershipOf(db, access.group_id, visitor.person.id);
  const { id } = visitor.person;
  const asker = access.asker_id;
  const alike = asker !== null && asker !== id && seemAlike(await knownBy(db, asker), await knownBy(db, id));
  const owner = isMember(standing) && standing?.role === 'owner';
  return { person: id, administrator: visitor.administrator, owner, alike };
}

/** What somebody is to a request at the node of a group elsewhere: administrators of this node have no part in it. */
async function deciderElsewhere(
  db: Reader,
  access: EmergencyRow,
  { person: { id } }: Pick<Visitor, 'person'>,
): Promise<Decider> {
  const told = await ownerElsewhere(db, access.id, id);
  const standing = await membershipOf(db, access.group_id ?? '', id);
  // Whom their node knows as an owner need not have been told by name: whether they are one the group's node decides.
  const owner = isMember(standing) && (told !== undefined || standing?.role === 'owner');
  return { person: id, administrator: false, owner, alike: false, refused: told?.refused_at != null };
}

/**
 * A request, for whoever may know of it: of this node, administrators and owners of the group; of a group elsewhere, its owners here.
 * @throws {Refusal} not_found
 */
export async function seeAccess(
  db: Reader,
  id: string,
  visitor: Pick<Visitor, 'person' | 'administrator'>,
): Promise<{ access: EmergencyRow; who: Decider }> {
  const access = isId(id) ? await accessById(db, id) : undefined;
  if (access === undefined) return refuse('not_found', 'There is nothing at this address');
  const who = await (access.asker_id === null ? deciderElsewhere : deciderOf)(db, access, visitor);
  if (!who.administrator && !who.owner) refuse('not_found', 'There is nothing at this address');
  return { access, who };
}

/** Who owns a closed group is for its members: only an administrator is named. */
const nameOf = (who: Decider, { person }: Pick<Visitor, 'person'>) => (who.administrator ? person.name : null);

/** A second person lets it be: open from now on, for a day. @throws {Refusal} not_found, forbidden, conflict */
export async function approveReading(
  work: Work,
  id: string,
  visitor: Pick<Visitor, 'person' | 'administrator'>,
): Promise<EmergencyRow> {
  const { access, who } = await seeAccess(work.db, id, visitor);
  if (access.state !== 'asked') refuse('conflict', 'This has been decided');
  if (!canApprove(access, who)) refuse('forbidden', 'A second person decides: not whoever asks, under whatever name');
  return open(work, access, { id: who.person, name: nameOf(who, visitor) });
}

async function open(
  work: Work,
  access: EmergencyRow,
  by: { id: string; name: string | null } | null,
): Promise<EmergencyRow> {
  const ends_at = after(work.now, openHours);
  const change = {
    state: 'open',
    opened_at: work.now,
    ends_at,
    decided_by: by?.id ?? null,
    decided_name: by?.name ?? null,
  } as const;
  await enqueueJob(work, closeJob, { id: access.id }, { key: access.id, runAt: ends_at });
  return put(work, access, change, 'emergency.opened');
}

/** An owner or another administrator says no, before or meanwhile. @throws {Refusal} not_found, forbidden */
export async function refuseReading(
  work: Work,
  id: string,
  visitor: Pick<Visitor, 'person' | 'administrator'>,
): Promise<EmergencyRow> {
  const { access, who } = await seeAccess(work.db, id, visitor);
  if (!canRefuse(access, who)) refuse('forbidden', 'There is nothing to refuse for you');
  if (access.asker_id === null) return sendRefusal(work, access, who.person);
  return refuseNow(work, access, who.person, nameOf(who, visitor));
}

/** An owner of a group elsewhere says no: its node, which alone can end it, is told in their name. */
async function sendRefusal(work: Work, access: EmergencyRow, person: string): Promise<EmergencyRow> {
  const group = await groupById(work.db, access.group_id ?? '');
  if (!group) return refuse('not_found', 'There is no such group here');
  await work.db
    .insertInto('emergency_owner')
    .values({ access_id: access.id, person_id: person, refused_at: work.now })
    .onConflict((conflict) => conflict.columns(['access_id', 'person_id']).doUpdateSet({ refused_at: work.now }))
    .execute();
  work.emit('emergency.refusal_sent', streams.node(group.home), { access: access.id, group: group.id, person });
  return access;
}

/**
 * An owner at another node says no to what was asked here.
 * @param person local id
 * @returns false when there is nothing that they could refuse (any more)
 */
export async function refusedElsewhere(work: Work, access: EmergencyRow, person: string): Promise<boolean> {
  const standing = await membershipOf(work.db, access.group_id ?? '', person);
  const owner = isMember(standing) && standing?.role === 'owner';
  const who = { person, administrator: false, owner, alike: false };
  if (access.asker_id === null || !canRefuse(access, who)) return false;
  await refuseNow(work, access, person, null);
  return true;
}

function refuseNow(work: Work, access: EmergencyRow, by: string, name: string | null): Promise<EmergencyRow> {
  const change = { ended_at: work.now, decided_by: by, decided_name: name };
  if (access.state === 'open') return put(work, access, { ...change, state: 'ended' }, 'emergency.ended');
  return put(work, access, { ...change, state: 'refused' }, 'emergency.refused');
}

/** Whoever asked needs it no longer. @throws {Refusal} not_found, forbidden */
export async function endReading(
  work: Work,
  id: string,
  visitor: Pick<Visitor, 'person' | 'administrator'>,
): Promise<EmergencyRow> {
  const { access } = await seeAccess(work.db, id, visitor);
  if (!canEnd(access, visitor.person.id)) refuse('forbidden', 'Only whoever asked ends it');
  return put(work, access, { state: 'ended', ended_at: work.now }, 'emergency.ended');
}

/** Ends all that was asked on this node, and tells those who were told that it is open. */
export async function endAll(work: Work): Promise<void> {
  const rows = await work.db
    .selectFrom('emergency_access')
    .selectAll()
    .where('asker_id', 'is not', null)
    .where('state', 'in', ['asked', 'open'])
    .execute();
  for (const access of rows) await put(work, access, { state: 'ended', ended_at: work.now }, 'emergency.ended');
}

async function put(
  work: Work,
  access: EmergencyRow,
  change: Partial<EmergencyRow>,
  event: 'emergency.opened' | 'emergency.refused' | 'emergency.ended',
): Promise<EmergencyRow> {
  const changed = await work.db
    .updateTable('emergency_access')
    .set(change)
    .where('id', '=', access.id)
    .where('state', '=', access.state)
    .executeTakeFirst();
  // An owner said no at the same moment, or somebody else yes: the first word holds.
  if (changed.numUpdatedRows === 0n) refuse('conflict', 'This has been decided');
  const group = access.group_id === null ? undefined : await groupById(work.db, access.group_id);
  // Members are told of what was read, or could be; what never began concerns its owners.
  const isTold = group?.local === 1 && event !== 'emergency.refused' && (change.opened_at ?? access.opened_at) !== null;
  work.emit(event, isTold ? streamOf(group) : streams.local, { access: access.id, group: access.group_id });
  if (!isTold) await tellOwnersElsewhere(work, access);
  return { ...access, ...change };
}

/** The notice has passed without a word. Where it reached nobody, whoever could say no is told anew and has as long again: after a restore the owners may still wait to be let in. */
export async function openAfterNotice(context: Context, data: JsonObject): Promise<void> {
  await transact(context, { kind: 'system', what: 'emergency access' }, async (work) => {
    const access = await accessById(work.db, String(data.id));
    if (access?.state !== 'asked' || access.notice_until > work.now) return;
    if (await reachesSomebody(work, access)) return void (await open(work, access, null));
    const notice_until = after(work.now, noticeHours);
    await work.db.updateTable('emergency_access').set({ notice_until }).where('id', '=', access.id).execute();
    await enqueueJob(work, openJob, { id: access.id }, { key: `${access.id} ${notice_until}`, runAt: notice_until });
    work.emit('emergency.asked', streams.local, { access: access.id, group: access.group_id });
    await tellOwnersElsewhere(work, access);
  });
}

/**
 * Whether an owner of the group or another administrator can sign in here, and so can say no. Never while a restore keeps the group shut: nothing of it is read then, and its
 * owners are not known.
 */
async function reachesSomebody(work: Work, access: EmergencyRow): Promise<boolean> {
  const group = access.group_id === null ? undefined : await groupById(work.db, access.group_id);
  if (group && isShut(group)) return false;
  const owners = work.db
    .selectFrom('group_member')
    .select('person_id')
    .where('group_id', '=', access.group_id ?? '')
    .where('state', '=', 'member')
    .where('role', '=', 'owner');
  const found = await work.db
    .selectFrom('account')
    .select('id')
    .where('disabled_at', 'is', null)
    .where('person_id', '<>', access.asker_id ?? '')
    .where((eb) => eb.or([eb('administrator', '=', 1), eb('person_id', 'in', owners)]))
    .executeTakeFirst();
  return found !== undefined;
}

/** The day is over. */
export async function closeInTime(context: Context, data: JsonObject): Promise<void> {
  await transact(context, { kind: 'system', what: 'emergency access' }, async (work) => {
    const access = await accessById(work.db, String(data.id));
    if (access?.state === 'open' && (access.ends_at ?? '') <= work.now)
      await put(work, access, { state: 'ended', ended_at: access.ends_at }, 'emergency.ended');
  });
}

/**
 * A page is about to be read: written down first, so that nothing is read that nobody learns of.
 * @throws {Refusal} not_found when it is not open for this visitor, or there is no such group
 */
export async function beginPage(
  work: Work,
  id: string,
  visitor: Pick<Visitor, 'person' | 'administrator'>,
  page: Pick<EmergencyPageRow, 'what' | 'subject_id'>,
): Promise<{ access: EmergencyRow; group: GroupRow }> {
  const access = isId(id) ? await accessById(work.db, id) : undefined;
  const who = { person: visitor.person.id, administrator: visitor.administrator };
  if (!access || !canRead(access, who, work.now)) return refuse('not_found', 'There is nothing at this address');
  const group = access.group_id === null ? undefined : await groupById(work.db, access.group_id);
  if (!group || !canOpen(group)) return refuse('not_found', 'There is no closed group at this address');
  const row = { id: newId(), access_id: id, at: work.now, ...page };
  await work.db.insertInto('emergency_page').values(row).execute();
  work.emit('emergency.read', streams.local, { access: id, page: row.id });
  return { access, group };
}

/** Whether somebody who began to read may read on. A long file takes longer than it takes to end it. */
export async function readsOn(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  id: string,
  person: string,
): Promise<boolean> {
  const now = clock.now().toISOString();
  const [access, account] = [await accessById(db.reader, id), await accountOfPerson(db.reader, person)];
  if (!access || !account || !isUsable(account, now)) return false;
  if (!canRead(access, { person, administrator: account.administrator === 1 }, now)) return false;
  const group = await groupById(db.reader, access.group_id ?? '');
  return group !== undefined && canOpen(group);
}

/** Nothing but a closed group is ever opened, and none that has ended. */
const canOpen = (group: GroupRow): boolean =>
  group.reading === 'members' && group.kind === 'group' && group.deleted_at === null && !isShut(group);
