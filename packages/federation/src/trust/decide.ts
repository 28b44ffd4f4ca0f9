import type { KeyObject } from 'node:crypto';
import { canonicalOrigin, type Decision, type Direction, type Scope } from '@joinery/core';
import type { PartnerState } from './tables.ts';

/** What must be known of a partner to decide; instants in milliseconds since 1970. */
export type Agreement = {
  partner: string;
  agency: string;
  state: PartnerState;
  /** When what stands of it was last changed: of one that was suspended, since when it is. */
  changed?: number;
  scopes: ReadonlySet<string>;
  /** Local ids; null covers all groups. */
  groups: ReadonlySet<string> | null;
  direction: Direction;
  validFrom: number;
  /** Infinity when it has no end. */
  expires: number;
  keyChanged: number | null;
  privateRanges: boolean;
  /** Place of the highest label that it covers, among those of the agency. */
  highest: number;
  /** Whether nodes that its closed groups introduce are taken from it. */
  introductions: boolean;
};

/** A node that has no entry of its own, as a closed group elsewhere vouches for it. */
export type Introduction = {
  /** Address of the group, and the node it lives on. */
  group: string;
  host: string;
  origin: string;
  agency: string;
  /** What its requests are proven with: nothing is fetched to find out. */
  key: KeyObject;
  /** An officer here does not take it. */
  refused: boolean;
};

/** The whole list as it stood at one moment, by canonical origin. */
export type Snapshot = {
  own: string;
  byOrigin: ReadonlyMap<string, Agreement>;
  /** Place of the label of each group that has one, by local id; the others have the lowest. */
  levels: ReadonlyMap<string, number>;
  /** Groups elsewhere whose label nobody here has said the meaning of: withheld, and not lost. */
  unmapped?: ReadonlySet<string>;
  /** By origin. */
  introduced: ReadonlyMap<string, readonly Introduction[]>;
  /** After a restore: nodes with which nothing is exchanged yet. */
  quarantine?: 'everybody' | ReadonlySet<string>;
  /** Groups that a restore keeps shut, by local id: nothing of them leaves, and what comes in waits with them. */
  heldBack?: ReadonlySet<string>;
};

/**
 * Decides whether something may be exchanged with another node. Pure; the only place where it is decided.
 * A node exchanges nothing with itself (`own_node`): who claims our own origin from outside is never believed.
 * @param snapshot null when the list could not be read: everything is closed
 * @param scope null asks only whether there is an agreement in force
 * @param direction seen from here: `in` they send or we fetch, `out` we deliver or they fetch
 * @param group local id; without it an agreement on named groups allows, and the caller asks again once it knows the group
 * @param now milliseconds since 1970; a date that passes needs no reload
 */
export function decide(
  snapshot: Snapshot | null,
  origin: string,
  scope: Scope | null,
  direction: 'in' | 'out',
  group: string | undefined,
  now: number,
): Decision {
  if (snapshot === null) return { allowed: false, reason: 'list_unreadable' };
  let agreement = snapshot.byOrigin.get(origin);
  if (agreement === undefined) {
    const canonical = canonicalOrigin(origin);
    if (canonical === null) return { allowed: false, reason: 'bad_origin' };
    if (canonical === snapshot.own) return { allowed: false, reason: 'own_node' };
    agreement = snapshot.byOrigin.get(canonical);
    if (agreement === undefined) return { allowed: false, reason: 'not_listed' };
  }
  const level = group === undefined ? 0 : (snapshot.levels.get(group) ?? 0);
  const decision = weigh(agreement, scope, direction, group, level, now);
  if (decision.reason === 'classification_too_high' && group !== undefined && snapshot.unmapped?.has(group))
    return { ...decision, reason: 'classification_unmapped' };
  const isHeldBack = direction === 'out' && group !== undefined && snapshot.heldBack?.has(group);
  return decision.allowed && (isHeldBack || isKeptApart(snapshot, origin))
    ? { ...decision, allowed: false, reason: 'quarantine' }
    : decision;
}

/**
 * Decides whether a node may read items of a closed group, or be read (`direction`). By its own agreement, which decides alone where there is an entry for it, whatever that
 * says; without one, when the group's node introduces it, its agreement covers the group, and introductions are taken from it. Pure.
 */
export function decideReading(
  snapshot: Snapshot | null,
  origin: string,
  group: { id?: string | undefined; uri: string },
  direction: 'in' | 'out',
  now: number,
): Decision {
  const own = decide(snapshot, origin, 'closed-groups', direction, group.id, now);
  if (own.allowed || own.reason !== 'not_listed' || snapshot === null) return own;
  const found = snapshot.introduced.get(canonicalOrigin(origin) ?? '')?.find((one) => one.group === group.uri);
  if (!found || found.refused || !takesIntroductions(snapshot, found, group.id, now)) return own;
  return { allowed: true, reason: 'introduced', agency: found.agency };
}

function takesIntroductions(snapshot: Snapshot, { host }: Introduction, group: string | undefined, now: number) {
  const agreed = decide(snapshot, host, 'closed-groups', 'in', group, now).allowed;
  return agreed && snapshot.byOrigin.get(host)?.introductions === true;
}

function isKeptApart({ quarantine }: Snapshot, origin: string): boolean {
  if (quarantine === undefined) return false;
  return quarantine === 'everybody' || quarantine.has(canonicalOrigin(origin) ?? origin);
}

function weigh(
  agreement: Agreement,
  scope: Scope | null,
  direction: 'in' | 'out',
  group: string | undefined,
  level: number,
  now: number,
): Decision {
  const { agency, state } = agreement;
  const no = (reason: Decision['reason'], since?: number): Decision =>
    since === undefined
      ? { allowed: false, reason, agency }
      : { allowed: false, reason, agency, since: new Date(since).toISOString() };
  if (state === 'blocked' || state === 'suspended') return no(state, agreement.changed);
  if (state !== 'allowed') return no('proposed');
  if (agreement.keyChanged !== null) return no('key_changed', agreement.keyChanged);
  if (now < agreement.validFrom) return no('not_yet_valid', agreement.validFrom);
  if (now >= agreement.expires) return no('expired', agreement.expires);
  if (agreement.direction !== 'both' && agreement.direction !== direction) return no('wrong_direction');
  if (scope !== null && !agreement.scopes.has(scope)) return no('scope_missing');
  if (group !== undefined && agreement.groups !== null && !agreement.groups.has(group)) return no('group_not_named');
  if (level > agreement.highest) return no('classification_too_high');
  return { allowed: true, reason: 'allowed', agency };
}
