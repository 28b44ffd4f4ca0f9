import { newId, originOf, type Reader, refuse, streams, type Work } from '@joinery/core';
import { z } from 'zod';
import type { Introduction } from '../decide.ts';
import { registerDecision } from '../store.ts';
import { type IntroducedNode, readKey } from './list.ts';
import type { IntroductionRow } from './tables.ts';

/** In `meta`: changes with every list and every refusal. */
export const introductionsName = 'introductions';

const nodesSchema = z.array(z.object({ origin: z.string(), agency: z.string(), key: z.string() }));

/** The nodes of a row. @throws for what cannot be read: then nobody is introduced */
export function nodesIn(row: Pick<IntroductionRow, 'nodes'>): IntroducedNode[] {
  return nodesSchema.parse(JSON.parse(row.nodes));
}

/** Tells every process that keeps the list in memory; an event has to follow. */
async function raiseVersion(work: Work): Promise<void> {
  const value = newId();
  await work.db
    .insertInto('meta')
    .values({ name: introductionsName, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

export async function introductionRow(db: Reader, group: string): Promise<IntroductionRow | undefined> {
  return db.selectFrom('introduction').selectAll().where('group_uri', '=', group).executeTakeFirst();
}

/** Whether somebody here takes part in a group elsewhere, or asked to: what else a node says of its groups is not kept, however much that is. */
export async function isOurs(db: Reader, group: string): Promise<boolean> {
  const row = await db
    .selectFrom('groups')
    .innerJoin('group_member', 'group_member.group_id', 'groups.id')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('groups.id')
    .where('groups.uri', '=', group)
    .where('groups.local', '=', 0)
    .where('person.local', '=', 1)
    .where('group_member.state', 'in', ['requested', 'invited', 'member', 'unconfirmed'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function saveIntroduction(work: Work, row: Omit<IntroductionRow, 'updated_at'>): Promise<void> {
  const { group_uri, ...changes } = { ...row, updated_at: work.now };
  await work.db
    .insertInto('introduction')
    .values({ group_uri, ...changes })
    .onConflict((conflict) => conflict.column('group_uri').doUpdateSet(changes))
    .execute();
  await raiseVersion(work);
}

/**
 * Nothing may be kept any more of a group elsewhere, or of all groups of a node: neither which nodes it introduced. The version stays, so that none of before counts again.
 * @param of.group its local id
 */
export async function forgetIntroducedBy(work: Work, of: { group: string } | { origin: string }): Promise<void> {
  const rows = await work.db
    .selectFrom('introduction')
    .selectAll()
    .where('group_id', 'is', null)
    .where('nodes', '<>', '[]')
    .execute();
  const group =
    'group' in of ? await work.db.selectFrom('groups').select('uri').where('id', '=', of.group).execute() : [];
  for (const row of rows) {
    const isMeant = 'group' in of ? row.group_uri === group[0]?.uri : originOf(row.group_uri) === of.origin;
    if (!isMeant) continue;
    await saveIntroduction(work, { ...row, nodes: '[]' });
    work.emit('partner.introduced', streams.local, { group: row.group_uri });
  }
}

/** A node in a group's list, as pages show it. */
export type Introduced = { group: string; host: string; origin: string; agency: string; refused: boolean };

/** Every node that a group elsewhere introduces, by agency. */
export async function introducedNodes(db: Reader): Promise<(Introduced & { key: string })[]> {
  const rows = await db.selectFrom('introduction').selectAll().where('group_id', 'is', null).execute();
  const refusals = await db.selectFrom('introduction_refusal').select(['group_uri', 'origin']).execute();
  const refused = new Set(refusals.map((row) => `${row.group_uri} ${row.origin}`));
  const all = rows.flatMap((row) =>
    nodesIn(row).map((node) => ({
      ...node,
      group: row.group_uri,
      host: originOf(row.group_uri) ?? '',
      refused: refused.has(`${row.group_uri} ${node.origin}`),
    })),
  );
  const names = new Intl.Collator('en');
  return all.sort((one, other) => names.compare(one.agency, other.agency) || (one.group < other.group ? -1 : 1));
}

/** For decisions, by the origin of the node. */
export async function readIntroductions(db: Reader): Promise<ReadonlyMap<string, Introduction[]>> {
  const found = (await introducedNodes(db)).flatMap((node) => {
    const key = readKey(node.key);
    return key === null ? [] : [{ ...node, key }];
  });
  return Map.groupBy(found, ({ origin }) => origin);
}

/** An officer refuses a node of a group's list, or takes it again. */
export async function refuseIntroduced(
  work: Work,
  input: { group: string; origin: string; refused: boolean; by: string; reason: string },
): Promise<void> {
  const { group, origin, refused, by, reason } = input;
  await work.db
    .deleteFrom('introduction_refusal')
    .where('group_uri', '=', group)
    .where('origin', '=', origin)
    .execute();
  if (refused)
    await work.db
      .insertInto('introduction_refusal')
      .values({ group_uri: group, origin, decided_by: by, reason, at: work.now })
      .execute();
  await raiseVersion(work);
}

/**
 * Refuses a node that a group introduces, or takes it again; a row of the register.
 * @throws {Refusal} not_found
 */
export async function decideIntroduced(
  work: Work,
  input: { group: string; origin: string; refused: boolean; by: string; reason: string },
): Promise<void> {
  const { group, origin, refused, by, reason } = input;
  const known = (await introducedNodes(work.db)).some((node) => node.group === group && node.origin === origin);
  if (!known) refuse('not_found', 'Nobody introduces this node in this group');
  await refuseIntroduced(work, input);
  const what = refused ? 'introduction-refused' : 'introduction-taken';
  const row = { id: newId(), at: work.now, partner_id: newId(), origin, what, by, reason };
  await registerDecision(work, { ...row, before: null, after: JSON.stringify({ group }) });
  work.emit('partner.introduced', streams.local, { group });
}
