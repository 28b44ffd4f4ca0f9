import { newId, type Reader, type Work } from '@joinery/core';
import type { GroupDecisionRow } from '../tables.ts';

export type NotedDecision = GroupDecisionRow & { person_name: string; person_agency: string; by_name: string | null };

/**
 * Notes who was let in or declined, by whom or by which rule.
 * @param input.rule of an automatic one: what let them in
 */
export async function noteDecision(
  work: Work,
  input: { group: string; person: string; by: string | null; accepted: boolean; rule?: string },
): Promise<void> {
  await work.db
    .insertInto('group_decision')
    .values({
      id: newId(),
      group_id: input.group,
      person_id: input.person,
      by_id: input.by,
      accepted: input.accepted ? 1 : 0,
      rule: input.rule ?? null,
      at: work.now,
    })
    .execute();
}

/** Decisions about requests, the newest first. */
export function decisionsOf(db: Reader, group: string, limit: number): Promise<NotedDecision[]> {
  return db
    .selectFrom('group_decision')
    .innerJoin('person', 'person.id', 'group_decision.person_id')
    .leftJoin('person as decider', 'decider.id', 'group_decision.by_id')
    .selectAll('group_decision')
    .select(['person.name as person_name', 'person.agency as person_agency', 'decider.name as by_name'])
    .where('group_decision.group_id', '=', group)
    .orderBy('group_decision.id', 'desc')
    .limit(limit)
    .execute();
}
