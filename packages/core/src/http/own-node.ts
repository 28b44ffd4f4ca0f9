import { isIP } from 'node:net';
import type { Context as HonoContext } from 'hono';
import type { Config } from '../config.ts';
import { originOf } from '../origin.ts';
import { readCookie, writeCookie } from './cookies.ts';
import type { Environment } from './environment.ts';

type C = HonoContext<Environment>;

/** What a page offers somebody who has no account here: the thing at its address, opened on the node of their own agency. */
export type OwnNodeOffer = {
  /** Path of the thing on this node. */
  path: string;
  /** Host of the node that this browser chose earlier, with where the thing opens on it; null the first time. */
  remembered: { host: string; href: string } | null;
};

const thing = /^\/(?:groups|posts|people|files)\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=[/?#]|$)/;

/** The path of the group, post, person or file that a path lies at or below; null for every other page. Says nothing of whether there is one. */
export function thingAt(path: string): string | null {
  return thing.exec(path)?.[0] ?? null;
}

/**
 * The offer for a page, from its path and the browser's cookie alone: for what is closed it is the same as for what is missing.
 * @param path the page's own, or where a sign-in would lead to
 * @returns null for somebody signed in, and where there is nothing to open
 */
export function ownNodeOffer(c: C, path: string): OwnNodeOffer | null {
  const at = c.var.visitor ? null : thingAt(path);
  if (at === null) return null;
  const { config } = c.var.context;
  const cookie = readCookie(c, 'node');
  const origin = cookie === null ? null : nodeOrigin(decodeURIComponent(cookie), config);
  if (origin === null || origin === config.origin) return { path: at, remembered: null };
  return { path: at, remembered: { host: new URL(origin).host, href: followAddress(origin, `${config.origin}${at}`) } };
}

/** Where a Joinery node opens the thing behind an address (FEP-3b86: its template of the intent Follow). */
export function followAddress(origin: string, uri: string): string {
  return `${origin}/follow?uri=${encodeURIComponent(uri)}`;
}

const year = 365 * 24 * 3_600;

/** Remembers the node of somebody's own agency in this browser. */
export function rememberNode(c: C, origin: string): void {
  writeCookie(c, 'node', new URL(origin).host, year);
}

/**
 * The origin of a node from what a person typed: a host, an address, or a handle (`@me@node.example`). Since a browser is sent there, it must be the name of
 * a public host reached by https, without user information, at the usual port or an unprivileged one. Development may name http nodes of this machine.
 * @returns null for anything else
 */
export function nodeOrigin(text: string, config: Pick<Config, 'loopbackPeers'>): string | null {
  const typed = text.trim();
  if (typed.length > 300) return null;
  const named = /^@[^@\s/:]+@([^@\s/]+)$/.exec(typed)?.[1] ?? typed;
  const origin = originOf(/^https?:\/\//i.test(named) ? named : `https://${named}`);
  if (origin === null) return null;
  const { hostname, host, port } = new URL(origin);
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1')
    return config.loopbackPeers ? `http://${host}` : null;
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !hostname.includes('.')) return null;
  return port === '' || port === '443' || Number(port) >= 1_024 ? new URL(`https://${host}`).origin : null;
}
