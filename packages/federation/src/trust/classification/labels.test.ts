import {
  classificationLabels,
  classificationOf,
  classifyGroup,
  rememberClassification,
  theirLabels,
  transact,
} from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import { explain } from '../explain.ts';
import { allowPartner } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';
import { decisions } from '../store.ts';
import { createTrust } from '../trust.ts';
import { decideLabels, decideMeanings, labelLines, readLabelLines } from './labels.ts';

const good = 'https://good.gov';
const decider = { by: 'Anna', reason: 'Policy 4' };
const ours = '0190a000-0000-7000-8000-000000000001';
const theirs = '0190a000-0000-7000-8000-000000000002';

describeStores('Labels of groups', (open) => {
  it('close a group above what the agreement covers, at once and in every direction', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    const { context } = store;
    await using trust = createTrust(context);
    context.ports.trust = trust;
    const act = async (run: Parameters<typeof transact<unknown>>[2]) => {
      const answer = await transact(context, { kind: 'system', what: 'test' }, run);
      await trust.refresh();
      return answer;
    };
    const ask = (group: string) =>
      (['in', 'out'] as const).map((way) => trust.mayFederate(good, 'open-groups', way, group).reason);
    const label = (to: string | null) => act((work) => classifyGroup(work, { group: ours, label: to, ...decider }));
    await act((work) => allowPartner(work, { origin: good, ...decider }));
    expect(ask(ours)).toEqual(['allowed', 'allowed']);

    expect(await label('internal')).toBe(true);
    expect(await label('internal')).toBe(false);
    expect(await classificationOf(context.db.reader, ours)).toEqual({
      label: 'internal',
      en: 'Internal',
      nl: 'Intern',
    });
    expect(ask(ours)).toEqual(['classification_too_high', 'classification_too_high']);
    expect(ask(theirs)).toEqual(['allowed', 'allowed']);
    await act((work) => allowPartner(work, { origin: good, fields: { classification: 'internal' }, ...decider }));
    expect(ask(ours)).toEqual(['allowed', 'allowed']);
    await label('confidential');
    expect(ask(ours)).toEqual(['classification_too_high', 'classification_too_high']);
    await label(null);
    expect(ask(ours)).toEqual(['allowed', 'allowed']);
    await expect(label('secret')).rejects.toMatchObject({ code: 'invalid' });

    const say = (said: Parameters<typeof rememberClassification>[2]) =>
      act((work) => rememberClassification(work, { group: theirs, home: good }, said));
    await say({ name: 'Intern', nameMap: { nl: 'Intern' } });
    expect(ask(theirs)).toEqual(['allowed', 'allowed']);
    for (const unknown of [{ name: 'Dep. vertrouwelijk' }, { name: '' }, {}, { nameMap: { en: 'x'.repeat(500) } }]) {
      await say(unknown);
      expect(ask(theirs)).toEqual(['classification_unmapped', 'classification_unmapped']);
    }
    await say(undefined);
    expect(ask(theirs)).toEqual(['allowed', 'allowed']);

    // The same word at another place there means nothing by itself; an officer says what it means, and that it means nothing.
    const meaning = (en: string, to: string | null) =>
      act((work) => decideMeanings(work, [{ origin: good, en, label: to }], decider));
    await say({ name: 'Intern', rank: 1 });
    expect(ask(theirs)).toEqual(['allowed', 'allowed']);
    await say({ name: 'Intern', rank: 0 });
    expect(ask(theirs)).toEqual(['classification_unmapped', 'classification_unmapped']);
    for (const rank of ['0', -1, 0.5, 1e9, null]) {
      await say({ name: 'Intern', rank });
      expect([rank, ask(theirs)]).toEqual([rank, ['allowed', 'allowed']]);
    }
    await say({ name: 'Geheim', rank: 1 });
    await meaning('Geheim', 'confidential');
    expect(ask(theirs)).toEqual(['classification_too_high', 'classification_too_high']);
    await meaning('Geheim', 'internal');
    expect(ask(theirs)).toEqual(['allowed', 'allowed']);
    expect(await theirLabels(context.db.reader)).toMatchObject([
      { en: 'Geheim', rank: 1, groups: 1, place: 1, decided: true },
    ]);
    await meaning('Geheim', null);
    expect(ask(theirs)).toEqual(['classification_unmapped', 'classification_unmapped']);
    await expect(meaning('Geheim', 'secret')).rejects.toMatchObject({ code: 'invalid' });
    // What no group carries is not decided about, and what another agency means by the word is its own.
    await meaning('Unknown', 'public');
    await act((work) =>
      decideMeanings(work, [{ origin: 'https://other.gov', en: 'Geheim', label: 'public' }], decider),
    );
    expect(await context.db.reader.selectFrom('label_mapping').select(['origin', 'word']).execute()).toEqual([
      { origin: good, word: 'geheim' },
    ]);
    await say(undefined);
    expect(ask(theirs)).toEqual(['allowed', 'allowed']);

    const said = await explain(context, context.db.reader, good, null, 'en');
    expect(said.allowed).toBe(true);
  });

  it('are renamed, added and put in order by the agency, and none in use is lost', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    const { context } = store;
    const change = (typed: string) =>
      transact(context, { kind: 'system', what: 'test' }, (work) => decideLabels(work, typed, decider));
    const read = () => classificationLabels(context.db.reader);
    const before = await read();
    expect(labelLines(before)).toBe('Public / Openbaar\nInternal / Intern\nConfidential / Vertrouwelijk');
    await transact(context, { kind: 'system', what: 'test' }, async (work) => {
      await classifyGroup(work, { group: ours, label: 'confidential', ...decider });
      await allowPartner(work, { origin: good, fields: { classification: 'internal' }, ...decider });
    });
    await change(
      'Public / Openbaar\nInternal / Alleen intern\n\nFor partners / Voor partners\nConfidential / Vertrouwelijk',
    );
    const after = await read();
    expect(after.map(({ id }) => id).filter((id) => id.length < 20)).toEqual(['public', 'internal', 'confidential']);
    expect(after.map(({ nl }) => nl)).toEqual(['Openbaar', 'Alleen intern', 'Voor partners', 'Vertrouwelijk']);
    const [row] = await decisions(context.db.reader);
    expect(row).toMatchObject({
      what: 'labels',
      ...decider,
      before: JSON.stringify(before),
      after: JSON.stringify(after),
    });

    const eight = Array.from({ length: 8 }, (_, index) => `Word ${index} / Woord ${index}`).join('\n');
    await expect(change('Public / Openbaar\nInternal / Intern')).rejects.toMatchObject({ code: 'conflict' });
    await expect(change('Public / Openbaar\nConfidential / Vertrouwelijk')).rejects.toMatchObject({ code: 'conflict' });
    for (const wrong of ['', 'Public', 'a / b / c', ' / Openbaar', 'A / B\na / C', eight, `${'x'.repeat(41)} / Lang`])
      await expect(change(wrong)).rejects.toMatchObject({ code: 'invalid' });
    expect(await read()).toEqual(after);
  });
});

it('keep their id while one of their words stays, each id once', () => {
  const before = [
    { id: 'a', en: 'Public', nl: 'Openbaar' },
    { id: 'b', en: 'Internal', nl: 'Intern' },
  ];
  expect(readLabelLines('Internal / Openbaar\nPublic / Nieuw', before).map(({ id }) => id)).toEqual(['b', 'a']);
  expect(readLabelLines('Public / Openbaar\nPublic / Intern', before).map(({ id }) => id)).toEqual(['a', 'b']);
});
