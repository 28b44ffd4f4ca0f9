import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Reader } from '../slice.ts';
import { transact, type Work } from '../work.ts';
import { sha256 } from './one-way.ts';
import { countAttempt, forgetAttempts } from './throttle.ts';

// What every authenticator app takes without asking: SHA-1, six digits, thirty seconds (RFC 6238 §1.2, RFC 4226 §5.3).
const digits = 6;
const seconds = 30;
/** Steps that a clock may be behind or ahead (RFC 6238 §5.2). */
const drift = 1;
const recoveryCodes = 10;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding (RFC 4648 §6), as authenticator apps take keys. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

function bytesOf(key: string): Buffer {
  const bits = Array.from(key, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** A new key for an authenticator app: 160 bits as 32 letters (RFC 4226 §4, R6). */
export function newSecondStepKey(): string {
  return base32(randomBytes(20));
}

/** The code of a key at a step (RFC 4226 §5.3). */
export function codeAt(key: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', bytesOf(key)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** The step that an instant lies in. */
export function stepAt(now: Date): number {
  return Math.floor(now.getTime() / 1_000 / seconds);
}

/** The step whose code this is, or null. Compares all of them in the same time. */
function stepOf(key: string, code: string, now: Date): number | null {
  let found: number | null = null;
  for (let step = stepAt(now) - drift; step <= stepAt(now) + drift; step += 1) {
    if (timingSafeEqual(Buffer.from(codeAt(key, step)), Buffer.from(code))) found = step;
  }
  return found;
}

/** As typed: spaces and hyphens are for the eye. */
const clean = (code: string) => code.replace(/[\s-]/g, '').toUpperCase();
const isCode = (code: string) => /^[0-9]{6}$/.test(code);

/** Whether signing in with a password asks this account for a code as well, and how many recovery codes are left. */
export async function secondStepOf(
  db: Reader,
  account: string,
): Promise<{ since: string; recoveryCodes: number } | null> {
  const row = await db
    .selectFrom('second_step')
    .select('created_at')
    .where('account_id', '=', account)
    .executeTakeFirst();
  if (!row) return null;
  const left = await db
    .selectFrom('recovery_code')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account_id', '=', account)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return { since: row.created_at, recoveryCodes: Number(left?.count ?? 0) };
}

/**
 * Turns the second step on, once a code shows that the app has the key. Takes the place of an earlier one.
 * @returns recovery codes, shown once: only hashes are kept
 * @throws {Refusal} invalid (field `code`)
 */
export async function turnSecondStepOn(work: Work, account: string, key: string, code: string): Promise<string[]> {
  const typed = clean(code);
  const step = isCode(typed) ? stepOf(key, typed, new Date(work.now)) : null;
  if (step === null) refuse('invalid', 'This is not the code of now', [{ field: 'code', code: 'does_not_match' }]);
  await turnSecondStepOff(work, account);
  await work.db
    .insertInto('second_step')
    .values({ account_id: account, key: work.secret.encrypt(key), last_step: step, created_at: work.now })
    .execute();
  const codes = Array.from({ length: recoveryCodes }, () => base32(randomBytes(10)));
  await work.db
    .insertInto('recovery_code')
    .values(codes.map((one) => ({ account_id: account, hash: sha256(one), used_at: null })))
    .execute();
  return codes.map((one) => one.match(/.{4}/g)?.join('-') ?? one);
}

/** Turns the second step off. */
export async function turnSecondStepOff(work: Work, account: string): Promise<void> {
  await work.db.deleteFrom('recovery_code').where('account_id', '=', account).execute();
  await work.db.deleteFrom('second_step').where('account_id', '=', account).execute();
}

/**
 * Checks a code of the app, which works once, or a recovery code, which is used up.
 * @throws {Refusal} too_many after five wrong ones in a quarter of an hour
 */
export async function secondStepFits(context: Context, account: string, code: string): Promise<boolean> {
  const counted = `second step ${account}`;
  // Five in a quarter of an hour: a million codes, three of them right, would take years.
  countAttempt(context, counted, limits.secondStep);
  const typed = clean(code);
  const row = await context.db.reader
    .selectFrom('second_step')
    .select('key')
    .where('account_id', '=', account)
    .executeTakeFirst();
  if (!row) return false;
  const step = isCode(typed) ? stepOf(context.secret.decrypt(row.key), typed, context.clock.now()) : null;
  const fits = await transact(context, { kind: 'system', what: 'second step' }, async (work) => {
    if (step !== null) {
      const used = await work.db
        .updateTable('second_step')
        .set({ last_step: step })
        .where('account_id', '=', account)
        .where('last_step', '<', step)
        .executeTakeFirst();
      return used.numUpdatedRows === 1n;
    }
    const used = await work.db
      .updateTable('recovery_code')
      .set({ used_at: work.now })
      .where('account_id', '=', account)
      .where('hash', '=', sha256(typed))
      .where('used_at', 'is', null)
      .executeTakeFirst();
    return used.numUpdatedRows === 1n;
  });
  if (fits) forgetAttempts(context, counted);
  return fits;
}
