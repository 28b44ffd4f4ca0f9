import {
  type Context,
  enqueueJob,
  type JsonObject,
  type Lease,
  periods,
  type Reader,
  streams,
  type Trust,
  transact,
  type Work,
} from '@joinery/core';
import { heedRevocation } from './access.ts';
import { groupById } from './store.ts';
import type { GroupLeaseRow, GroupRow } from './tables.ts';

const leaseJob = 'groups.lease';
/** Tokens are valid for ten minutes. */
const renewSeconds = 7 * 60;
const retrySeconds = 60;
const day = 86_400_000;

/**
 * Somebody here is a member of a closed group elsewhere: from now on its host confirms every seven minutes that this node may read. Copies are shown as long as it does, for
 * three days more while it does not answer, and are dropped after thirty.
 */
export async function beginLease(work: Work, group: GroupRow): Promise<void> {
  if (group.local === 1 || group.reading !== 'members') return;
  await enqueueJob(work, leaseJob, { group: group.id }, { key: group.id });
}

/** The leases of all groups of a node are asked for now: it says that something has changed between it and this one. */
export async function renewLeases(work: Work, origin: string): Promise<void> {
  const rows = await work.db
    .selectFrom('group_lease')
    .innerJoin('groups', 'groups.id', 'group_lease.group_id')
    .select('groups.id')
    .where('groups.home', '=', origin)
    .execute();
  for (const { id } of rows) await enqueueJob(work, leaseJob, { group: id }, { key: `${id} now ${work.now}` });
}

/** How it stands with a closed group elsewhere. */
export async function leaseOf(db: Reader, group: string): Promise<GroupLeaseRow | undefined> {
  return db.selectFrom('group_lease').selectAll().where('group_id', '=', group).executeTakeFirst();
}

/** One renewal, which plans the next. Of two that were planned the later one goes on. */
async function renew(context: Context, data: JsonObject): Promise<void> {
  const id = String(data.group);
  const [group, known] = [await groupById(context.db.reader, id), await leaseOf(context.db.reader, id)];
  if (!group || (typeof data.at === 'string' && known?.next_at !== data.at)) return;
  const closed = group.reading === 'members' && group.deleted_at === null;
  if (!closed || !(await hasMembersHere(context.db.reader, id))) {
    await context.ports.closedGroups.forget(group.uri);
    await transact(context, { kind: 'system', what: leaseJob }, (work) => end(work, group, closed));
    return;
  }
  const lease = await context.ports.closedGroups.lease(group.uri).catch((): Lease => ({ state: 'away' }));
  await transact(context, { kind: 'system', what: leaseJob }, (work) => note(work, group, lease));
}

/** Nothing has to be confirmed any more: the group opened or ended, or nobody here is in it, and then nothing of it is kept even if its host never says so. */
async function end(work: Work, group: GroupRow, closed: boolean): Promise<void> {
  await work.db.deleteFrom('group_lease').where('group_id', '=', group.id).execute();
  await withhold(work, group, closed);
  if (closed) loseAccess(work, group.id, 0);
}

async function note(work: Work, group: GroupRow, lease: Lease): Promise<void> {
  const known = await leaseOf(work.db, group.id);
  const renewedAt = lease.state === 'held' ? work.now : (known?.renewed_at ?? work.now);
  const age = Date.parse(work.now) - Date.parse(renewedAt);
  const seconds = lease.state === 'held' ? renewSeconds : retrySeconds;
  const next = new Date(Date.parse(work.now) + seconds * 1_000).toISOString();
  const row = {
    state: lease.state,
    renewed_at: renewedAt,
    failed_at: lease.state === 'held' ? null : (known?.failed_at ?? work.now),
    next_at: next,
  };
  await work.db
    .insertInto('group_lease')
    .values({ group_id: group.id, ...row })
    .onConflict((conflict) => conflict.column('group_id').doUpdateSet(row))
    .execute();
  // A host that says no is heeded at once; one that says nothing may only be away.
  const withheld =
    lease.state === 'refused' || age >= periods.leaseReadable.days * day || isLabelUnknown(work.trust, group);
  await withhold(work, group, withheld);
  if (age >= periods.leaseKept.days * day) loseAccess(work, group.id, 0);
  await enqueueJob(work, leaseJob, { group: group.id, at: next }, { key: `${group.id} ${next}`, runAt: next });
}

/** Whether nobody here has said what the label means that the node of a closed group gave it, and the agreement does not cover what counts as the highest. */
function isLabelUnknown(trust: Trust, group: Pick<GroupRow, 'id' | 'home'>): boolean {
  return trust.mayFederate(group.home, 'closed-groups', 'in', group.id).reason === 'classification_unmapped';
}

/**
 * What labels of other agencies mean may be another thing than it was, or a group was given another. One whose label nobody here has given a meaning is hidden, with all that is
 * held of it, and those who decide about partners are asked; given one, it is shown as its node confirms.
 */
export async function weighLabels(context: Context): Promise<void> {
  const rows = await context.db.reader
    .selectFrom('groups')
    .innerJoin('group_lease', 'group_lease.group_id', 'groups.id')
    .select(['groups.id', 'groups.home', 'groups.withheld_at'])
    .where('groups.local', '=', 0)
    .where('groups.reading', '=', 'members')
    .where('groups.deleted_at', 'is', null)
    .execute();
  for (const { id, home, withheld_at } of rows) {
    const unknown = isLabelUnknown(context.ports.trust, { id, home });
    if (unknown === (withheld_at !== null)) continue;
    await transact(context, { kind: 'system', what: leaseJob }, async (work) => {
      const group = await groupById(work.db, id);
      if (!group) return;
      if (!unknown) return enqueueJob(work, leaseJob, { group: id }, { key: `${id} now ${work.now}` });
      await withhold(work, group, true);
      work.emit('group.label_unknown', streams.local, { group: id, origin: home });
    });
  }
}

async function withhold(work: Work, group: GroupRow, withheld: boolean): Promise<void> {
  await work.db
    .updateTable('groups')
    .set({ withheld_at: withheld ? work.now : null })
    .where('id', '=', group.id)
    .where('withheld_at', withheld ? 'is' : 'is not', null)
    // One that its host calls open stays withheld, whatever else that says.
    .$if(!withheld, (query) => query.where('opened_at', 'is', null))
    .execute();
}

/** Nothing of a closed group elsewhere may be kept here any more. */
function loseAccess(work: Work, group: string, version: number): void {
  work.emit('group.access_lost', streams.local, { group, version });
}

/**
 * The host of a closed group elsewhere takes a node's access. Whatever token it holds counts no more here; when it is this node, its copies go.
 * @param node its origin
 */
export async function heedRevoke(
  work: Work,
  group: GroupRow,
  node: string,
  said: { version: number; epoch: string },
): Promise<boolean> {
  if (!(await heedRevocation(work, group, node, said))) return false;
  if (node === work.home) {
    await withhold(work, group, true);
    loseAccess(work, group.id, said.version);
  }
  return true;
}

async function hasMembersHere(db: Reader, group: string): Promise<boolean> {
  const row = await db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('person.id')
    .where('group_member.group_id', '=', group)
    .where('group_member.state', '=', 'member')
    .where('person.local', '=', 1)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export const leaseJobs = { [leaseJob]: renew };
