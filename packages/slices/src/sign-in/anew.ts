import { endGrant, type Restored, type Work } from '@joinery/core';

/**
 * After a restore nobody knows which passkeys and links with a provider were removed after the backup. Passkeys end, and links of accounts that have a password as well: their
 * people come in by a one-time link, and link again. Whom a provider alone lets in is not touched: it vouches for them now.
 */
export async function endPasskeysAndLinks(work: Work, { at }: Restored): Promise<void> {
  await work.db.deleteFrom('sign_in_passkey').where('created_at', '<', at).execute();
  const doubtful = work.db
    .selectFrom('sign_in_identity')
    .innerJoin('account', 'account.id', 'sign_in_identity.account_id')
    .select('sign_in_identity.id')
    .where('account.password_hash', 'is not', null)
    .where('sign_in_identity.created_at', '<', at);
  const grants = await work.db.selectFrom('sign_in_grant').select('id').where('identity_id', 'in', doubtful).execute();
  for (const { id } of grants) await endGrant(work, id);
  await work.db.deleteFrom('sign_in_grant').where('identity_id', 'in', doubtful).execute();
  await work.db.deleteFrom('sign_in_identity').where('id', 'in', doubtful).execute();
}
