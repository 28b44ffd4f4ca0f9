import { type Classification, type Direction, type Reader, type Scope, scopes, type Work } from '@joinery/core';
import { z } from 'zod';
import type { Agreement, Snapshot } from './decide.ts';
import {
  type PartnerDecisionRow,
  type PartnerKind,
  type PartnerRow,
  type ProposalRow,
  partnerStates,
} from './tables.ts';

/** One address of a partner. The first one with the role `node` is where its server actor lives. */
export type Host = { origin: string; role: string };

/** A partner as rules, pages and API see it: the contract's shape. */
export type Partner = {
  id: string;
  agency: string;
  identifier: string | null;
  kind: PartnerKind;
  /** Its main host. */
  origin: string;
  hosts: Host[];
  state: PartnerRow['state'];
  confirmed: boolean;
  scopes: Scope[];
  /** What there was to choose from when the scopes were last decided. A scope that is not in it waits for a decision. */
  offeredScopes: string[];
  /** Local ids of the groups it covers; null covers all. */
  groups: string[] | null;
  direction: Direction;
  /** Id of the highest label that it covers; null for the lowest there is. */
  classification: string | null;
  /** Whether nodes that its closed groups introduce may be read, and may read. */
  introductions: boolean;
  reason: string;
  agreementRef: string | null;
  contact: string | null;
  privateRanges: boolean;
  validFrom: string | null;
  reviewAt: string | null;
  expiresAt: string | null;
  pinnedKey: string | null;
  pinnedKeyAt: string | null;
  keyChangedAt: string | null;
  software: string | null;
  source: string;
  decidedBy: string;
  createdAt: string;
  updatedAt: string;
};

/** Whether the last day of an agreement has passed. @param now UTC instant */
export function hasEnded(partner: Partner | undefined, now: string): boolean {
  return partner?.state === 'allowed' && partner.expiresAt !== null && partner.expiresAt <= now;
}

/** What both sides call the agreement: as they agreed, or as their connection letter says: from the date of the entry and the end of its id. */
export function referenceOf({ agreementRef, createdAt, id }: Partner): string {
  return agreementRef ?? `${createdAt.slice(0, 10).replaceAll('-', '')}-${id.slice(-6)}`;
}

const textList = z.array(z.string());

function readList(text: string): string[] {
  return textList.parse(JSON.parse(text));
}

const knownScopes: readonly string[] = scopes;

function toPartner(row: PartnerRow, hosts: Host[]): Partner {
  const main = hosts.find((host) => host.role === 'node') ?? hosts[0];
  if (main === undefined) throw new Error(`The partner ${row.id} has no host`);
  if (!partnerStates.includes(row.state)) throw new Error(`The partner ${row.id} has an unknown state`);
  return {
    id: row.id,
    agency: row.agency,
    identifier: row.identifier,
    kind: row.kind,
    origin: main.origin,
    hosts,
    state: row.state,
    confirmed: row.confirmed === 1,
    // A scope that an earlier or later version knew is kept in the row and means nothing here.
    scopes: readList(row.scopes).filter((scope): scope is Scope => knownScopes.includes(scope)),
    offeredScopes: readList(row.offered_scopes),
    groups: row.groups === null ? null : readList(row.groups),
    direction: z.enum(['in', 'out', 'both']).parse(row.direction),
    classification: row.classification,
    introductions: row.introductions === 1,
    reason: row.reason,
    agreementRef: row.agreement_ref,
    contact: row.contact,
    privateRanges: row.private_ranges === 1,
    validFrom: row.valid_from,
    reviewAt: row.review_at,
    expiresAt: row.expires_at,
    pinnedKey: row.pinned_key,
    pinnedKeyAt: row.pinned_key_at,
    keyChangedAt: row.key_changed_at,
    software: row.software,
    source: row.source,
    decidedBy: row.decided_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

async function withHosts(db: Reader, rows: PartnerRow[]): Promise<Partner[]> {
  const hosts = await db
    .selectFrom('partner_host')
    .selectAll()
    .$if(rows.length < 500, (query) => query.where('partner_id', 'in', rows.length ? rows.map(({ id }) => id) : ['']))
    .orderBy('origin')
    .execute();
  // The main host comes first, whatever the others are for.
  hosts.sort((one, other) => Number(other.role === 'node') - Number(one.role === 'node'));
  const byPartner = Map.groupBy(hosts, (host) => host.partner_id);
  return rows.map((row) =>
    toPartner(
      row,
      (byPartner.get(row.id) ?? []).map(({ origin, role }) => ({ origin, role })),
    ),
  );
}

/** Every partner, by name of the agency. */
export async function allPartners(db: Reader): Promise<Partner[]> {
  const partners = await withHosts(db, await db.selectFrom('partner').selectAll().execute());
  const collator = new Intl.Collator('en');
  return partners.sort((one, other) => collator.compare(one.agency, other.agency) || (one.id < other.id ? -1 : 1));
}

/** @param after id of the last one of the page before; newest first */
export async function pageOfPartners(db: Reader, after: string | null, limit: number): Promise<Partner[]> {
  const rows = await db
    .selectFrom('partner')
    .selectAll()
    .$if(after !== null, (query) => query.where('id', '<', after ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return withHosts(db, rows);
}

/** The entry with this id, with its hosts. */
export async function partnerById(db: Reader, id: string): Promise<Partner | undefined> {
  return (await withHosts(db, await db.selectFrom('partner').selectAll().where('id', '=', id).execute()))[0];
}

/** @param origin in canonical form */
export async function partnerByOrigin(db: Reader, origin: string): Promise<Partner | undefined> {
  const host = await db.selectFrom('partner_host').select('partner_id').where('origin', '=', origin).executeTakeFirst();
  return host && partnerById(db, host.partner_id);
}

/** Partners with this identifier in a public register. */
export async function partnersByIdentifier(db: Reader, identifier: string): Promise<Partner[]> {
  return withHosts(db, await db.selectFrom('partner').selectAll().where('identifier', '=', identifier).execute());
}

/** Writes a partner, new or known, with exactly these hosts. */
export async function savePartner(work: Work, partner: Partner): Promise<void> {
  const { hosts } = partner;
  const row: PartnerRow = {
    id: partner.id,
    agency: partner.agency,
    identifier: partner.identifier,
    kind: partner.kind,
    state: partner.state,
    confirmed: partner.confirmed ? 1 : 0,
    scopes: JSON.stringify(partner.scopes),
    offered_scopes: JSON.stringify(partner.offeredScopes),
    groups: partner.groups && JSON.stringify(partner.groups),
    direction: partner.direction,
    classification: partner.classification,
    introductions: partner.introductions ? 1 : 0,
    reason: partner.reason,
    agreement_ref: partner.agreementRef,
    contact: partner.contact,
    private_ranges: partner.privateRanges ? 1 : 0,
    valid_from: partner.validFrom,
    review_at: partner.reviewAt,
    expires_at: partner.expiresAt,
    pinned_key: partner.pinnedKey,
    pinned_key_at: partner.pinnedKeyAt,
    key_changed_at: partner.keyChangedAt,
    software: partner.software,
    source: partner.source,
    decided_by: partner.decidedBy,
    created_at: partner.createdAt,
    updated_at: partner.updatedAt,
  };
  const { id, ...changes } = row;
  await work.db
    .insertInto('partner')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
    .execute();
  await work.db.deleteFrom('partner_host').where('partner_id', '=', id).execute();
  await work.db
    .insertInto('partner_host')
    .values(hosts.map((host) => ({ ...host, partner_id: id })))
    .execute();
}

/** Adds a row to the register and raises the version by which every process notices. */
export async function registerDecision(work: Work, row: PartnerDecisionRow): Promise<void> {
  await work.db.insertInto('partner_decision').values(row).execute();
  await work.db
    .insertInto('partner_version')
    .values({ id: 1, version: row.id })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ version: row.id }))
    .execute();
}

/** The register, newest first. @param filter.before id of the last row of the page before */
export async function decisions(
  db: Reader,
  filter: { partner?: string; before?: string | null; limit?: number } = {},
): Promise<PartnerDecisionRow[]> {
  const { partner, before, limit } = filter;
  return db
    .selectFrom('partner_decision')
    .selectAll()
    .$if(partner !== undefined, (query) => query.where('partner_id', '=', partner ?? ''))
    .$if(!!before, (query) => query.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
}

/** What nodes have proposed, newest first. */
export async function proposals(db: Reader): Promise<ProposalRow[]> {
  return db.selectFrom('proposal').selectAll().orderBy('received_at', 'desc').orderBy('origin').execute();
}

/** The proposal that came from a node. */
export async function proposalFrom(db: Reader, origin: string): Promise<ProposalRow | undefined> {
  return db.selectFrom('proposal').selectAll().where('origin', '=', origin).executeTakeFirst();
}

/**
 * Turns partners into the list that decisions are made from. An agency that is blocked under one address is blocked under all that carry its
 * identifier: a blocked entry always wins.
 */
export function toSnapshot(
  own: string,
  partners: readonly Partner[],
  { labels, levels, unmapped }: Classification,
  introduced: Snapshot['introduced'],
): Snapshot {
  const blocked = new Set(
    partners.filter(({ state }) => state === 'blocked').flatMap(({ identifier }) => identifier ?? []),
  );
  const byOrigin = new Map<string, Agreement>();
  for (const partner of partners) {
    const agreement: Agreement = {
      partner: partner.id,
      agency: partner.agency,
      state: partner.identifier !== null && blocked.has(partner.identifier) ? 'blocked' : partner.state,
      scopes: new Set(partner.scopes),
      groups: partner.groups && new Set(partner.groups),
      ...(partner.state === 'suspended' ? { changed: Date.parse(partner.updatedAt) } : {}),
      direction: partner.direction,
      validFrom: instant(partner.validFrom) ?? Number.NEGATIVE_INFINITY,
      expires: instant(partner.expiresAt) ?? Number.POSITIVE_INFINITY,
      keyChanged: instant(partner.keyChangedAt),
      privateRanges: partner.privateRanges,
      highest: Math.max(
        0,
        labels.findIndex(({ id }) => id === partner.classification),
      ),
      introductions: partner.introductions,
    };
    for (const { origin } of partner.hosts) byOrigin.set(origin, agreement);
  }
  return { own, byOrigin, levels, unmapped, introduced };
}

/** @throws {RangeError} for what is no instant: such a list is unreadable, not open-ended */
function instant(text: string | null): number | null {
  return text === null ? null : Date.parse(new Date(text).toISOString());
}

/** Handles of the groups that an agreement names; ids for groups of other nodes, whose handle is not unique here. */
export async function groupNames(db: Reader, partner: Partner): Promise<string[]> {
  if (!partner.groups?.length) return [];
  const rows = await db
    .selectFrom('handle')
    .select(['id', 'name'])
    .where('kind', '=', 'group')
    .where('id', 'in', partner.groups)
    .execute();
  return partner.groups.map((id) => rows.find((row) => row.id === id)?.name ?? id);
}
