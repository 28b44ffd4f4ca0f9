import { expect, it } from 'vitest';
import type { LaneHealth } from '../../peers.ts';
import { applyChange, type Change } from '../change.ts';
import type { Partner } from '../store.ts';
import { type ListQuestion, listPartners, readQuestion, undecidedScopes } from './listing.ts';

const now = new Date('2026-11-22T09:00:00.000Z');
const days = (count: number) => new Date(now.getTime() + count * 86_400_000).toISOString();

function partner(agency: string, what: Change['what'], fields: Change['fields'] = {}): Partner {
  const origin = `https://${agency.toLowerCase()}.gov`;
  return applyChange(undefined, { what, origin, fields: { agency, ...fields } }, now.toISOString());
}

const partners = [
  partner('Akkerdam', 'allow', { expiresAt: days(20), agreementRef: 'DPA-2026/14' }),
  partner('Boswijk', 'block'),
  { ...partner('Étang', 'allow', { expiresAt: days(300) }), confirmed: true },
  partner('Oever', 'receive'),
  partner('Verlopen', 'allow', { validFrom: days(-300), expiresAt: days(-1) }),
];
const health = new Map([
  ['https://étang.gov', { items: 3, lastContactAt: days(-1) }],
  ['https://akkerdam.gov', { items: 9, lastContactAt: days(-2) }],
] as [string, LaneHealth][]);

const names = (question: Partial<ListQuestion>) =>
  listPartners(partners, health, { text: '', show: 'all', sort: 'agency', ...question }, now).map(
    ({ agency }) => agency,
  );

it('finds partners by name, address and reference, whatever the case and the accents', () => {
  expect(names({ text: 'etang' })).toEqual(['Étang']);
  expect(names({ text: 'dpa-2026' })).toEqual(['Akkerdam']);
  expect(names({ text: 'OEVER.gov' })).toEqual(['Oever']);
  expect(names({ text: 'nobody' })).toEqual([]);
});

it('narrows the list to what an officer looks for', () => {
  expect(names({ show: 'in-force' })).toEqual(['Akkerdam', 'Étang']);
  expect(names({ show: 'unconfirmed' })).toEqual(['Akkerdam']);
  expect(names({ show: 'ending' })).toEqual(['Akkerdam']);
  expect(names({ show: 'waiting' })).toEqual(['Akkerdam', 'Étang']);
  expect(names({ show: 'stopped' })).toEqual(['Boswijk', 'Verlopen']);
  expect(names({ show: 'proposed' })).toEqual(['Oever']);
});

it('sorts by what is asked for, and by name where that is equal', () => {
  expect(names({ sort: 'ends' })).toEqual(['Verlopen', 'Akkerdam', 'Étang', 'Boswijk', 'Oever']);
  expect(names({ sort: 'contact' })).toEqual(['Étang', 'Akkerdam', 'Boswijk', 'Oever', 'Verlopen']);
  expect(names({ sort: 'waiting' })).toEqual(['Akkerdam', 'Étang', 'Boswijk', 'Oever', 'Verlopen']);
  expect(names({ sort: 'state' })).toEqual(['Oever', 'Verlopen', 'Akkerdam', 'Étang', 'Boswijk']);
});

it('reads only questions that it knows', () => {
  const query = (given: Record<string, string>) => readQuestion((name) => given[name]);
  expect(query({ q: ' a ', show: 'ending', sort: 'ends' })).toEqual({ text: 'a', show: 'ending', sort: 'ends' });
  expect(query({ show: 'x', sort: '__proto__' })).toEqual({ text: '', show: 'all', sort: 'agency' });
});

it('names what a new version brought until the scopes are decided again', () => {
  const older: Partner = { ...partner('Older', 'allow', { scopes: ['discover'] }), offeredScopes: ['discover'] };
  expect(undecidedScopes(older)).toEqual(['open-groups', 'closed-groups']);
  const change = (what: Change['what'], fields: Change['fields']) =>
    applyChange(older, { what, origin: older.origin, fields }, now.toISOString());
  expect(undecidedScopes(change('change', { contact: 'Olga' }))).toEqual(['open-groups', 'closed-groups']);
  expect(undecidedScopes(change('suspend', {}))).toEqual(['open-groups', 'closed-groups']);
  expect(undecidedScopes(change('block', {}))).toEqual([]);
  const off = change('change', { scopes: ['discover'] });
  expect([undecidedScopes(off), off.scopes]).toEqual([[], ['discover']]);
});
