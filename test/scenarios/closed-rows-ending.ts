import { all, back, everybody, gone, late, served, toBoth, whole, withoutC } from './closed-row-parts.ts';
import type { Row } from './closed-table.ts';

/** Access that ends and comes back, nodes that are away, and the end. */
export const ending: Row[] = [
  {
    what: 'left, and nobody else is of C',
    told: [...gone, 'c>a Leave'],
    ...withoutC('knows', 'knows'),
  },
  { what: 'joins again', told: ['a>c Accept', 'c>a Join'], mails: ['cleo'], ...back },
  { what: 'last member of C removed', told: [...gone, 'a>c Reject'], ...withoutC('knows', 'knows') },
  { what: 'let in again', told: ['a>c Accept', 'c>a Join'], mails: ['cleo'], ...back },
  { what: 'banned', told: [...gone, 'a>b Announce Block', 'a>c Reject'], ...withoutC('knows', 'knows') },
  {
    what: 'ban ended, and let in',
    told: [...toBoth('Announce Undo'), 'a>c Accept', 'c>a Join'],
    mails: ['cleo'],
    ...back,
  },
  { what: 'A suspends C', told: gone, ...withoutC('asks', '') },
  { what: 'A allows C again', told: late, ...back },
  {
    what: 'B suspends C',
    between: ['suspended', 'allowed', ''],
    told: ['c>b receipt'],
    ...whole,
    reads: { ...everybody('PEFRH'), cleo: 'in RH' },
    serves: { ...served('H', 'PEF'), c: { is: 'in', minutes: 'H' } },
    holds: { ...whole.holds, c: 'GRH' },
  },
  {
    what: 'B allows C again',
    told: [],
    ...back,
    between: ['allowed', 'allowed', '/node/groups /streams /agency /people/bob'],
  },
  {
    what: 'B narrows its agreement with C',
    between: ['scope_missing', 'allowed', '/node/groups /streams /agency /people/bob'],
    told: ['c>b receipt'],
    ...whole,
    reads: { ...everybody('PEFRH'), cleo: 'in RH' },
    serves: { ...served('H', 'PEF'), c: { is: 'in', minutes: 'H' } },
    holds: { ...whole.holds, c: 'GRH' },
  },
  {
    what: 'B widens it',
    told: [],
    ...back,
    between: ['allowed', 'allowed', '/node/groups /streams /agency /people/bob'],
  },
  { what: 'A narrows its agreement with C', told: gone, ...withoutC('asks', '') },
  { what: 'A widens it', told: [], ...back },
  { what: 'agreement of A with C ended', told: gone, ...withoutC('asks', '') },
  { what: 'renewed', told: late, ...back },
  {
    what: 'A away for four days',
    told: [],
    reads: { bob: 'asks', cleo: 'asks', dora: 'knows' },
    serves: {},
    holds: whole.holds,
    // His own file.
    doors: { bob: { about: 'F', bell: 'G' } },
    away: true,
  },
  {
    what: 'A away for a month',
    told: ['b>c receipt', 'c>b receipt'],
    reads: { bob: 'asks', cleo: 'asks', dora: 'knows' },
    serves: {},
    holds: { a: 'GPEFRH', b: 'GPEF', c: 'GR' },
    doors: { bob: { about: 'F', bell: 'G' } },
    away: true,
  },
  {
    what: 'A is back',
    told: ['b>a receipt', 'c>a receipt'],
    ...back,
    holds: all('GPEFRH'),
  },
  {
    what: 'what B and C know has drifted, and is mended',
    told: [...toBoth('Announce Remove'), ...toBoth('Announce Add')],
    ...whole,
    holds: all('GPEFRH'),
  },
  {
    what: 'deleted by its author',
    told: [...toBoth('Announce Delete'), 'b>a Delete'],
    ...{ reads: everybody('RH'), serves: served('H', ''), holds: all('GRH') },
  },
  {
    what: 'A restored from before that',
    told: toBoth('Announce Delete'),
    ...{ reads: everybody('RH'), serves: served('H', ''), holds: all('GRH'), opens: true },
  },
  {
    what: 'archived',
    told: toBoth('Announce Update G'),
    ...{ reads: everybody('RH'), serves: served('H', ''), holds: all('GRH') },
  },
  {
    what: 'group deleted',
    told: [...toBoth('Delete'), 'b>a receipt', 'b>c receipt', 'c>a receipt', 'c>b receipt'],
    reads: {},
    serves: {},
    holds: { a: 'GRH', b: 'G', c: 'GR' },
    // What somebody's own node keeps: that there was a group, and what they wrote.
    doors: {
      bob: { page: 'G', group: 'G', topics: 'G', library: 'G', live: 'G' },
      cleo: { page: 'GR', thread: 'R', group: 'G', topics: 'G', library: 'G', live: 'G' },
    },
  },
];
