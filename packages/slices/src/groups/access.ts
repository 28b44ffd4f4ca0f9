import {
  endSubscription,
  ownEpoch,
  periods,
  prepareQuery,
  type Reader,
  streams,
  subscribe,
  subscribers,
  type Work,
} from '@joinery/core';
import { streamOf } from './addresses.ts';
import { isShut } from './policy.ts';
import type { GroupAccessRow, GroupRow } from './tables.ts';
import { countLoss } from './turns.ts';

/** What a closed group of this node is to another node: whether anybody there takes part or is invited, and whether people there may ask to. */
export type NodeFacts = { people: 'member' | 'invited' | 'none'; mayAsk: boolean };

/**
 * Reads what a group is to a node. The same statements for every id, whether there is such a group or not.
 * @param origin of the other node
 */
export async function nodeFacts(db: Reader, group: string, origin: string): Promise<NodeFacts> {
  const states = (await statesAt(db, { group, origin })).map(({ state }) => state);
  const [asking] = await askingAt(db, { group, origin });
  const named = asking?.asking === 'agencies' && asking.origin !== null;
  return {
    people: states.includes('member') ? 'member' : states.includes('invited') ? 'invited' : 'none',
    mayAsk: asking?.asking === 'partners' || named,
  };
}

/**
 * Whether anybody at a node takes part in a closed group of ours, for what that node sends. While a restore keeps the group shut, who was a member as of the backup counts: what
 * they write is kept with it, and refused it would be lost.
 */
export async function hasMembersAt(db: Reader, group: Pick<GroupRow, 'id' | 'shut_at'>, origin: string) {
  const states = (await statesAt(db, { group: group.id, origin })).map(({ state }) => state);
  return states.includes('member') || (isShut(group) && states.includes('unconfirmed'));
}

type At = { group: string; origin: string };

const statesAt = prepareQuery((db, { group, origin }: At) =>
  db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('group_member.state')
    .distinct()
    .where('group_member.group_id', '=', group)
    .where('person.home', '=', origin)
    .where('group_member.state', 'in', ['member', 'invited', 'unconfirmed']),
);

const askingAt = prepareQuery((db, { group, origin }: At) =>
  db
    .selectFrom('groups')
    .leftJoin('group_asking', (join) =>
      join.onRef('group_asking.group_id', '=', 'groups.id').on('group_asking.origin', '=', origin),
    )
    .select(['groups.asking', 'group_asking.origin'])
    .where('groups.id', '=', group),
);

/** What is known of a node's access to a closed group. */
export async function accessOf(db: Reader, group: string, origin: string): Promise<GroupAccessRow | undefined> {
  return (await accessAt(db, { group, origin }))[0];
}

const accessAt = prepareQuery((db, { group, origin }: At) =>
  db.selectFrom('group_access').selectAll().where('group_id', '=', group).where('origin', '=', origin),
);

/**
 * The first person of a node is a member of a closed group of ours: its node gets what happens, and may read from where the group lets new members begin.
 * @param before the number from which it read before, when only its agreement was missing meanwhile
 */
export async function admitNode(work: Work, group: GroupRow, origin: string, before?: number): Promise<void> {
  const known = await accessOf(work.db, group.id, origin);
  const from = before ?? (group.history === 'joining' ? (await lastNumber(work.db, group.id)) + 1 : 0);
  const row = {
    version: known?.version ?? 1,
    reads_from: from,
    revoked_at: null,
    receipt_at: null,
    receipt_items: null,
  };
  await work.db
    .insertInto('group_access')
    .values({ group_id: group.id, origin, epoch: '', lease_ends_at: null, ...row })
    .onConflict((conflict) => conflict.columns(['group_id', 'origin']).doUpdateSet(row))
    .execute();
  await subscribe(work, streamOf(group), origin);
}

/**
 * A node may not read a closed group of ours any more: nobody there is a member, or the agreement ended. Its version goes up, so that no token issued before opens
 * anything where this is known; the nodes of the other members are told, and the node itself, which has to drop its copies.
 */
export async function revokeNode(work: Work, group: GroupRow, origin: string): Promise<void> {
  const known = await accessOf(work.db, group.id, origin);
  if (!known || known.revoked_at !== null) return;
  const version = known.version + 1;
  await work.db
    .updateTable('group_access')
    .set({ version, revoked_at: work.now })
    .where('group_id', '=', group.id)
    .where('origin', '=', origin)
    .execute();
  await countLoss(work, group, origin);
  await endSubscription(work, streamOf(group), origin);
  const data = { group: group.id, node: origin, version, epoch: await ownEpoch(work.db) };
  work.emit('group.revoked', streamOf(group), data);
  work.emit('group.revoked', streams.node(origin), data);
}

/**
 * A node may read less of a closed group of ours than its token says, and goes on reading: somebody there runs it no more, or began a thread for a part of it and is a member no more. Its version
 * goes up, and the nodes of the members are told: the others have what they wrote, and the node itself drops what nobody there sees any more.
 */
export async function narrowNode(work: Work, group: GroupRow, origin: string): Promise<void> {
  const known = await accessOf(work.db, group.id, origin);
  if (!known || known.revoked_at !== null) return;
  const version = known.version + 1;
  const row = work.db.updateTable('group_access').set({ version });
  await row.where('group_id', '=', group.id).where('origin', '=', origin).execute();
  await countLoss(work, group, origin);
  const data = { group: group.id, node: origin, version, epoch: await ownEpoch(work.db), remains: true };
  for (const node of await subscribers(work.db, streamOf(group))) work.emit('group.revoked', streams.node(node), data);
}

/** A node was granted what it may read until an instant. */
export async function noteLease(work: Work, group: string, origin: string, endsAt: string): Promise<void> {
  await work.db
    .updateTable('group_access')
    .set({ lease_ends_at: endsAt })
    .where('group_id', '=', group)
    .where('origin', '=', origin)
    .execute();
}

/**
 * The host of a group elsewhere says from which version on a node's tokens count. Versions only rise, within an epoch of the host.
 * @param said.epoch one that counts, or will once the host itself has said that it is in it (`readEpoch`)
 * @param remains whether the node reads on, with another token
 */
export async function heedRevocation(
  work: Work,
  group: GroupRow,
  origin: string,
  said: { version: number; epoch: string },
  remains: boolean,
): Promise<boolean> {
  const known = await accessOf(work.db, group.id, origin);
  if (known && known.epoch === said.epoch && known.version >= said.version) return false;
  const row = { ...said, ...(remains ? {} : { revoked_at: work.now }) };
  await work.db
    .insertInto('group_access')
    .values({
      ...{ group_id: group.id, origin, reads_from: 0, lease_ends_at: null, receipt_at: null, receipt_items: null },
      ...{ revoked_at: null, ...row },
    })
    .onConflict((conflict) => conflict.columns(['group_id', 'origin']).doUpdateSet(row))
    .execute();
  return true;
}

/** For so long a node whose agreement ended is still heard when it says what it dropped. */
const receiptMilliseconds = periods.receiptDoor.days * 86_400_000;
/** A receipt has a few short members; what is longer says something else. */
const mostReceiptCharacters = 8_192;

/**
 * Whether a node without an agreement says too late what it dropped.
 * @param revokedAt when it lost its access to a group; the end of its agreement counts where that is null
 */
export function isTooLate(work: Pick<Work, 'trust' | 'now'>, origin: string, revokedAt: string | null): boolean {
  const { allowed, since } = work.trust.mayFederate(origin, null, 'in');
  const ended = revokedAt ?? since;
  return !allowed && ended !== undefined && Date.parse(work.now) - Date.parse(ended) > receiptMilliseconds;
}

/**
 * A node says that it dropped its copies of what was written here, or in a group of ours. Evidence, not proof.
 * @returns false when it had nothing to drop, or says so too late
 */
export async function noteReceipt(
  work: Work,
  group: GroupRow,
  origin: string,
  { items, text }: { items: number; text: string },
): Promise<boolean> {
  const known = await accessOf(work.db, group.id, origin);
  if (group.local === 1 && known === undefined) return false;
  if (isTooLate(work, origin, known?.revoked_at ?? null) || text.length > mostReceiptCharacters) return false;
  const receipt = { receipt_at: work.now, receipt_items: items };
  // It may have lost nothing but its copies: where a group is read live only, members' nodes read on and keep nothing.
  const fresh = { version: 0, epoch: '', reads_from: 0, revoked_at: null, lease_ends_at: null, ...receipt };
  await work.db
    .insertInto('group_access')
    .values({ group_id: group.id, origin, ...fresh })
    .onConflict((conflict) => conflict.columns(['group_id', 'origin']).doUpdateSet(receipt))
    .execute();
  // The last one is shown, and no other is kept.
  await work.db.deleteFrom('group_receipt').where('group_id', '=', group.id).where('origin', '=', origin).execute();
  await work.db.insertInto('group_receipt').values({ group_id: group.id, origin, at: work.now, items, text }).execute();
  return true;
}

/** What is known of the access of every node to a closed group, by origin, with the last receipt of each as it arrived. */
export async function accessByNode(
  db: Reader,
  group: string,
): Promise<Map<string, GroupAccessRow & { receipt: string | null }>> {
  const rows = await db
    .selectFrom('group_access')
    .leftJoin('group_receipt', (join) =>
      join
        .onRef('group_receipt.group_id', '=', 'group_access.group_id')
        .onRef('group_receipt.origin', '=', 'group_access.origin')
        .onRef('group_receipt.at', '=', 'group_access.receipt_at'),
    )
    .selectAll('group_access')
    .select('group_receipt.text as receipt')
    .where('group_access.group_id', '=', group)
    .execute();
  return new Map(rows.map((row) => [row.origin, row]));
}

/** Nodes that may not read a closed group of ours any more, the last first; at most a hundred. */
export function formerNodes(db: Reader, group: string): Promise<GroupAccessRow[]> {
  return db
    .selectFrom('group_access')
    .selectAll()
    .where('group_id', '=', group)
    .where('revoked_at', 'is not', null)
    .orderBy('revoked_at', 'desc')
    .orderBy('origin')
    .limit(100)
    .execute();
}

/** The number of the newest item of a closed group of ours; 0 before the first. */
export async function lastNumber(db: Reader, group: string): Promise<number> {
  const row = await db.selectFrom('group_number').select('last').where('group_id', '=', group).executeTakeFirst();
  return Math.max(row?.last ?? 0, await firstOfEpoch(db));
}

const beginningOfNumbers = Date.parse('2020-01-01T00:00:00Z');

/**
 * After a restore nobody here knows which numbers were given after the backup: they go on from a number that none can have reached, one for each second. Given twice, a number
 * would open to a node that may read from it on what was written before.
 */
async function firstOfEpoch(db: Reader): Promise<number> {
  const epoch = await ownEpoch(db);
  return epoch === '' ? 0 : Math.floor((Date.parse(epoch) - beginningOfNumbers) / 1_000);
}

/** Gives the next item of a closed group of ours its number: nodes read from a number on. */
export async function nextNumber(work: Work, group: string): Promise<number> {
  const before = await firstOfEpoch(work.db);
  const { last } = await work.db
    .insertInto('group_number')
    .values({ group_id: group, last: before + 1 })
    .onConflict((conflict) =>
      conflict.column('group_id').doUpdateSet((eb) => ({
        last: eb
          .case()
          .when('group_number.last', '<', before)
          .then(before + 1)
          .else(eb('group_number.last', '+', 1))
          .end(),
      })),
    )
    .returning('last')
    .executeTakeFirstOrThrow();
  return last;
}
