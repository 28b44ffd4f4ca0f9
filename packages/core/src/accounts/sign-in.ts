import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { limits } from '../limits.ts';
import { type Account, accountByEmail, isUsable, normaliseEmail } from './accounts.ts';
import { passwordFits } from './passwords.ts';
import { countAttempt, forgetAttempts, uncountAttempt } from './throttle.ts';

/**
 * Checks mail address and password. Answers the same, in the same time, for a wrong password and for an account that does not
 * exist, is disabled or has no password.
 * @param address of the client: `c.var.clientNetwork`
 * @throws {Refusal} wrong_password, too_many
 */
export async function checkPassword(
  context: Context,
  input: { email: string; password: string; address: string },
): Promise<Account> {
  const email = normaliseEmail(input.email).slice(0, 300);
  const here = `sign-in ${email} ${input.address}`;
  countAttempt(context, `sign-in from ${input.address}`, limits.signInNetwork);
  countAttempt(context, here, limits.signInHere);
  countAttempt(context, `sign-in ${email}`, limits.signInAnywhere);
  const account = await accountByEmail(context.db.reader, email);
  const fits = await passwordFits(input.password, account?.password_hash ?? null);
  if (!account || !fits || !isUsable(account, context.clock.now().toISOString())) {
    refuse('wrong_password', 'Mail address and password do not belong together');
  }
  forgetAttempts(context, here);
  uncountAttempt(context, `sign-in ${email}`);
  uncountAttempt(context, `sign-in from ${input.address}`);
  return account;
}

/**
 * Checks the password of somebody who is signed in, before they change it: a browser left open must not become a place to guess.
 * @returns true also for an account that has none yet
 * @throws {Refusal} too_many after five wrong ones in a quarter of an hour
 */
export async function ownPasswordFits(context: Context, account: Account, password: string): Promise<boolean> {
  if (account.password_hash === null) return true;
  const key = `own password ${account.id}`;
  countAttempt(context, key, limits.signInHere);
  const fits = await passwordFits(password, account.password_hash);
  if (fits) forgetAttempts(context, key);
  return fits;
}
