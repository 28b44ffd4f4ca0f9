import { hash, verify } from '@node-rs/argon2';
import { refuse } from '../errors.ts';
import { assertOutsideUnitOfWork } from '../work.ts';

/** Length decides, not the kinds of characters (NIST SP 800-63B §3.1.1.2). The upper end keeps hashing cheap to refuse. */
export const shortestPassword = 12;
export const longestPassword = 200;

// OWASP Password Storage Cheat Sheet: argon2id (the library's default) with 19 MiB, two passes, one lane.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Hashes a password with argon2id. Takes about 20 ms in the thread pool: call it before the unit of work.
 * @throws {Refusal} invalid (field `password`) when it is too short or too long
 */
export async function hashPassword(password: string): Promise<string> {
  assertOutsideUnitOfWork('Password hashing');
  const text = password.normalize('NFC');
  if (text.length < shortestPassword) {
    refuse('invalid', `A password has at least ${shortestPassword} characters`, [
      { field: 'password', code: 'too_short', values: { minimum: shortestPassword } },
    ]);
  }
  if (text.length > longestPassword) {
    refuse('invalid', `A password has at most ${longestPassword} characters`, [
      { field: 'password', code: 'too_long', values: { maximum: longestPassword } },
    ]);
  }
  return hash(text, options);
}

let decoy: Promise<string> | undefined;

/**
 * Whether a password fits a hash. Without a hash (no such account, no password chosen) it takes as long as with one, so that
 * the time of the answer does not tell who has an account here.
 */
export async function passwordFits(password: string, stored: string | null): Promise<boolean> {
  assertOutsideUnitOfWork('Password hashing');
  const text = password.normalize('NFC').slice(0, longestPassword + 1);
  decoy ??= hash('a password that nobody has', options);
  const fits = await verify(stored ?? (await decoy), text);
  return fits && stored !== null && text.length <= longestPassword;
}
