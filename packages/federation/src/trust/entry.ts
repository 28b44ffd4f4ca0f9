import { canonicalOrigin, originOf } from '@joinery/core';

/** Why an address cannot be on the list. The texts stand in `messages.ts`. */
export type EntryFault =
  | 'entry_empty'
  | 'entry_wildcard'
  | 'entry_path'
  | 'entry_address'
  | 'entry_too_wide'
  | 'entry_http'
  | 'entry_own_node'
  | 'entry_unreadable';

export type Entry = { ok: true; origin: string } | { ok: false; fault: EntryFault; suggestion?: string };

// Second labels under which registries hand out names (co.uk, gov.pl, gob.es): nobody's own host lives there.
const sharedLabels = new Set(
  'ac co com edu gob gouv gov govt gub gv id ltd me mil ne net nhs nic or org plc police sch'.split(' '),
);

/**
 * Reads the address of a node as an administrator types or pastes it, and says why it cannot be used. Spaces around it, capitals, a closing
 * slash or dot and the standard port are taken away; a missing scheme means https. Anything that would mean more or something else than
 * exactly one host is refused: there are no wildcards, and subdomains count only when they are listed.
 * @param options.own origin of this node; options.loopback: peers on this machine over http, for development
 */
export function readEntry(text: string, options: { own: string; loopback: boolean }): Entry {
  const typed = text.trim();
  if (typed === '') return { ok: false, fault: 'entry_empty' };
  if (typed.includes('*')) return { ok: false, fault: 'entry_wildcard' };
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  const origin = canonicalOrigin(address);
  if (origin === null) {
    const suggestion = originOf(address);
    return suggestion === null
      ? { ok: false, fault: 'entry_unreadable' }
      : { ok: false, fault: 'entry_path', suggestion };
  }
  if (origin === options.own) return { ok: false, fault: 'entry_own_node' };
  const { hostname, protocol } = new URL(origin);
  if (options.loopback && isLoopback(hostname)) return { ok: true, origin };
  if (/^[0-9.]+$|^\[/.test(hostname)) return { ok: false, fault: 'entry_address' };
  const labels = hostname.split('.');
  const shared = labels.length === 2 && labels[1]?.length === 2 && sharedLabels.has(labels[0] ?? '');
  if (labels.length === 1 || shared) return { ok: false, fault: 'entry_too_wide' };
  if (protocol !== 'https:')
    return { ok: false, fault: 'entry_http', suggestion: `https:${origin.slice('http:'.length)}` };
  return { ok: true, origin };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
}
