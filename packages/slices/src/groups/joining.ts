import { type Reader, type Work, withhold } from '@joinery/core';

/**
 * After a restore nobody knows who was banned from a group after the backup, nor which rule that lets people in by itself was taken away: nobody comes into a group that lives here without
 * the word of somebody who runs it, before one of them has said that people may join by themselves again.
 */

/** The kind of rule that is switched off meanwhile; what it keeps is how the group was joined as of the backup. */
export const joiningKind = 'groups.joining';

/** From now on somebody decides about everybody who asks. */
export async function holdJoining(work: Work, group: { id: string; joining: string }): Promise<void> {
  await withhold(work, joiningKind, group.id, group.joining);
  if (group.joining === 'open')
    await work.db.updateTable('groups').set({ joining: 'request' }).where('id', '=', group.id).execute();
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
