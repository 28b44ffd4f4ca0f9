import { streams } from '../log/events.ts';
import type { Work } from '../work.ts';

/**
 * Ends passwords, and the codes after them, that are older than a restore: nobody knows which of them were withdrawn or changed after the backup. Sessions stay: each was
 * begun since.
 * @param account one that waits to be let in, and cannot have chosen a password since; or null for every account that does not: what those have opens nothing, and ends when they are
 * @param before when the node was restored: instant, UTC
 */
export async function endOldPasswords(work: Work, account: string | null, before: string): Promise<void> {
  const chosen = account === null ? await haveChosen(work, before) : [];
  const whose = work.db.selectFrom('account').select('id');
  const accounts = account === null ? whose.where('held_at', 'is', null) : whose.where('id', '=', account);
  const old = work.db
    .selectFrom('second_step')
    .select('account_id')
    .where('created_at', '<', before)
    .where('account_id', 'in', accounts);
  await work.db.deleteFrom('recovery_code').where('account_id', 'in', old).execute();
  await work.db
    .deleteFrom('second_step')
    .where('created_at', '<', before)
    .where('account_id', 'in', accounts)
    .execute();
  const ended = work.db.updateTable('account').set({ password_hash: null }).where('password_hash', 'is not', null);
  const these = account === null ? ended.where('held_at', 'is', null) : ended.where('id', '=', account);
  await (chosen.length === 0 ? these : these.where('person_id', 'not in', chosen)).execute();
}

/** Local ids of those who have chosen a password since an instant. */
async function haveChosen(work: Work, since: string): Promise<string[]> {
  const rows = await work.db
    .selectFrom('log')
    .select('data')
    .where('stream', '=', streams.local)
    .where('name', '=', 'password.changed')
    .where('at', '>=', since)
    .execute();
  return [...new Set(rows.map(({ data }) => (JSON.parse(data) as { person: string }).person))];
}
