import {
  type ActivityDocument,
  type Introductions,
  type Outgoing,
  ownEpoch,
  streams,
  subscribers,
  type Work,
} from '@joinery/core';
import { partnerByOrigin } from '../store.ts';
import { type IntroducedNode, introducedDocument } from './list.ts';
import { introductionRow, nodesIn, saveIntroduction } from './store.ts';

/** What owners of a group here decide: whether the nodes of its members are introduced to each other. */
export const introductions: Introductions = {
  isOn: async (db, group) => (await introductionRow(db, group))?.is_on === 1,
  set: async (work, group, on) => {
    const known = await introductionRow(work.db, group.uri);
    if ((known?.is_on ?? 0) === (on ? 1 : 0)) return;
    const row = { group_uri: group.uri, group_id: group.id, version: known?.version ?? 0 };
    await saveIntroduction(work, { ...row, epoch: '', nodes: known?.nodes ?? '[]', is_on: on ? 1 : 0 });
    await tellAnew(work, group.id);
  },
};

/**
 * Tells a group's nodes the list again when it is another one than they know: a node came or went, changed its key, or the owners want it otherwise.
 * @param group local id of a closed group here
 */
export async function tellAnew(work: Work, group: string): Promise<void> {
  const row = await work.db.selectFrom('introduction').selectAll().where('group_id', '=', group).executeTakeFirst();
  if (!row) return;
  const nodes = row.is_on === 1 ? await vouchedFor(work, group) : [];
  if (JSON.stringify(nodes) === JSON.stringify(nodesIn(row))) return;
  await saveIntroduction(work, { ...row, version: row.version + 1, nodes: JSON.stringify(nodes) });
  work.emit('partner.introduces', streams.members(group), { group, uri: row.group_uri });
}

/** All groups whose list may have changed with a partner. */
export async function tellAllAnew(work: Work): Promise<void> {
  const rows = await work.db
    .selectFrom('introduction')
    .select('group_id')
    .where('is_on', '=', 1)
    .where('group_id', 'is not', null)
    .execute();
  for (const { group_id } of rows) if (group_id !== null) await tellAnew(work, group_id);
}

/** The nodes that get what happens in the group, with the keys that were pinned for them here. */
async function vouchedFor(work: Work, group: string): Promise<IntroducedNode[]> {
  const nodes: IntroducedNode[] = [];
  for (const origin of (await subscribers(work.db, streams.members(group))).sort()) {
    const partner = await partnerByOrigin(work.db, origin);
    if (partner?.state !== 'allowed' || partner.pinnedKey === null || partner.keyChangedAt !== null) continue;
    nodes.push({ origin, agency: partner.agency, key: partner.pinnedKey });
  }
  return nodes;
}

/** The list as the group tells it, proven by its key like all that it says. */
export async function introducesActivity(
  outgoing: Outgoing,
  data: { group: string; uri: string },
): Promise<ActivityDocument | null> {
  const row = await introductionRow(outgoing.db, data.uri);
  if (!row || !outgoing.joineryPeer) return null;
  return {
    id: outgoing.id,
    type: 'Update',
    actor: data.uri,
    to: [`${data.uri}/followers`],
    object: {
      id: `${data.uri}#introduced`,
      type: 'Collection',
      attributedTo: data.uri,
      'joinery:introduced': introducedDocument(data.uri, {
        version: row.version,
        epoch: await ownEpoch(outgoing.db),
        nodes: nodesIn(row),
      }),
    },
  };
}
