import type { Context as HonoContext } from 'hono';
import type { Environment } from './environment.ts';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Lets a page show an answer of another origin of this node in a frame. */
export function allowFrame(c: HonoContext<Environment>, origin: string): void {
  c.set('policy', `${policy}; frame-src ${origin}`);
}

const always: [string, string][] = [
  ['content-security-policy', policy],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['x-frame-options', 'DENY'],
];

const vary = 'Accept, Cookie, Signature, Accept-Language';
const twoYears = 'max-age=63072000';

/**
 * Puts the headers on an answer that every answer has (OWASP ASVS 5.0, 3.4). A route may have set `Cache-Control` and `Vary`
 * itself; otherwise nothing is kept by shared caches, and nothing at all of what was made for somebody who signed in.
 */
export function harden(c: HonoContext<Environment>): void {
  let { headers } = c.res;
  try {
    headers.set('x-request-id', c.var.requestId);
  } catch {
    // The answer came out of a fetch: its headers are locked.
    const answer = c.res;
    c.res = undefined;
    c.res = new Response(answer.body, { status: answer.status, headers: new Headers(answer.headers) });
    headers = c.res.headers;
    headers.set('x-request-id', c.var.requestId);
  }
  for (const [name, value] of always) headers.set(name, value);
  if (c.var.policy) headers.set('content-security-policy', c.var.policy);
  // Of two headers that say who may frame an answer, the one that can name an origin counts.
  if (c.var.policy && !c.var.policy.includes("frame-ancestors 'none'")) headers.delete('x-frame-options');
  if (c.get('context')?.config.origin.startsWith('https:')) headers.set('strict-transport-security', twoYears);
  if (!headers.has('cache-control')) {
    const personal = Boolean(c.var.visitor) || c.res.status >= 400 || headers.has('set-cookie');
    headers.set('cache-control', personal ? 'no-store' : 'private, no-cache');
  }
  if (!headers.get('cache-control')?.includes('immutable')) headers.set('vary', vary);
}
