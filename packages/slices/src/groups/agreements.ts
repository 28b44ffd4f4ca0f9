import type { AfterEffects, Work } from '@joinery/core';
import { accessOf, admitNode, nodeFacts, revokeNode } from './access.ts';
import { putOut, withholdFrom } from './conversation-people.ts';
import { tellAllTo } from './requests/elsewhere.ts';
import { groupById } from './store.ts';

/** The agreement with a node ended: it may not read the closed groups of this node any more, and the nodes of their other members are told. */
async function revokeAll(work: Work, origin: string): Promise<void> {
  for (const id of await groupsWith(work, origin)) {
    const group = await groupById(work.db, id);
    if (!group) continue;
    await revokeNode(work, group, origin);
    // Nobody runs a conversation who could say whether they are to come back.
    if (group.kind === 'conversation') await putOut(work, group, origin);
  }
}

/** An agreement came into force again: whose people are still members reads again. */
async function admitAgain(work: Work, origin: string): Promise<void> {
  for (const id of await groupsWith(work, origin)) {
    const [group, access] = [await groupById(work.db, id), await accessOf(work.db, id, origin)];
    if (!group || group.deleted_at !== null || access?.revoked_at === null) continue;
    if ((await nodeFacts(work.db, id, origin)).people === 'member') {
      await admitNode(work, group, origin);
      await tellAllTo(work, group, origin);
    }
  }
}

async function groupsWith(work: Work, origin: string): Promise<string[]> {
  const rows = await work.db
    .selectFrom('group_access')
    .innerJoin('groups', 'groups.id', 'group_access.group_id')
    .select('groups.id')
    .where('group_access.origin', '=', origin)
    .where('groups.local', '=', 1)
    .where('groups.reading', '=', 'members')
    .execute();
  return rows.map(({ id }) => id);
}

export const agreementEffects: AfterEffects = {
  'partner.revoked': (work, { data }) => revokeAll(work, data.origin),
  'partner.withdrawn': (work, { data }) => withholdFrom(work, data.origin),
  'partner.offered': (work, { data }) => admitAgain(work, data.origin),
};
