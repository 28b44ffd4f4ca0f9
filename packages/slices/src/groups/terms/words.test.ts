import { expect, it } from 'vitest';
import { messages } from './messages.ts';
import { remainsOf, type Terms, termsText } from './words.ts';

const closed: Terms = {
  ...{ reading: 'members', history: 'all', inviting: 'owners', asking: 'partners' },
  ...{ keeping: 'leased', record_copy: 0 },
};
const valuesOf = (group: Partial<Terms>, language: 'en' | 'nl' = 'en', named: string[] = []) =>
  termsText({ ...closed, ...group }, 'Council', named, language).map(({ value }) => value);

it('A group says of each rule what its owners chose, in both languages', () => {
  expect(valuesOf({})).toEqual([
    'New members see everything that was written before they joined.',
    'Owners at the node of Council invite.',
    'People of this node and of every agency whose agreement covers the group may ask.',
    expect.stringContaining('keep copies on lease'),
    expect.stringContaining('Council keeps no record copy.'),
  ]);
  const other = { history: 'joining', inviting: 'members', asking: 'node', keeping: 'live', record_copy: 1 } as const;
  expect(valuesOf(other)).toEqual([
    'New members see threads that begin after they joined, and nothing older.',
    'Every member at the node of Council may invite.',
    'Only people of Council may ask.',
    expect.stringContaining('keep no text'),
    expect.stringContaining('Council keeps a record copy of everything that is written here, also'),
  ]);
  expect([valuesOf({}, 'nl')[0], valuesOf(other, 'nl')[0]]).toEqual([
    'Nieuwe leden zien alles wat vóór hun komst is geschreven.',
    'Nieuwe leden zien gesprekken die na hun komst beginnen, en niets ouders.',
  ]);
  expect(valuesOf({ inviting: 'facilitators', asking: 'agencies', record_copy: 1 }, 'en', ['City', 'Police'])).toEqual([
    'New members see everything that was written before they joined.',
    'Owners and facilitators at the node of Council invite.',
    'People of this node and of these agencies may ask: City, Police.',
    expect.stringContaining('keep copies on lease'),
    expect.stringContaining('and of its files'),
  ]);
});

it('What remains where is said for each end: one who leaves, an agreement that is cut, a deletion', () => {
  const t = messages('en');
  const rows = (group: Partial<Terms>) =>
    remainsOf({ ...closed, ...group }, 'Council', 'en').map(({ host, others }) => [host, others]);
  const cut = t('hostCut', { agency: 'Council' });
  expect(rows({})).toEqual([
    ...[0, 1].map(() => [t('hostTextStays'), t('othersLeft')]),
    ...[0, 1].map(() => [cut, t('othersSuspended')]),
    [t('hostDeleted'), t('othersDeleted')],
  ]);
  expect(rows({ record_copy: 1 })).toEqual([
    ...[0, 1].map(() => [t('hostRecordStays'), t('othersLeft')]),
    ...[0, 1].map(() => [t('hostRecordStays'), t('othersSuspended')]),
    [t('hostRecordDeleted'), t('othersDeleted')],
  ]);
  expect(rows({ keeping: 'live' })).toEqual([
    ...[0, 1].map(() => [t('hostTextStays'), t('othersLiveLeft')]),
    ...[0, 1].map(() => [cut, t('othersLive')]),
    [t('hostDeleted'), t('othersLive')],
  ]);
});
