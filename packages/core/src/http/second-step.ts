import type { Context as HonoContext } from 'hono';
import { secondStepOf } from '../accounts/second-step.ts';
import { isObject } from '../json.ts';
import { dropCookie, readCookie, writeCookie } from './cookies.ts';
import type { Environment } from './environment.ts';
import { signIn } from './visitor.ts';

type C = HonoContext<Environment>;

/** Where the code is asked for. */
export const secondStepPath = '/sign-in/code';
const minutes = 10;

/** Somebody who has proven their password, or had a one-time link, and owes a code. */
export type Pending = { account: string; next: string };

/**
 * Signs the browser in, or asks for the code of the second step first.
 * @param next path to go on to afterwards
 * @returns path to go to now
 * @throws {Refusal} disabled
 */
export async function signInStep(c: C, account: string, next: string): Promise<string> {
  const { context } = c.var;
  if ((await secondStepOf(context.db.reader, account)) === null) {
    await signIn(c, account);
    return next;
  }
  const sealed = context.secret.encrypt(
    JSON.stringify({ kind: 'code', account, next, at: context.clock.now().getTime() }),
  );
  writeCookie(c, 'pending', Buffer.from(sealed).toString('base64url'), minutes * 60);
  return secondStepPath;
}

/** Who owes a code in this browser, or null when nobody does or it took too long. */
export function pendingSecondStep(c: C): Pending | null {
  const { context } = c.var;
  const value = readCookie(c, 'pending');
  if (value === null) return null;
  try {
    const read: unknown = JSON.parse(context.secret.decrypt(Buffer.from(value, 'base64url').toString()));
    if (!isObject(read) || read.kind !== 'code') return null;
    if (context.clock.now().getTime() - Number(read.at) > minutes * 60_000) return null;
    return { account: String(read.account), next: String(read.next) };
  } catch {
    return null;
  }
}

/** The code was right: signs the browser in. @throws {Refusal} disabled */
export async function finishSecondStep(c: C, pending: Pending): Promise<void> {
  await signIn(c, pending.account);
  dropCookie(c, 'pending');
}
