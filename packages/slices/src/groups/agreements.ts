import {
  type AfterEffects,
  type Context,
  type Decision,
  enqueueJob,
  streams,
  type Trust,
  transact,
  type Work,
} from '@joinery/core';
import { accessOf, admitNode, nodeFacts, revokeNode } from './access.ts';
import { putOut, withholdFrom } from './conversation-people.ts';
import { renewLeases, weighLabels } from './leases.ts';
import { forgetRequestsOf, tellAllTo } from './requests/elsewhere.ts';
import { groupById } from './store.ts';
import type { GroupRow } from './tables.ts';

const weighJob = 'groups.agreements';

/** The agreement with a node ended: it may not read the closed groups of this node any more, and the nodes of their other members are told. */
async function revokeAll(work: Work, origin: string): Promise<void> {
  for (const { group_id } of await accesses(work, origin)) {
    const group = await groupById(work.db, group_id);
    if (group) await takeAccess(work, group, origin);
  }
}

async function takeAccess(work: Work, group: GroupRow, origin: string): Promise<void> {
  await revokeNode(work, group, origin);
  // Nobody runs a conversation who could say whether they are to come back.
  if (group.kind === 'conversation') await putOut(work, group, origin);
}

/** An agreement came into force again: whose people are still members reads again. */
async function admitAgain(work: Work, origin: string): Promise<void> {
  for (const { group_id } of await accesses(work, origin)) {
    const group = await groupById(work.db, group_id);
    if (group) await admit(work, group, origin);
  }
}

/** From where a node read before, it reads again: what it lost was an agreement, not a membership. */
async function admit(work: Work, group: GroupRow, origin: string): Promise<void> {
  const access = await accessOf(work.db, group.id, origin);
  if (group.deleted_at !== null || !access || access.revoked_at === null) return;
  if ((await nodeFacts(work.db, group.id, origin)).people !== 'member') return;
  await admitNode(work, group, origin, access.reads_from);
  await tellAllTo(work, group, origin);
  work.emit('group.admitted', streams.local, { group: group.id, node: origin });
}

/** What a node is granted in closed groups of this node. @param origin of the node; all when null */
async function accesses(work: Pick<Work, 'db'>, origin: string | null) {
  return work.db
    .selectFrom('group_access')
    .innerJoin('groups', 'groups.id', 'group_access.group_id')
    .select(['group_access.group_id', 'group_access.origin', 'group_access.revoked_at'])
    .where('groups.local', '=', 1)
    .where('groups.reading', '=', 'members')
    .$if(origin !== null, (query) => query.where('group_access.origin', '=', origin ?? ''))
    .execute();
}

/** What stands for nothing that was decided about a node: whoever read before reads again once it is mended. */
const passing: Decision['reason'][] = ['list_unreadable', 'quarantine', 'key_changed'];

/** Whether what was granted is another than what the agreement covers now. */
function isChanged(trust: Trust, row: { group_id: string; origin: string; revoked_at: string | null }): boolean {
  const { allowed, reason } = trust.mayFederate(row.origin, 'closed-groups', 'out', row.group_id);
  return allowed ? row.revoked_at !== null : row.revoked_at === null && !passing.includes(reason);
}

/**
 * What agreements cover may be another than it was: narrowed or widened, begun or ended, or a group was given another label. A node whose agreement covers a group no more
 * loses its access, as if it were suspended for that group alone; covered again it reads again, while somebody there is a member.
 */
async function weigh(context: Context): Promise<void> {
  await context.ports.trust.refresh?.();
  await weighLabels(context);
  const { trust } = context.ports;
  const rows = await accesses({ db: context.db.reader as Work['db'] }, null);
  for (const row of rows.filter((row) => isChanged(trust, row))) {
    const { group_id, origin, revoked_at } = row;
    await transact(context, { kind: 'system', what: weighJob }, async (work) => {
      const group = await groupById(work.db, group_id);
      // Asked again: what was decided while others were weighed counts.
      if (!isChanged(work.trust, row)) return;
      if (group && revoked_at === null) await takeAccess(work, group, origin);
      else if (group) await admit(work, group, origin);
    });
  }
}

/** Weighed in a job: only outside this change can the list be read that it leaves behind. */
const weighSoon = (work: Work, event: { id: string }): Promise<void> =>
  enqueueJob(work, weighJob, {}, { key: event.id });

export const agreementEffects = {
  'partner.revoked': (work, { data }) => revokeAll(work, data.origin),
  'partner.offered': (work, { data }) => admitAgain(work, data.origin),
  'partner.withdrawn': async (work, { data }) => {
    await withholdFrom(work, data.origin);
    await forgetRequestsOf(work, data.origin);
    await renewLeases(work, data.origin);
  },
  'partner.changed': weighSoon,
  'partner.ended': weighSoon,
  'group.updated': weighSoon,
  // Who got an agreement back while a restore kept the group shut was a member to nobody then.
  'group.members_confirmed': weighSoon,
} satisfies AfterEffects;

export const agreementJobs = { [weighJob]: weigh };
