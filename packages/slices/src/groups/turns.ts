import { limits, type Reader, refuse, type Work } from '@joinery/core';
import type { PersonRow } from '../people/index.ts';
import type { GroupRow } from './tables.ts';

/**
 * Coming and going over nodes. Somebody of another node who asks to join, or that node losing what it might read, is told to every other node that it concerns; so both are counted for an
 * hour, by person and by node, and whoever goes in and out or asks without end is not let in again until it is over, without an invitation. Going is never refused.
 */

type Subject = { id: string; most: number };
const askOf = ({ id }: Pick<PersonRow, 'id'>): Subject => ({ id: `asks ${id}`, most: limits.joinsElsewhere.times });
const asksOf = (origin: string): Subject => ({ id: `asks ${origin}`, most: limits.joinsOfNode.times });
const lossesOf = (origin: string): Subject => ({ id: `losses ${origin}`, most: limits.lossesOfNode.times });
const hour = 3_600_000;

/**
 * Somebody of another node asks to join a group of ours, again perhaps.
 * @throws {Refusal} too_many
 */
export async function countAsk(work: Work, group: GroupRow, person: PersonRow): Promise<void> {
  const subjects = [askOf(person), asksOf(person.home)];
  for (const subject of [...subjects, lossesOf(person.home)])
    if ((await timesOf(work, group.id, subject.id)) >= subject.most)
      refuse('too_many', 'In and out of this group too often: wait an hour');
  for (const { id } of subjects) await count(work, group.id, id);
}

/** A node may read less of a closed group of ours than before, which other nodes are told. */
export async function countLoss(work: Work, group: GroupRow, origin: string): Promise<void> {
  await count(work, group.id, lossesOf(origin).id);
}

async function timesOf(work: { db: Reader; now: string }, group: string, subject: string): Promise<number> {
  const rows = work.db.selectFrom('group_turns').selectAll().where('group_id', '=', group);
  const row = await rows.where('subject', '=', subject).executeTakeFirst();
  return row && Date.parse(work.now) - Date.parse(row.since) < hour ? row.times : 0;
}

async function count(work: Work, group_id: string, subject: string): Promise<void> {
  const times = (await timesOf(work, group_id, subject)) + 1;
  const row = times === 1 ? { times, since: work.now } : { times };
  await work.db
    .insertInto('group_turns')
    .values({ group_id, subject, times, since: work.now })
    .onConflict((conflict) => conflict.columns(['group_id', 'subject']).doUpdateSet(row))
    .execute();
  // What was counted long ago counts no more, whoever it was.
  const over = new Date(Date.parse(work.now) - hour).toISOString();
  if (times === 1) await work.db.deleteFrom('group_turns').where('since', '<', over).execute();
}
