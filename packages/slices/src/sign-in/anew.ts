import { endGrant, endOldPasswords, type Restored, type WithheldRule, type Work, withhold } from '@joinery/core';
import { messages } from './messages.ts';
import { setLive } from './providers.ts';
import { liveProviders, providerById } from './store.ts';

const kind = 'sign-in.provider';

/**
 * After a restore nobody knows which passkeys and links with a provider were removed after the backup, nor whether a provider was. Passkeys and links of whoever is let in end:
 * they come in by a one-time link, and link again. Those of accounts that wait open nothing, and end when they are let in (`restored/admit.ts`). Every provider is switched off.
 */
export async function endPasskeysAndLinks(work: Work, { at }: Restored): Promise<void> {
  for (const { id } of await liveProviders(work.db)) {
    await setLive(work, id, false);
    await withhold(work, kind, id);
  }
  await work.db
    .updateTable('sign_in_identity')
    .set({ asked_claims: null })
    .where('asked_claims', 'is not', null)
    .execute();
  await endOldWays(work, null, at);
}

/**
 * Ends passkeys and links with a provider that are older than a restore.
 * @param account one, or every account that does not wait to be let in
 * @param except a link that is accepted anew
 */
async function endOldWays(work: Work, account: string | null, before: string, except = ''): Promise<void> {
  const whose = work.db.selectFrom('account').select('id');
  const accounts = account === null ? whose.where('held_at', 'is', null) : whose.where('id', '=', account);
  await work.db
    .deleteFrom('sign_in_passkey')
    .where('created_at', '<', before)
    .where('account_id', 'in', accounts)
    .execute();
  const doubtful = work.db
    .selectFrom('sign_in_identity')
    .select('id')
    .where('created_at', '<', before)
    .where('id', '<>', except)
    .where('account_id', 'in', accounts);
  const grants = await work.db.selectFrom('sign_in_grant').select('id').where('identity_id', 'in', doubtful).execute();
  for (const { id } of grants) await endGrant(work, id);
  await work.db.deleteFrom('sign_in_grant').where('identity_id', 'in', doubtful).execute();
  await work.db.deleteFrom('sign_in_identity').where('id', 'in', doubtful).execute();
}

/** Ends whatever opened an account before a restore: passwords and codes, passkeys, links with a provider. */
export async function endAllWays(work: Work, account: string, before: string, except = ''): Promise<void> {
  await endOldPasswords(work, account, before);
  await endOldWays(work, account, before, except);
}

/** Providers as a rule that a restore switches off. */
export const providerRule: Record<string, WithheldRule> = {
  [kind]: {
    order: 20,
    describe: async (db, row, language) => {
      const provider = await providerById(db, row.subject);
      if (!provider) return null;
      const t = messages(language);
      const says = `${t('restoredProviderAbout')} ${provider.admits === 'everybody' ? t('restoredProviderNew') : ''}`;
      return {
        title: t('restoredProvider', { name: provider.name }),
        says: says.trim(),
        href: '/administration/sign-in',
      };
    },
    putBack: (work, row) => setLive(work, row.subject, true),
  },
};
