import type { Context as HonoContext } from 'hono';
import { dropCookie, readCookie, writeCookie } from './cookies.ts';
import type { Environment } from './environment.ts';
import { safeNext } from './request-target.ts';

type C = HonoContext<Environment>;

const minutes = 60;
const longest = 2_000;

/** Keeps where somebody was going when they were asked to sign in: they may come back by a one-time link that knows nothing of it. */
export function keepNext(c: C, next: string): void {
  if (next === '/' || next.length > longest) return;
  writeCookie(c, 'next', Buffer.from(next).toString('base64url'), minutes * 60);
}

/** Where somebody was going who has signed in now, once; the start page when nobody knows. Always a path of this node. */
export function takeNext(c: C): string {
  const value = readCookie(c, 'next');
  if (value === null) return '/';
  dropCookie(c, 'next');
  return safeNext(Buffer.from(value, 'base64url').toString());
}
