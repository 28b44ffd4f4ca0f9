import { chosenAnewSince, type Reader, type Restored, type Work } from '@joinery/core';

/**
 * After a restore nobody knows what was silenced after the backup: nobody gets mail until they have looked at their settings once. It is the mute of all mail, dated with
 * the decision; whoever had chosen that before keeps their own.
 */
export async function silenceMail(work: Work, { confirmedAt }: Restored): Promise<void> {
  const at = confirmedAt ?? work.now;
  await work.db
    .insertInto('notification_mute')
    .columns(['person_id', 'scope', 'subject', 'page', 'mail', 'at'])
    .expression((eb) =>
      eb
        .selectFrom('account')
        .select((of) => [
          'person_id',
          of.val('everything').as('scope'),
          of.val('').as('subject'),
          of.lit(0).as('page'),
          of.lit(1).as('mail'),
          of.val(at).as('at'),
        ])
        .where((where) => where.or([where('disabled_at', 'is', null), where('held_at', 'is not', null)])),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['person_id', 'scope', 'subject'])
        .doUpdateSet({ mail: 1, at })
        .where('notification_mute.mail', '=', 0),
    )
    .execute();
}

/** As of when the backup was, for somebody who gets no mail because of its restore and has not looked at their settings since; null for everybody else. */
export async function silencedSince(db: Reader, person: string): Promise<string | null> {
  const since = await chosenAnewSince(db);
  if (since === null) return null;
  const row = await db
    .selectFrom('notification_mute')
    .select('at')
    .where('person_id', '=', person)
    .where('scope', '=', 'everything')
    .where('at', '=', since.confirmedAt)
    .executeTakeFirst();
  return row ? since.asOf : null;
}
