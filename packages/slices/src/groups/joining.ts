import { type Reader, type Work, withhold } from '@joinery/core';
import type { GroupRow } from './tables.ts';

/**
 * After a restore nobody knows who was banned from a group after the backup, nor which rule that lets people in by itself was taken away: nobody comes into a group that lives here without
 * the word of somebody who runs it, before one of them has said that people may join by themselves again.
 */

/** The kind of rule that is switched off meanwhile; what it keeps is how the group was joined as of the backup, and `members` after it where members invited. */
export const joiningKind = 'groups.joining';

/** From now on those who run it decide about everybody who asks, and they alone invite: whoever is invited joins without being asked about. */
export async function holdJoining(work: Work, group: Pick<GroupRow, 'id' | 'joining' | 'inviting'>): Promise<void> {
  const { id, joining, inviting } = group;
  await withhold(work, joiningKind, id, inviting === 'members' ? `${joining} members` : joining);
  const change = { ...(joining === 'open' ? request : {}), ...(inviting === 'members' ? byThoseWhoRunIt : {}) };
  if (Object.keys(change).length > 0) await work.db.updateTable('groups').set(change).where('id', '=', id).execute();
}

const request = { joining: 'request' } as const;
const byThoseWhoRunIt = { inviting: 'facilitators' } as const;

/** What changes when a group is joined again as it was as of the backup; null for nothing. @param data as `holdJoining` kept it */
export function joiningAgain(
  group: Pick<GroupRow, 'joining' | 'inviting'>,
  data: string,
): Partial<Pick<GroupRow, 'joining' | 'inviting'>> | null {
  const [joining, inviting] = data.split(' ');
  const opens = joining === 'open' && group.joining === request.joining;
  const invites = inviting === 'members' && group.inviting === byThoseWhoRunIt.inviting;
  return opens || invites
    ? { ...(opens ? { joining: 'open' } : {}), ...(invites ? { inviting: 'members' } : {}) }
    : null;
}

/** Whether nobody joins a group by themselves, nor by a rule of it, since a restore. */
export async function isJoiningHeld(db: Reader, group: string): Promise<boolean> {
  const row = await db
    .selectFrom('withheld')
    .select('subject')
    .where('kind', '=', joiningKind)
    .where('subject', '=', group)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whoever runs the group has said anew how it is joined. */
export async function forgetJoining(work: Pick<Work, 'db'>, group: string): Promise<void> {
  await work.db.deleteFrom('withheld').where('kind', '=', joiningKind).where('subject', '=', group).execute();
}

/** The group is gone: nobody is asked any more about what a restore switched off in it. */
export async function forgetWithheld(work: Pick<Work, 'db'>, group: string): Promise<void> {
  await work.db
    .deleteFrom('withheld')
    .where('kind', 'like', 'groups.%')
    .where((eb) => eb.or([eb('subject', '=', group), eb('subject', 'like', `% ${group}`)]))
    .execute();
}
