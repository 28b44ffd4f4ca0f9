import { type ActorKeys, claimHandle, newId, refuse, saveActorKeys, streams, type Work } from '@joinery/core';
import { cleanName, isGuest, personById, sortName } from '../people/index.ts';
import { collectionUris, streamOf } from './addresses.ts';
import { forgetJoining, forgetWithheld } from './joining.ts';
import { canManage } from './policy.ts';
import { changeStanding } from './standing.ts';
import { holdGroup, membershipOf } from './store.ts';
import type { Asking, GroupRow, History, Inviting, Joining, Keeping, Reading } from './tables.ts';
import { readings } from './tables.ts';
import { noteChanges } from './terms/terms.ts';

/** What a new group of this node is made of. Checked before (`input.ts`). */
export type NewGroup = {
  name: string;
  handle: string;
  /** Person of this node who becomes its owner. */
  owner: string;
  summary?: string | undefined;
  reading?: Reading | undefined;
  joining?: Joining | undefined;
  listed?: boolean | undefined;
  /** From `createActorKeys()`, made before the unit of work. */
  keys: ActorKeys;
};

/**
 * Makes a group on this node.
 * @throws {Refusal} invalid, handle_taken, not_found (the owner)
 */
export async function createGroup(work: Work, input: NewGroup): Promise<GroupRow> {
  const name = cleanName(input.name);
  if (name === '') refuse('invalid', 'A group needs a name', [{ field: 'name', code: 'required' }]);
  const owner = await personById(work.db, input.owner);
  if (owner?.local !== 1 || owner.deleted_at !== null || owner.disabled_at !== null)
    refuse('not_found', 'The owner must be a person of this node');
  if (isGuest(owner)) refuse('forbidden', 'Guests make no groups');
  const id = newId();
  await claimHandle(work, input.handle, 'group', id);
  const group = rowOf(work, {
    id,
    kind: 'group',
    handle: input.handle,
    name,
    summary: (input.summary ?? '').trim(),
    reading: input.reading ?? 'partners',
    joining: input.joining ?? 'open',
    listed: input.listed === false ? 0 : 1,
  });
  await work.db.insertInto('groups').values(group).execute();
  await saveActorKeys(work, group.uri, input.keys);
  await changeStanding(
    work,
    { group, person: owner, standing: undefined },
    { state: 'member', role: 'owner', following: 1, joined_at: work.now },
  );
  work.emit('group.created', streams.local, { group: id });
  return { ...group, member_count: 1 };
}

/** The row of a new group of this node: nobody and nothing is in it yet. */
export function rowOf(
  work: Pick<Work, 'home' | 'now'>,
  input: Pick<GroupRow, 'id' | 'kind' | 'handle' | 'name' | 'summary' | 'reading' | 'joining' | 'listed'>,
): GroupRow {
  const uri = `${work.home}/groups/${input.id}`;
  const addresses = collectionUris(uri);
  return {
    ...input,
    uri,
    home: work.home,
    sort_name: sortName(input.name),
    history: 'all',
    inviting: 'facilitators',
    asking: 'partners',
    keeping: 'leased',
    record_copy: 0,
    narrows: 1,
    local: 1,
    joins_by: 'Join',
    agency: null,
    inbox: null,
    shared_inbox: null,
    outbox_uri: addresses.outbox,
    followers_uri: addresses.followers,
    moderators_uri: addresses.moderators,
    featured_uri: addresses.featured,
    lead_id: null,
    member_count: 0,
    post_count: 0,
    last_post_at: null,
    summarised_at: null,
    created_at: work.now,
    updated_at: work.now,
    withheld_at: null,
    opened_at: null,
    shut_at: null,
    archived_at: null,
    deleted_at: null,
    fetched_at: null,
  };
}

/** What its owners can change; a missing member stays as it is. */
export type GroupChange = {
  name?: string | undefined;
  summary?: string | undefined;
  reading?: Reading | undefined;
  joining?: Joining | undefined;
  listed?: boolean | undefined;
  archived?: boolean | undefined;
  history?: History | undefined;
  inviting?: Inviting | undefined;
  asking?: Asking | undefined;
  keeping?: Keeping | undefined;
  /** Nodes of the agencies whose people may ask, in place of those named before. */
  agencies?: readonly string[] | undefined;
  recordCopy?: boolean | undefined;
};

/** @throws {Refusal} not_found, forbidden */
async function managed(work: Work, id: string, by: string | null): Promise<GroupRow> {
  const group = await holdGroup(work, id);
  if (!group || group.deleted_at !== null) refuse('not_found', 'There is no such group here');
  if (group.local !== 1) refuse('forbidden', 'A group is changed on the node that it lives on');
  if (by === null) return group;
  const actor = await membershipOf(work.db, id, by);
  if (!canManage(group, actor)) refuse('forbidden', 'Only owners change the group');
  return group;
}

/**
 * Changes a group of this node. An archived one stays readable and takes no posts or members.
 * @param by the owner; null for the command line
 * @throws {Refusal} not_found, forbidden, invalid; conflict when a group that other nodes know would be closed or opened
 */
export async function updateGroup(work: Work, id: string, by: string | null, change: GroupChange): Promise<GroupRow> {
  const group = await managed(work, id, by);
  if (change.joining !== undefined && change.joining !== group.joining) await forgetJoining(work, id);
  return applyChange(work, group, by, change);
}

async function applyChange(work: Work, group: GroupRow, by: string | null, change: GroupChange): Promise<GroupRow> {
  const { id } = group;
  const name = change.name === undefined ? group.name : cleanName(change.name);
  if (name === '') refuse('invalid', 'A group needs a name', [{ field: 'name', code: 'required' }]);
  const reading = change.reading ?? group.reading;
  // Closing cannot call back what other nodes hold, and they would go on showing it; opening would show what people there wrote for members alone.
  if ((reading === 'members') !== (group.reading === 'members') && (await isKnownElsewhere(work, id)))
    refuse(
      'conflict',
      'People of other nodes take part: a group that is known elsewhere can be neither closed nor opened',
    );
  const next = {
    name,
    sort_name: sortName(name),
    summary: change.summary === undefined ? group.summary : change.summary.trim(),
    reading,
    joining: change.joining ?? group.joining,
    listed: change.listed === undefined ? group.listed : change.listed ? 1 : 0,
    history: change.history ?? group.history,
    inviting: change.inviting ?? group.inviting,
    asking: change.asking ?? group.asking,
    keeping: change.keeping ?? group.keeping,
    record_copy: change.recordCopy === undefined ? group.record_copy : change.recordCopy ? 1 : 0,
    archived_at:
      change.archived === undefined ? group.archived_at : change.archived ? (group.archived_at ?? work.now) : null,
  };
  const noted = await noteChanges(work, group, next, change, by);
  if (!noted && (Object.keys(next) as (keyof typeof next)[]).every((key) => next[key] === group[key])) return group;
  await work.db
    .updateTable('groups')
    .set({ ...next, updated_at: work.now })
    .where('id', '=', id)
    .execute();
  const changed = { ...group, ...next, updated_at: work.now };
  work.emit('group.updated', streamOf(changed), { group: id });
  return changed;
}

/**
 * Whoever opens a group after a restore finds that fewer people were to read it. @param by who does; null for the command line
 * @throws {Refusal} invalid when more would read it; conflict as `updateGroup`
 */
export async function narrowReading(work: Work, id: string, by: string | null, reading: Reading): Promise<void> {
  const group = await managed(work, id, null);
  if (readings.indexOf(reading) < readings.indexOf(group.reading))
    refuse('invalid', 'A restore opens a group to nobody else', [{ field: 'reading', code: 'bad_choice' }]);
  await applyChange(work, group, by, { reading });
}

async function isKnownElsewhere(work: Work, id: string): Promise<boolean> {
  const row = await work.db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('person.id')
    .where('group_member.group_id', '=', id)
    .where('person.local', '=', 0)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends a group of this node for good: nobody reads or writes in it any more; a tombstone stays. @throws {Refusal} not_found, forbidden */
export async function deleteGroup(work: Work, id: string, by: string | null): Promise<void> {
  const group = await managed(work, id, by);
  await endGroup(work, id);
  work.emit('group.deleted', streamOf(group), { group: id });
}

/** Another node says that its group is gone. What is here stays readable; of a closed one that is what people of this node wrote. */
export async function groupGoneElsewhere(work: Work, group: GroupRow): Promise<void> {
  await endGroup(work, group.id);
  if (group.reading === 'members') work.emit('group.access_lost', streams.local, { group: group.id, version: 0 });
  work.emit('group.deleted', streams.local, { group: group.id });
}

/** From now on it is there for nobody; other nodes are told by whoever calls. */
export async function endGroup(work: Work, id: string): Promise<void> {
  await work.db
    .updateTable('groups')
    .set({ deleted_at: work.now, updated_at: work.now, listed: 0 })
    .where('id', '=', id)
    .execute();
  await forgetWithheld(work, id);
}
