import type { Work } from '../work.ts';

/**
 * Ends passwords, and the codes after them, that are older than a restore: nobody knows which of them were withdrawn or changed after the backup. Sessions stay: each was
 * begun since, with a one-time link or an identity provider.
 * @param before when the node was restored: instant, UTC
 * @param chosen local ids of those who have chosen their password since
 */
export async function endOldPasswords(work: Work, before: string, chosen: readonly string[]): Promise<void> {
  const old = work.db.selectFrom('second_step').select('account_id').where('created_at', '<', before);
  await work.db.deleteFrom('recovery_code').where('account_id', 'in', old).execute();
  await work.db.deleteFrom('second_step').where('created_at', '<', before).execute();
  const ended = work.db.updateTable('account').set({ password_hash: null }).where('password_hash', 'is not', null);
  await (chosen.length === 0 ? ended : ended.where('person_id', 'not in', chosen)).execute();
}
