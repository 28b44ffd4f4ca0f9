import { isId, newId, refuse, type Scope, scopes } from '@joinery/core';
import { type EntryFault, readEntry } from './entry.ts';
import { trustText } from './messages.ts';
import type { Host, Partner } from './store.ts';
import type { PartnerKind } from './tables.ts';

/** What a decision may set of a partner. What is left out stays as it was, or gets the default of its kind. */
export type PartnerFields = Partial<
  Pick<
    Partner,
    | 'agency'
    | 'identifier'
    | 'kind'
    | 'hosts'
    | 'scopes'
    | 'offeredScopes'
    | 'groups'
    | 'direction'
    | 'classification'
    | 'introductions'
    | 'agreementRef'
    | 'contact'
    | 'privateRanges'
    | 'validFrom'
    | 'reviewAt'
    | 'expiresAt'
    | 'software'
    | 'source'
    | 'pinnedKey'
  >
>;

export type ChangeKind = 'allow' | 'propose' | 'receive' | 'suspend' | 'block' | 'change' | 'accept-key';

/** A decision on the partner with this origin: of one of its hosts, in canonical form. */
export type Change = { what: ChangeKind; origin: string; fields: PartnerFields };

/** Scopes that a new agreement with this kind of organisation has unless somebody chooses. */
export const defaultScopes: Record<PartnerKind, Scope[]> = {
  government: ['discover', 'open-groups'],
  supplier: ['open-groups'],
  'civil-society': ['open-groups'],
};

const stateAfter = {
  allow: 'allowed',
  propose: 'proposed_by_us',
  receive: 'proposed_by_them',
  suspend: 'suspended',
  block: 'blocked',
} as const;

/**
 * What the partner is after a decision. Pure: the preview and the decision itself both come from here.
 * @param before undefined for an agency that is not on the list yet
 * @param now UTC instant
 * @throws {Refusal} invalid, conflict (a blocked entry always wins: it must be suspended first), not_found
 */
export function applyChange(before: Partner | undefined, change: Change, now: string): Partner {
  const { what, fields } = change;
  if (before === undefined && (what === 'suspend' || what === 'change' || what === 'accept-key')) {
    refuse('not_found', `${change.origin} is not on the list`);
  }
  if (before !== undefined && what === 'receive') refuse('conflict', `${before.agency} is on the list already`);
  if (before?.state === 'blocked' && (what === 'allow' || what === 'propose')) {
    refuse('conflict', `${before.agency} is blocked, and a block always wins: suspend it first, then allow it`);
  }
  const base = before ?? emptyPartner(change, now);
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as PartnerFields;
  const after: Partner = {
    ...base,
    ...given,
    state: what === 'change' || what === 'accept-key' ? base.state : stateAfter[what],
    updatedAt: now,
  };
  // Whoever chooses the scopes saw all that there are; whoever leaves one off decides on that one alone.
  if (fields.scopes !== undefined && fields.offeredScopes === undefined) after.offeredScopes = [...scopes];
  if (what === 'accept-key') Object.assign(after, { pinnedKey: null, pinnedKeyAt: null, keyChangedAt: null });
  else if (fields.pinnedKey && fields.pinnedKey !== base.pinnedKey) after.pinnedKeyAt = now;
  // Whoever is suspended or blocked has been told, or will find out: they have to agree anew.
  if (what === 'suspend' || what === 'block') after.confirmed = false;
  after.origin = after.hosts.find((host) => host.role === 'node')?.origin ?? after.hosts[0]?.origin ?? change.origin;
  check(after);
  return after;
}

function emptyPartner(change: Change, now: string): Partner {
  const kind = change.fields.kind ?? 'government';
  return {
    id: newId(),
    agency: new URL(change.origin).host,
    identifier: null,
    kind,
    origin: change.origin,
    hosts: [{ origin: change.origin, role: 'node' }],
    state: 'proposed_by_us',
    confirmed: false,
    scopes: defaultScopes[kind],
    offeredScopes: [...scopes],
    groups: null,
    direction: 'both',
    classification: null,
    introductions: false,
    reason: '',
    agreementRef: null,
    contact: null,
    privateRanges: false,
    validFrom: null,
    reviewAt: null,
    expiresAt: null,
    pinnedKey: null,
    pinnedKeyAt: null,
    keyChangedAt: null,
    software: null,
    source: 'manual',
    decidedBy: '',
    createdAt: now,
    updatedAt: now,
  };
}

function check(partner: Partner): void {
  const { validFrom, expiresAt } = partner;
  if (partner.agency.trim() === '') refuse('invalid', 'Name the agency', [{ field: 'agency', code: 'required' }]);
  if (partner.hosts.length === 0)
    refuse('invalid', 'Name at least one address', [{ field: 'hosts', code: 'required' }]);
  if (partner.groups?.some((group) => !isId(group))) {
    refuse('invalid', 'A group is named by its handle or id', [{ field: 'groups', code: 'unknown' }]);
  }
  if (validFrom !== null && expiresAt !== null && validFrom >= expiresAt) {
    refuse('invalid', 'The agreement would end before it begins', [{ field: 'expiresAt', code: 'does_not_match' }]);
  }
}

/**
 * Reads what an administrator typed as addresses of a node.
 * @param first the role of the first address; the others serve besides it
 * @throws {Refusal} invalid, with an explanation
 */
export function readHosts(
  given: readonly (string | { origin: string; role?: string | undefined })[],
  config: { origin: string; loopbackPeers: boolean },
): Host[] {
  const hosts = new Map<string, Host>();
  for (const [index, item] of given.entries()) {
    const typed = typeof item === 'string' ? { origin: item } : item;
    const entry = readEntry(typed.origin, { own: config.origin, loopback: config.loopbackPeers });
    if (!entry.ok) {
      const detail = trustText('en')(entryText[entry.fault], {
        typed: typed.origin.trim(),
        suggestion: entry.suggestion ?? '',
      });
      refuse('invalid', detail, [{ field: 'hosts', code: 'bad_format' }]);
    }
    hosts.set(entry.origin, { origin: entry.origin, role: typed.role ?? (index === 0 ? 'node' : 'other') });
  }
  return [...hosts.values()];
}

/** The text that explains why an address cannot be used. */
export const entryText: Record<EntryFault, EntryFault> = {
  entry_empty: 'entry_empty',
  entry_wildcard: 'entry_wildcard',
  entry_path: 'entry_path',
  entry_address: 'entry_address',
  entry_too_wide: 'entry_too_wide',
  entry_http: 'entry_http',
  entry_own_node: 'entry_own_node',
  entry_unreadable: 'entry_unreadable',
};

/**
 * The instant at which a day given by a person begins, or has passed: agreements run to the end of their last day, UTC.
 * @returns null for an empty text; a full instant is taken as it is
 * @throws {Refusal} invalid
 */
export function readDay(text: string | null | undefined, field: string, edge: 'begins' | 'ended'): string | null {
  const typed = text?.trim();
  if (!typed) return null;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(typed);
  const at = new Date(
    isDay ? `${typed}T00:00:00.000Z` : /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(typed) ? typed : Number.NaN,
  );
  if (Number.isNaN(at.getTime()) || (isDay && at.toISOString().slice(0, 10) !== typed)) {
    refuse('invalid', `Write the date as 2027-01-31, not as ${typed.slice(0, 40)}`, [{ field, code: 'bad_format' }]);
  }
  if (isDay && edge === 'ended') at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString();
}
