import type { Work } from '../work.ts';

/**
 * Ends passwords, and the codes after them, that are older than a restore: nobody knows which of them were withdrawn or changed after the backup. Sessions stay: each was
 * begun since.
 * @param account one, or every account that does not wait to be let in: what those have opens nothing, and ends when they are
 * @param before when the node was restored: instant, UTC
 */
export async function endOldPasswords(work: Work, account: string | null, before: string): Promise<void> {
  const rows = await work.db
    .selectFrom('log')
    .select('data')
    .where('name', '=', 'password.changed')
    .where('at', '>=', before)
    .execute();
  const chosen = [...new Set(rows.map(({ data }) => (JSON.parse(data) as { person: string }).person))];
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
