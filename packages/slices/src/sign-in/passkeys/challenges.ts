import { type By, type Context, isRandomToken, randomToken, sha256, transact } from '@joinery/core';
import type { PasskeyChallengeRow } from '../tables.ts';

export const system: By = { kind: 'system', what: 'passkey' };
/** A browser's question to a device is answered within this time, in milliseconds, or asked again. */
export const challengeFor = 5 * 60_000;

/** Why a browser is asked, and which one. */
export type Asked = {
  purpose: PasskeyChallengeRow['purpose'];
  /** What only this browser has, such as its token for forms. */
  browser: string;
  /** Null when anybody may answer. */
  account: string | null;
};

export async function giveChallenge(context: Context, asked: Asked, handle: string | null): Promise<string> {
  const challenge = randomToken();
  await transact(context, system, async (work) => {
    await work.db.deleteFrom('sign_in_passkey_challenge').where('expires_at', '<=', work.now).execute();
    await work.db
      .insertInto('sign_in_passkey_challenge')
      .values({
        id: sha256(challenge),
        purpose: asked.purpose,
        bound: sha256(`passkey ${asked.browser}`),
        account_id: asked.account,
        user_handle: handle,
        expires_at: new Date(Date.parse(work.now) + challengeFor).toISOString(),
      })
      .execute();
  });
  return challenge;
}

/** Takes a challenge back, whatever becomes of the answer; null when it is not of this browser, too old, or was taken before. */
export async function takeChallenge(
  context: Context,
  asked: Asked,
  challenge: string,
): Promise<Pick<PasskeyChallengeRow, 'user_handle'> | null> {
  if (!isRandomToken(challenge)) return null;
  return transact(context, system, async (work) => {
    const row = await work.db
      .deleteFrom('sign_in_passkey_challenge')
      .where('id', '=', sha256(challenge))
      .where('purpose', '=', asked.purpose)
      .where('bound', '=', sha256(`passkey ${asked.browser}`))
      .where('account_id', asked.account === null ? 'is' : '=', asked.account)
      .where('expires_at', '>', work.now)
      .returning('user_handle')
      .executeTakeFirst();
    return row ?? null;
  });
}
