import type { Context as HonoContext } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { refuse } from '../errors.ts';
import type { Environment } from './environment.ts';

type C = HonoContext<Environment>;

/**
 * What Joinery keeps in a browser: the session, the mark that ties sign-in forms to a browser, the chosen language, the node of one's own agency,
 * a sign-in that goes on somewhere else or needs a second step (encrypted), and where somebody was going who has to sign in first.
 */
export type CookieKind = 'session' | 'form' | 'language' | 'node' | 'pending' | 'next';

/**
 * Name of a cookie. `__Host-` binds it to this host and https. On http, where that is not possible, the port is part of the name,
 * since cookies ignore ports and several nodes may run on one machine.
 */
export function cookieName(origin: string, kind: CookieKind): string {
  const suffix = kind === 'session' ? '' : `-${kind}`;
  const { protocol, port } = new URL(origin);
  return protocol === 'https:' ? `__Host-joinery${suffix}` : `joinery${suffix}-${port || '80'}`;
}

const shapes: Record<CookieKind, RegExp> = {
  session: /^[A-Za-z0-9_-]{43}$/,
  form: /^[A-Za-z0-9_-]{43}$/,
  language: /^(en|nl)$/,
  node: /^[a-z0-9.-]{1,253}(?:%3A[0-9]{1,5})?$/,
  pending: /^[A-Za-z0-9_-]{40,3000}$/,
  next: /^[A-Za-z0-9_-]{2,3000}$/,
};

/**
 * Value of one of our cookies, or null.
 * @throws {Refusal} bad_request when it comes twice (somebody planted one from a sibling host) or is not one of ours. The browser
 *   is told to drop it, so that the next request works.
 */
export function readCookie(c: C, kind: CookieKind): string | null {
  const header = c.req.header('cookie');
  if (!header) return null;
  const name = cookieName(c.var.context.config.origin, kind);
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const value = values[0];
  if (value === undefined) return null;
  if (values.length > 1 || !shapes[kind].test(value)) {
    dropCookie(c, kind);
    refuse('bad_request', 'A cookie of this site is damaged: try again');
  }
  return value;
}

function attributes(c: C) {
  const secure = c.var.context.config.origin.startsWith('https:');
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;
}

/** @param maxAge seconds; a cookie without it ends with the browser */
export function writeCookie(c: C, kind: CookieKind, value: string, maxAge?: number): void {
  setCookie(c, cookieName(c.var.context.config.origin, kind), value, { ...attributes(c), maxAge });
}

/** Tells the browser to forget one of our cookies. */
export function dropCookie(c: C, kind: CookieKind): void {
  deleteCookie(c, cookieName(c.var.context.config.origin, kind), attributes(c));
}
