import { newId, type Work } from '@joinery/core';
import type { PasskeyRow } from '../../tables.ts';

/** Keeps a passkey of an account as if it had been added: for pages and rights, nobody can sign in with it. */
export async function storePasskey(work: Work, account: string, values: Partial<PasskeyRow> = {}): Promise<PasskeyRow> {
  const row: PasskeyRow = {
    id: newId(),
    account_id: account,
    credential_id: newId(),
    public_key: '',
    counter: 0,
    user_handle: account,
    rp_id: 'localhost',
    transports: '["internal"]',
    aaguid: '00000000-0000-0000-0000-000000000000',
    synced: 0,
    name: 'Work laptop',
    agent: 'Firefox, Windows',
    created_at: work.now,
    last_used_at: null,
    ...values,
  };
  await work.db.insertInto('sign_in_passkey').values(row).execute();
  return row;
}
