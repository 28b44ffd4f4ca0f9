import { type AgencyKind, agencyKinds } from '@joinery/core';
import type { IntroductionRefusalRow, IntroductionRow } from './introduced/tables.ts';
import type { StatementRow } from './statements.ts';

/** Where an agreement stands. Expired follows from the date; whether they agreed too is the flag `confirmed`. */
export const partnerStates = ['proposed_by_them', 'proposed_by_us', 'allowed', 'suspended', 'blocked'] as const;
export type PartnerState = (typeof partnerStates)[number];

export const partnerKinds = agencyKinds;
export type PartnerKind = AgencyKind;

/** An agency on the list. */
export type PartnerRow = {
  id: string;
  /** Its name. */
  agency: string;
  /** Its number in a public register (TOOI, OIN, ONS …). */
  identifier: string | null;
  kind: PartnerKind;
  state: PartnerState;
  /** 1 when their node told us that it allows ours. */
  confirmed: number;
  /** JSON list of scopes. */
  scopes: string;
  /** JSON list of the scopes there were when somebody last decided which ones this agreement has. */
  offered_scopes: string;
  /** JSON list of local ids of groups; null covers all groups. */
  groups: string | null;
  direction: 'in' | 'out' | 'both';
  /** Id of the highest label of groups that it covers; null for the lowest there is. */
  classification: string | null;
  /** 1 when nodes that its closed groups introduce may be read by our people, and may read what they write there. */
  introductions: number;
  /** Why the last decision was taken. */
  reason: string;
  agreement_ref: string | null;
  contact: string | null;
  /** 1 when its hosts may have private addresses, within JOINERY_PRIVATE_RANGES. */
  private_ranges: number;
  valid_from: string | null;
  review_at: string | null;
  expires_at: string | null;
  /** Public key of its server actor: SPKI as PEM. */
  pinned_key: string | null;
  pinned_key_at: string | null;
  /** Set when another key than the pinned one was seen: nothing is exchanged until an administrator has decided. */
  key_changed_at: string | null;
  /** Name of the software it runs, as far as known; `joinery` for our own. */
  software: string | null;
  /** `manual`, `proposal`, or the name of the list it came from. */
  source: string;
  decided_by: string;
  created_at: string;
  updated_at: string;
};

/** One address of an agency's node. Roles: `node` (actors and inboxes), `media` (files only), `other`. */
type PartnerHostRow = { partner_id: string; origin: string; role: string };

/** The register: one row per decision, never changed. */
export type PartnerDecisionRow = {
  id: string;
  at: string;
  partner_id: string;
  origin: string;
  what: string;
  by: string;
  reason: string;
  before: string | null;
  after: string | null;
};

/** What a node that we do not know says of itself. */
export type ProposalRow = {
  origin: string;
  /** The text as it came. */
  document: string;
  received_at: string;
  checked_at: string | null;
  state: 'unverified' | 'checked' | 'mismatch' | 'accepted' | 'declined';
};

/** A person here asks for an agreement with a node. One row per person, node and group. */
export type AskRow = {
  id: string;
  person_id: string;
  origin: string;
  /** Address of the group wanted; empty for the node as a whole. */
  group_uri: string;
  reason: string;
  state: 'open' | 'agreed' | 'declined';
  answer: string | null;
  answered_by: string | null;
  asked_at: string;
  answered_at: string | null;
};

declare module '@joinery/core' {
  interface Schema {
    partner: PartnerRow;
    partner_host: PartnerHostRow;
    partner_decision: PartnerDecisionRow;
    /** One row: changes with every decision, so that each process knows when to read the list again. */
    partner_version: { id: number; version: string };
    proposal: ProposalRow;
    partner_ask: AskRow;
    partner_statement: StatementRow;
    introduction: IntroductionRow;
    introduction_refusal: IntroductionRefusalRow;
  }
}
