import { canonicalOrigin, newId, type Reader, refuse, type Work } from '@joinery/core';
import type { GroupChange } from '../groups.ts';
import type { GroupChangeRow, GroupRow } from '../tables.ts';

/** Origins of the nodes whose people may ask to take part, where a group names agencies. */
export async function namedNodes(db: Reader, group: string): Promise<string[]> {
  const rows = await db
    .selectFrom('group_asking')
    .select('origin')
    .where('group_id', '=', group)
    .orderBy('origin')
    .execute();
  return rows.map(({ origin }) => origin);
}

/** Replaces the named nodes. @returns whether anything changed @throws {Refusal} invalid */
async function putNamedNodes(work: Work, group: string, origins: readonly string[]): Promise<[string, string] | null> {
  const wanted = new Set<string>();
  for (const given of origins) {
    const origin = canonicalOrigin(given);
    if (origin === null) return refuse('invalid', 'This is not a node', [{ field: 'agencies', code: 'bad_choice' }]);
    wanted.add(origin);
  }
  const before = await namedNodes(work.db, group);
  const after = [...wanted].sort();
  if (before.join(' ') === after.join(' ')) return null;
  await work.db.deleteFrom('group_asking').where('group_id', '=', group).execute();
  for (const origin of after) await work.db.insertInto('group_asking').values({ group_id: group, origin }).execute();
  return [before.join(' '), after.join(' ')];
}

/** What of a group's rules its members are told when it changes, and by whom. */
const told = [
  'name',
  'reading',
  'joining',
  'listed',
  'history',
  'inviting',
  'asking',
  'keeping',
  'record_copy',
] as const;

/**
 * Notes in the group what its owners change of its rules, with who and when: members were promised what stood there before.
 * @param by local id of the owner; null for the command line
 * @returns whether there was anything to note
 */
export async function noteChanges(
  work: Work,
  group: GroupRow,
  next: Partial<GroupRow>,
  change: GroupChange,
  by: string | null,
): Promise<boolean> {
  const rows: Pick<GroupChangeRow, 'field' | 'before' | 'after'>[] = told.flatMap((field) =>
    next[field] === undefined || next[field] === group[field]
      ? []
      : [{ field, before: String(group[field]), after: String(next[field]) }],
  );
  if ((next.archived_at === null) !== (group.archived_at === null) && next.archived_at !== undefined)
    rows.push({ field: 'archived', before: group.archived_at ? '1' : '0', after: next.archived_at ? '1' : '0' });
  const named = change.agencies === undefined ? null : await putNamedNodes(work, group.id, change.agencies);
  if (named) rows.push({ field: 'agencies', before: named[0], after: named[1] });
  for (const row of rows)
    await work.db
      .insertInto('group_change')
      .values({ id: newId(), group_id: group.id, ...row, by_id: by, at: work.now })
      .execute();
  return rows.length > 0;
}

export type NotedChange = GroupChangeRow & { by_name: string | null };

/** What was changed of a group's rules, the newest first. */
export function changesOf(db: Reader, group: string, limit: number): Promise<NotedChange[]> {
  return db
    .selectFrom('group_change')
    .leftJoin('person', 'person.id', 'group_change.by_id')
    .selectAll('group_change')
    .select('person.name as by_name')
    .where('group_id', '=', group)
    .orderBy('group_change.id', 'desc')
    .limit(limit)
    .execute();
}
