import {
  type Context,
  enqueueJob,
  fewAtATime,
  inRounds,
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
/** Of hosts that do not answer: a kind of its own, so that they never stand before those that do. */
const lateLeaseJob = 'groups.lease_again';
/** Tokens are valid for ten minutes. */
const renewSeconds = 7 * 60;
/** Those of one host that are due within so long are renewed together. */
const togetherSeconds = 60;
const firstRetrySeconds = 60;
const longestRetrySeconds = 300;
const day = 86_400_000;
/** Groups of one host in one unit of work, and those that it is asked about at once. */
const portion = 50;
const askedAtOnce = 4;
/** After so many requests in a row that came to nothing a host is asked no more in this round. */
const mostInVain = 4;

/**
 * Somebody here is a member of a closed group elsewhere: from now on its host confirms every seven minutes that this node may read. Copies are shown as long as it does, for
 * three days more while it does not answer, and are dropped after thirty.
 */
export async function beginLease(work: Work, group: GroupRow): Promise<void> {
  if (group.local === 1 || group.reading !== 'members') return;
  const known = await leaseOf(work.db, group.id);
  // Confirmed for those who were in it already: it holds for whoever comes.
  const holds = known?.state === 'held' && known.next_at > work.now && group.withheld_at === null;
  if (holds && (await membersHere(work.db, group.id, 2)) === 2) return;
  const row = { state: known?.state ?? 'away', failed_at: known?.failed_at ?? null, next_at: work.now };
  await work.db
    .insertInto('group_lease')
    .values({ group_id: group.id, renewed_at: work.now, ...row })
    .onConflict((conflict) => conflict.column('group_id').doUpdateSet(row))
    .execute();
  await plan(work, group.home, work.now);
}

/** The leases of all groups of a node are asked for now: it says that something has changed between it and this one. */
export function renewLeases(work: Work, origin: string): Promise<void> {
  return askNow(work, origin, ['held', 'refused', 'away']);
}

/** A node has shown that it lives: what it did not confirm is asked for now, not when its turn comes. */
export function retryLeases(work: Work, origin: string): Promise<void> {
  return askNow(work, origin, ['away']);
}

async function askNow(work: Work, origin: string, states: GroupLeaseRow['state'][]): Promise<void> {
  const changed = await work.db
    .updateTable('group_lease')
    .set({ next_at: work.now })
    .where('group_id', 'in', (eb) => eb.selectFrom('groups').select('groups.id').where('groups.home', '=', origin))
    .where('state', 'in', states)
    .where('next_at', '>', work.now)
    .executeTakeFirst();
  if (changed.numUpdatedRows > 0n) await plan(work, origin, work.now);
}

/** @param late the host did not answer the last time */
async function plan(work: Work, origin: string, at: string, late = false): Promise<void> {
  await enqueueJob(work, late ? lateLeaseJob : leaseJob, { origin }, { key: `${origin} ${at}`, runAt: at });
}

/** How it stands with a closed group elsewhere. */
export async function leaseOf(db: Reader, group: string): Promise<GroupLeaseRow | undefined> {
  return db.selectFrom('group_lease').selectAll().where('group_id', '=', group).executeTakeFirst();
}

/** Renews what is due of the groups of one host, and plans its next round. */
const renewAll = inRounds(async (context, origin) => {
  const { reader } = context.db;
  let inVain = 0;
  for (;;) {
    const due = await dueOf(reader, origin, context.clock.now());
    if (due.length === 0) break;
    const answers = new Map<string, Lease>();
    const over = new Set<string>();
    await fewAtATime(due, askedAtOnce, async (group) => {
      if (!(await isRead(reader, group))) {
        over.add(group.id);
        await context.ports.closedGroups.forget(group.uri);
        return;
      }
      // It answers none of them: the others are not asked just now, and wait as these do.
      const lease: Lease =
        inVain >= mostInVain
          ? { state: 'away' }
          : await context.ports.closedGroups.lease(group.uri).catch((): Lease => ({ state: 'away' }));
      inVain = lease.state === 'away' ? inVain + 1 : 0;
      answers.set(group.id, lease);
    });
    await transact(context, { kind: 'system', what: leaseJob }, async (work) => {
      for (const { id } of due) {
        const group = await groupById(work.db, id);
        const lease = answers.get(id);
        if (group && lease) await note(work, group, lease);
        // Whoever came meanwhile has it asked for anew.
        else if (group && over.has(id) && !(await isRead(work.db, group))) await end(work, group);
      }
    });
  }
  const next = await nextOf(reader, origin);
  if (next)
    await transact(context, { kind: 'system', what: leaseJob }, (work) =>
      plan(work, origin, next.next_at, next.state === 'away'),
    );
});

/** The ones that wait longest first. */
async function dueOf(db: Reader, origin: string, now: Date): Promise<GroupRow[]> {
  const soon = new Date(now.getTime() + togetherSeconds * 1_000).toISOString();
  return db
    .selectFrom('group_lease')
    .innerJoin('groups', 'groups.id', 'group_lease.group_id')
    .selectAll('groups')
    .where('groups.home', '=', origin)
    .where((eb) =>
      eb.or([
        eb('group_lease.next_at', '<=', now.toISOString()),
        eb('group_lease.state', '=', 'held').and('group_lease.next_at', '<=', soon),
      ]),
    )
    .orderBy('group_lease.next_at')
    .limit(portion)
    .execute();
}

function nextOf(db: Reader, origin: string): Promise<Pick<GroupLeaseRow, 'next_at' | 'state'> | undefined> {
  return db
    .selectFrom('group_lease')
    .innerJoin('groups', 'groups.id', 'group_lease.group_id')
    .select(['group_lease.next_at', 'group_lease.state'])
    .where('groups.home', '=', origin)
    .orderBy('group_lease.next_at')
    .limit(1)
    .executeTakeFirst();
}

async function isRead(db: Reader, group: GroupRow): Promise<boolean> {
  return group.reading === 'members' && group.deleted_at === null && (await membersHere(db, group.id, 1)) === 1;
}

/** Nothing has to be confirmed any more: the group opened or ended, or nobody here is in it, and then nothing of it is kept even if its host never says so. */
async function end(work: Work, group: GroupRow): Promise<void> {
  const closed = group.reading === 'members' && group.deleted_at === null;
  await work.db.deleteFrom('group_lease').where('group_id', '=', group.id).execute();
  await withhold(work, group, closed);
  if (closed) loseAccess(work, group.id, 0);
}

async function note(work: Work, group: GroupRow, lease: Lease): Promise<void> {
  const known = await leaseOf(work.db, group.id);
  const renewedAt = lease.state === 'held' ? work.now : (known?.renewed_at ?? work.now);
  const age = Date.parse(work.now) - Date.parse(renewedAt);
  const failedAt = lease.state === 'held' ? null : (known?.failed_at ?? work.now);
  const isLost = age >= periods.leaseKept.days * day;
  const row = {
    state: lease.state,
    renewed_at: renewedAt,
    failed_at: failedAt,
    lost_at: isLost ? (known?.lost_at ?? work.now) : null,
    next_at: new Date(Date.parse(work.now) + waitSeconds(work.now, failedAt) * 1_000).toISOString(),
  };
  await work.db
    .insertInto('group_lease')
    .values({ group_id: group.id, ...row })
    .onConflict((conflict) => conflict.column('group_id').doUpdateSet(row))
    .execute();
  // A host that says no is heeded at once; one that says nothing may only be away.
  const withheld = lease.state === 'refused' || age >= periods.leaseReadable.days * day;
  await weighLabel(work, group, hidingReason(work.trust, group), withheld);
  // Once, since all that was deleted leaves the files of the database then; and again when a host that was away says no, which may not have heard of it.
  const isTold = known?.lost_at != null && (lease.state !== 'refused' || known.state === 'refused');
  if (isLost && !isTold) loseAccess(work, group.id, 0);
}

/** A quarter of the time that it has failed already: a short absence is noticed soon, and a long one is not asked about all the time. */
function waitSeconds(now: string, failedAt: string | null): number {
  if (failedAt === null) return renewSeconds;
  const age = (Date.parse(now) - Date.parse(failedAt)) / 1_000;
  return Math.min(longestRetrySeconds, Math.max(firstRetrySeconds, age / 4));
}

type Hiding = 'unknown' | 'too_high';

/**
 * Why the label that the node of a closed group gave it keeps it from being shown here: nobody here has said what it means, and the agreement does not cover what counts as the highest; or it means
 * more here than the agreement covers. The group's node measures by its own labels and may know neither.
 */
function hidingReason(trust: Trust, group: Pick<GroupRow, 'id' | 'home'>): Hiding | null {
  const { reason } = trust.mayFederate(group.home, 'closed-groups', 'in', group.id);
  if (reason === 'classification_unmapped') return 'unknown';
  return reason === 'classification_too_high' ? 'too_high' : null;
}

/**
 * What labels of other agencies mean may be another thing than it was, or a group was given another. One whose label nobody here has given a meaning is hidden, with all that is
 * held of it, and those who decide about partners are asked; given one that the agreement covers, it is shown as its node confirms.
 */
export async function weighLabels(context: Context): Promise<void> {
  const rows = await context.db.reader
    .selectFrom('groups')
    .innerJoin('group_lease', 'group_lease.group_id', 'groups.id')
    .select(['groups.id', 'groups.home', 'groups.withheld_at', 'group_lease.label_asked_at'])
    .where('groups.local', '=', 0)
    .where('groups.reading', '=', 'members')
    .where('groups.deleted_at', 'is', null)
    .execute();
  for (const { id, home, withheld_at, label_asked_at } of rows) {
    const hiding = hidingReason(context.ports.trust, { id, home });
    if ((hiding !== null) === (withheld_at !== null) && (hiding === 'unknown') === (label_asked_at !== null)) continue;
    await transact(context, { kind: 'system', what: leaseJob }, async (work) => {
      const group = await groupById(work.db, id);
      if (!group) return;
      const withheld = group.withheld_at !== null;
      await weighLabel(work, group, hiding, withheld);
      if (hiding !== null || !withheld) return;
      await work.db.updateTable('group_lease').set({ next_at: work.now }).where('group_id', '=', id).execute();
      await plan(work, home, work.now);
    });
  }
}

/**
 * Whichever notices first, what is weighed or a lease that is renewed, and whatever else hides the group: where nobody has said what the label means, those who decide are asked. Once, until it
 * means something again.
 * @param withheld whether it is hidden for another reason
 */
async function weighLabel(work: Work, group: GroupRow, hiding: Hiding | null, withheld: boolean): Promise<void> {
  await withhold(work, group, withheld || hiding !== null);
  const unknown = hiding === 'unknown';
  const changed = await work.db
    .updateTable('group_lease')
    .set({ label_asked_at: unknown ? work.now : null })
    .where('group_id', '=', group.id)
    .where('label_asked_at', unknown ? 'is' : 'is not', null)
    .executeTakeFirst();
  if (unknown && changed.numUpdatedRows > 0n)
    work.emit('group.label_unknown', streams.local, { group: group.id, origin: group.home });
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
 * @param said.remains it reads on, with another token
 */
export async function heedRevoke(
  work: Work,
  group: GroupRow,
  node: string,
  { remains, ...said }: { version: number; epoch: string; remains: boolean },
): Promise<boolean> {
  if (!(await heedRevocation(work, group, node, said, remains))) return false;
  const about = { group: group.id, version: said.version };
  if (node === work.home && remains) work.emit('group.narrowed', streams.local, about);
  else if (node === work.home) {
    await withhold(work, group, true);
    loseAccess(work, group.id, said.version);
    // An agreement that covers it again says so to nobody: the host is asked, as after any refusal.
    const soon = new Date(Date.parse(work.now) + firstRetrySeconds * 1_000).toISOString();
    await work.db.updateTable('group_lease').set({ next_at: soon }).where('group_id', '=', group.id).execute();
    await plan(work, group.home, soon);
  }
  return true;
}

/** How many people of this node are members, counted up to a number. */
async function membersHere(db: Reader, group: string, most: number): Promise<number> {
  const rows = await db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('person.id')
    .where('group_member.group_id', '=', group)
    .where('group_member.state', '=', 'member')
    .where('person.local', '=', 1)
    .limit(most)
    .execute();
  return rows.length;
}

/** @param data of jobs planned by an earlier version: the group alone */
async function renew(context: Context, data: JsonObject): Promise<void> {
  const group = data.origin === undefined ? await groupById(context.db.reader, String(data.group)) : undefined;
  const origin = group?.home ?? data.origin;
  if (typeof origin === 'string') await renewAll(context, origin);
}

export const leaseJobs = { [leaseJob]: renew, [lateLeaseJob]: renew };
