import type { Context } from '../context.ts';
import type { Reader } from '../slice.ts';
import type { Work } from '../work.ts';
import { isRandomToken, sha256 } from './one-way.ts';

/** Whether the identity provider behind a grant still vouches for the person. Without a slice that knows, nobody does. */
export async function grantHolds(context: Context, grant: string): Promise<boolean> {
  for (const slice of context.slices) {
    if (slice.confirmGrant) return slice.confirmGrant(context, grant);
  }
  return false;
}

/**
 * Whether an identity provider alone decides who comes into an account. Its person then adds no way in of their own, such as a password, or whoever is
 * disabled there would still come in. A session without the provider, from an administrator's one-time link, ends after `sessionUnvouched`.
 */
export async function providerDecides(
  { slices }: Pick<Context, 'slices'>,
  db: Reader,
  account: string,
): Promise<boolean> {
  for (const slice of slices) {
    if (await slice.providerDecides?.(db, account)) return true;
  }
  return false;
}

/** Ends what was signed in with a grant: its sessions, and the tokens that were made in them. */
export async function endGrant(work: Work, grant: string): Promise<void> {
  await work.db.deleteFrom('session').where('grant_id', '=', grant).execute();
  await work.db
    .updateTable('api_token')
    .set({ revoked_at: work.now })
    .where('grant_id', '=', grant)
    .where('revoked_at', 'is', null)
    .execute();
}

/** The grant of a session's cookie; null when the person signed in here. */
export async function grantOfSession(db: Reader, value: string | null): Promise<string | null> {
  if (value === null || !isRandomToken(value)) return null;
  const row = await db.selectFrom('session').select('grant_id').where('id', '=', sha256(value)).executeTakeFirst();
  return row?.grant_id ?? null;
}
