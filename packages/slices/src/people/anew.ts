import {
  type Context,
  chosenAnewSince,
  endOldPasswords,
  enqueueJob,
  providerDecides,
  type Restored,
  transact,
  type Work,
} from '@joinery/core';
import { holdSponsors } from './guests.ts';
import { canMail, makeLink } from './mail-link.tsx';

const jobName = 'people.links-after-restore';
/** Links made in one unit of work: well within its time. */
const linksAtOnce = 200;

/** After a restore whoever had a password and is let in chooses one anew, and gets a link for it by mail where this node mails. */
export async function endPasswords(work: Work, restored: Restored): Promise<void> {
  await holdSponsors(work);
  await endOldPasswords(work, null, restored.at);
  await enqueueJob(work, jobName, {});
}

/**
 * Gives a link to everybody who once came in, is let in, and has nothing left to come in with. Each is noted as not having come in yet, together with their link: begun again it passes
 * them over, and without mail administrators find them among the people who wait for a link.
 */
async function giveLinks(context: Context): Promise<void> {
  const since = await chosenAnewSince(context.db.reader);
  if (since === null) return;
  const mail = canMail(context);
  const now = context.clock.now().toISOString();
  let last = '';
  for (;;) {
    const rows = await context.db.reader
      .selectFrom('account')
      .select(['id', 'person_id'])
      .where('id', '>', last)
      .where('password_hash', 'is', null)
      .where('signed_in_at', '<', since.confirmedAt)
      .where('disabled_at', 'is', null)
      .where((eb) => eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', now)]))
      .orderBy('id')
      .limit(linksAtOnce)
      .execute();
    if (rows.length === 0) return;
    last = rows.at(-1)?.id ?? last;
    await transact(context, { kind: 'system', what: jobName }, async (work) => {
      for (const account of rows) {
        if (await providerDecides(context, work.db, account.id)) continue;
        await work.db.updateTable('account').set({ signed_in_at: null }).where('id', '=', account.id).execute();
        if (mail) await makeLink(work, account, true, since.asOf);
      }
    });
  }
}

/** Background work after a restore. */
export const anewJobs = { [jobName]: giveLinks };
