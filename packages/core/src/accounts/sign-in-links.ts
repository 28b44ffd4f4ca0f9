import type { Selectable } from 'kysely';
import { refuse } from '../errors.ts';
import type { Reader } from '../slice.ts';
import type { Work } from '../work.ts';
import { hasAdministrator, isUsable } from './accounts.ts';
import { isRandomToken, randomToken, sha256 } from './one-way.ts';
import type { AccountTables } from './tables.ts';

export type SignInLink = Pick<
  Selectable<AccountTables['sign_in_link']>,
  'account_id' | 'purpose' | 'created_at' | 'expires_at'
>;

const minute = 60_000;

/** How long a link can be used, in minutes: one made by an administrator must survive a morning, one asked for by mail need not. */
export const linkMinutes = {
  'first-administrator': 24 * 60,
  'by-administrator': 24 * 60,
  'for-guest': 7 * 24 * 60,
  'after-restore': 3 * 24 * 60,
  'by-mail': 15,
} as const;

/** Where the sign-in page for a link is. The page shows a button; only its POST uses the link up, so mail scanners do not. */
export function signInLinkAddress(origin: string, token: string): string {
  return `${origin}/sign-in/link/${token}`;
}

/**
 * Makes a one-time link that signs an account in. Older unused links of the account, or of the first start, end.
 * @param input.account null for the first administrator, who has none yet
 * @param input.minutes how long it can be used: see `linkMinutes`
 * @returns its address; the token in it is stored only as a hash
 */
export async function createSignInLink(
  work: Work,
  input: { account: string; minutes: number } | { account: null; purpose: 'first-administrator'; minutes: number },
): Promise<{ token: string; address: string; expiresAt: string }> {
  const token = randomToken();
  const expiresAt = new Date(Date.parse(work.now) + input.minutes * minute).toISOString();
  await work.db
    .deleteFrom('sign_in_link')
    .where('account_id', input.account === null ? 'is' : '=', input.account)
    .where('used_at', 'is', null)
    .execute();
  await work.db
    .insertInto('sign_in_link')
    .values({
      id: sha256(token),
      account_id: input.account,
      purpose: input.account === null ? 'first-administrator' : work.by.kind === 'command' ? 'operator' : 'sign-in',
      created_at: work.now,
      expires_at: expiresAt,
      used_at: null,
    })
    .execute();
  return { token, address: signInLinkAddress(work.home, token), expiresAt };
}

/**
 * Looks at a link without using it up: for the page behind its address.
 * @param now instant, UTC
 * @throws {Refusal} expired when it was used, has ended or never existed: which of them is nobody's business
 */
export async function readSignInLink(db: Reader, token: string, now: string): Promise<SignInLink> {
  const link = isRandomToken(token)
    ? await db
        .selectFrom('sign_in_link')
        .select(['account_id', 'purpose', 'created_at', 'expires_at', 'used_at'])
        .where('id', '=', sha256(token))
        .executeTakeFirst()
    : undefined;
  if (!link || link.used_at !== null || link.expires_at <= now) {
    refuse('expired', 'This link has been used or has ended: ask for a new one');
  }
  // Printed at a start, it may lie in a log: worth nothing once somebody administers the node.
  if (link.purpose === 'first-administrator' && (await hasAdministrator(db))) {
    refuse('expired', 'This node has an administrator: ask them for a link of your own');
  }
  return link;
}

/**
 * Uses a link up. Two requests at once: one of them gets it.
 * @returns the link; sign its account in, or make the first administrator
 * @throws {Refusal} expired; disabled when the account is
 */
export async function useSignInLink(work: Work, token: string): Promise<SignInLink> {
  const link = await readSignInLink(work.db, token, work.now);
  const used = await work.db
    .updateTable('sign_in_link')
    .set({ used_at: work.now })
    .where('id', '=', sha256(token))
    .where('used_at', 'is', null)
    .executeTakeFirst();
  if (used.numUpdatedRows === 0n) refuse('expired', 'This link has been used: ask for a new one');
  if (link.account_id !== null) {
    const account = await work.db
      .selectFrom('account')
      .select(['disabled_at', 'ends_at'])
      .where('id', '=', link.account_id)
      .executeTakeFirst();
    if (!account || !isUsable(account, work.now)) refuse('disabled', 'This account has been disabled');
  }
  return link;
}
