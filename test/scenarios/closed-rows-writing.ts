import { all, back, everybody, firstOfNode, served, toBoth, whole } from './closed-row-parts.ts';
import type { Row } from './closed-table.ts';

/** What is written in it, and what those who run it do there. */
export const writing: Row[] = [
  {
    what: 'post with a file',
    told: [...toBoth('Announce'), 'b>a Create PF'],
    mails: ['ada'],
    reads: { ...everybody('PF'), cleo: 'in' },
    serves: { ...served('', 'PF'), c: { is: 'in' } },
    holds: { a: 'GPF', b: 'GPF', c: 'G' },
    doors: { bob: { bell: 'G' } },
  },
  {
    what: 'the group introduces its nodes to each other',
    told: [],
    ...{ reads: { ...everybody('PF'), cleo: 'in' }, serves: { ...served('', 'PF'), c: { is: 'in' } } },
    holds: { a: 'GPF', b: 'GPF', c: 'G' },
  },
  {
    what: 'B takes that',
    told: [],
    ...{ reads: { ...everybody('PF'), cleo: 'in' }, serves: { ...served('', 'PF'), c: { is: 'in' } } },
    holds: { a: 'GPF', b: 'GPF', c: 'G' },
    serves: { ...served('', 'PF'), c: { is: 'in', proven: 'F' } },
    between: ['introduced', 'not_listed', ''],
  },
  {
    what: 'C takes that, and fetches',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF') },
    opens: true,
    between: ['introduced', 'introduced', ''],
  },
  {
    what: 'B refuses C in this group',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF') },
    // A copy stays with whoever was given it: B has no line to C on which to ask for it.
    serves: { ...served('', 'PF'), c: { is: 'in' } },
    doors: { cleo: { bytes: '', range: '' } },
    between: ['not_listed', 'introduced', ''],
  },
  {
    what: 'B takes C again',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF') },
    between: ['introduced', 'introduced', ''],
  },
  {
    what: 'the group introduces nobody any more',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF') },
    // A copy stays with whoever was given it: B has no line to C on which to ask for it.
    serves: { ...served('', 'PF'), c: { is: 'in' } },
    doors: { cleo: { bytes: '', range: '' } },
    between: ['not_listed', 'not_listed', ''],
  },
  {
    what: 'introduced again',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF') },
    between: ['introduced', 'introduced', ''],
  },
  {
    what: 'an entry of C decides alone',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF') },
    between: ['introduced', 'scope_missing', ''],
  },
  {
    what: 'B and C agree',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF') },
    between: ['allowed', 'allowed', '/node/groups /streams /agency /people/bob'],
  },
  {
    what: 'edited',
    told: [...toBoth('Announce'), 'b>a Update PEF'],
    ...{ reads: everybody('PEF'), serves: served('', 'PEF'), holds: all('GPEF') },
  },
  {
    what: 'liked',
    told: ['c>a Like'],
    ...{ reads: everybody('PEF'), serves: served('', 'PEF'), holds: all('GPEF') },
  },
  {
    what: 'like taken back',
    told: ['c>a Undo'],
    ...{ reads: everybody('PEF'), serves: served('', 'PEF'), holds: all('GPEF') },
  },
  {
    what: 'reply at C',
    told: [...toBoth('Announce'), 'c>a Create R'],
    mails: ['bob'],
    ...{ reads: everybody('PEFR'), serves: served('', 'PEF'), holds: all('GPEFR') },
  },
  {
    what: 'pinned',
    told: toBoth('Announce Add'),
    ...{ reads: everybody('PEFR'), serves: served('', 'PEF'), holds: all('GPEFR') },
  },
  {
    what: 'locked',
    told: toBoth('Announce Lock'),
    ...{ reads: everybody('PEFR'), serves: served('', 'PEF'), holds: all('GPEFR') },
  },
  {
    what: 'a post that the group refuses',
    told: [...toBoth('Announce Undo'), ...toBoth('Announce Lock'), 'b>a Create N', 'a>b Reject'],
    ...{ reads: { ...everybody('PEFR'), bob: 'in PEFRN' }, serves: served('', 'PEF') },
    holds: { a: 'GPEFR', b: 'GPEFRN', c: 'GPEFR' },
    // Its author has it at hand, and nobody else.
    doors: { bob: { feed: 'PERN', search: 'GPERN', start: 'GPERN' } },
  },
  {
    what: 'thrown away by its author',
    told: ['b>a Delete'],
    ...{ reads: everybody('PEFR'), serves: served('', 'PEF'), holds: all('GPEFR') },
  },
  {
    what: 'post of the host',
    told: [...toBoth('Announce'), ...toBoth('Announce Undo')],
    ...{ reads: everybody('PEFRH'), serves: served('H', 'PEF'), holds: all('GPEFRH') },
  },
  {
    what: 'document in the library',
    told: [...toBoth('Announce'), 'b>a Create D'],
    ...{ reads: everybody('PEFRDH'), serves: served('H', 'PEFD'), holds: all('GPEFRDH') },
  },
  {
    what: 'file replaced',
    told: [...toBoth('Announce'), 'b>a Update DV'],
    ...{ reads: everybody('PEFRDVH'), serves: served('H', 'PEFDV'), holds: all('GPEFRDVH') },
    // The file as it is now.
    doors: Object.fromEntries(['ada', 'bob', 'cleo'].map((name) => [name, { kept: 'V' }])),
  },
  { what: 'file deleted', told: [...toBoth('Announce Delete'), 'b>a Delete'], ...whole },
  {
    what: 'removed by a facilitator',
    told: toBoth('Announce Remove'),
    ...whole,
    reads: { ...everybody('PEFRH'), cleo: 'in H' },
    serves: { ...served('H', 'PEF'), c: { is: 'in', minutes: 'H' } },
    // Its author and those who run the group see it where it stood, and nowhere else.
    doors: {
      ada: { start: 'GH', feed: 'H', search: 'GH', bell: 'G', about: '', bytes: '', range: '' },
      bob: { start: 'GH', feed: 'H', search: 'GH', bell: 'G' },
    },
  },
  { what: 'put back', told: toBoth('Announce Undo'), ...back },
  { what: 'somebody of C runs it', told: toBoth('Announce Add'), mails: ['cleo'], ...whole },
  {
    what: 'another of C asks',
    told: ['c>a Join', 'a>c Offer'],
    mails: ['ada', 'cleo'],
    ...whole,
    reads: { ...everybody('PEFRH'), dora: 'asks' },
    says: {
      ada: { at: '/groups/:id/requests', has: ['Dora Other'], lacks: [firstOfNode] },
      cleo: { at: '/groups/:id/requests', has: ['Dora Other'], lacks: [firstOfNode] },
    },
  },
  {
    what: 'let in by who runs it at C',
    told: ['c>a Accept', 'a>c Accept', 'a>c Undo'],
    mails: ['dora'],
    ...whole,
    reads: { ...everybody('PEFRH'), dora: 'in PEFRH' },
  },
  { what: 'who was let in leaves', told: ['c>a Leave'], ...whole },
  {
    what: 'removed by who runs it at C',
    told: ['c>a Remove', ...toBoth('Announce Remove')],
    ...whole,
    serves: { ...served('H', 'PEF'), c: { is: 'in', minutes: 'H' } },
    doors: {
      ada: { start: 'GH', feed: 'H', search: 'GH', bell: 'G', about: '', bytes: '', range: '' },
      bob: { start: 'GH', feed: 'H', search: 'GH', bell: 'G' },
      cleo: { start: 'GH', feed: 'H', search: 'GH', about: '', bytes: '', range: '' },
    },
  },
  { what: 'put back by who runs it at C', told: ['c>a Undo', ...toBoth('Announce Undo')], ...back },
  { what: 'pinned by who runs it at C', told: ['c>a Add', ...toBoth('Announce Add')], ...whole },
  {
    what: 'nobody of C runs it any more',
    told: [...toBoth('Remove'), ...toBoth('Announce Remove')],
    mails: ['cleo'],
    ...whole,
  },
  { what: 'keys of the group renewed', told: toBoth('Announce Update G'), ...whole },
  { what: 'said to have moved to X', told: [], ...whole },
];
