import { fold, type Scope, scopes } from '@joinery/core';
import type { LaneHealth } from '../../peers.ts';
import { daysLeft, type Standing, standingOf } from '../labels.tsx';
import { type Partner, referenceOf } from '../store.ts';

/** What the list of partners can be narrowed to; the values of the field `show`. */
export const shows = ['all', 'in-force', 'unconfirmed', 'ending', 'waiting', 'stopped', 'proposed'] as const;
/** What it can be sorted by; the values of the field `sort`. */
export const sorts = ['agency', 'ends', 'contact', 'waiting', 'state'] as const;

export type ListQuestion = { text: string; show: (typeof shows)[number]; sort: (typeof sorts)[number] };

/** Reads the question from the address; what is unknown means everything, by name. */
export function readQuestion(query: (name: string) => string | undefined): ListQuestion {
  return {
    text: (query('q') ?? '').trim().slice(0, 200),
    show: shows.find((known) => known === query('show')) ?? 'all',
    sort: sorts.find((known) => known === query('sort')) ?? 'agency',
  };
}

type Health = ReadonlyMap<string, LaneHealth>;

/** The partners that a question asks for, in the order it asks for. @param partners by name of the agency */
export function listPartners(
  partners: readonly Partner[],
  health: Health,
  question: ListQuestion,
  now: Date,
): Partner[] {
  const words = fold(question.text);
  const names = (partner: Partner) =>
    fold(
      [
        partner.agency,
        partner.identifier,
        partner.reason,
        referenceOf(partner),
        ...partner.hosts.map(({ origin }) => origin),
      ].join(' '),
    );
  return partners
    .filter((partner) => words === '' || names(partner).includes(words))
    .filter((partner) => isShown(partner, health, question.show, now))
    .toSorted(orders[question.sort](health, now));
}

function isShown(partner: Partner, health: Health, show: ListQuestion['show'], now: Date): boolean {
  const standing = standingOf(partner, now);
  switch (show) {
    case 'all':
      return true;
    case 'in-force':
      return standing === 'allowed';
    case 'unconfirmed':
      return standing === 'allowed' && !partner.confirmed;
    case 'ending':
      return daysLeft(partner, now) !== null;
    case 'waiting':
      return waitingOf(partner, health) > 0;
    case 'stopped':
      return stopped.includes(standing);
    case 'proposed':
      return standing === 'proposed_by_us' || standing === 'proposed_by_them';
  }
}

const stopped: readonly Standing[] = ['suspended', 'blocked', 'expired', 'key_changed'];
/** What somebody has to look at comes first. */
const urgent: readonly Standing[] = [
  'key_changed',
  'proposed_by_them',
  'expired',
  'proposed_by_us',
  'not_yet',
  'allowed',
  'suspended',
  'blocked',
];

const waitingOf = (partner: Partner, health: Health) => health.get(partner.origin)?.items ?? 0;

type Order = (health: Health, now: Date) => (one: Partner, other: Partner) => number;

// Sorting keeps the order of those that are equal: by name.
const orders: Record<ListQuestion['sort'], Order> = {
  agency: () => () => 0,
  ends: () => (one, other) => compare(one.expiresAt ?? '9999', other.expiresAt ?? '9999'),
  contact: (health) => (one, other) =>
    compare(health.get(other.origin)?.lastContactAt ?? '', health.get(one.origin)?.lastContactAt ?? ''),
  waiting: (health) => (one, other) => waitingOf(other, health) - waitingOf(one, health),
  state: (_health, now) => (one, other) =>
    urgent.indexOf(standingOf(one, now)) - urgent.indexOf(standingOf(other, now)),
};

const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other));

/** Scopes that came with a newer version than the last decision: off until somebody decides. */
export function undecidedScopes(partner: Partner): Scope[] {
  if (partner.state === 'blocked') return [];
  return scopes.filter((scope) => !partner.offeredScopes.includes(scope) && !partner.scopes.includes(scope));
}
