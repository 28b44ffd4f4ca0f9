import { classificationLabels, transact, type Work } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { applyImport, planImport } from './imports.ts';
import { parseList, writeList, writeRegister } from './lists.ts';
import { allowPartner, blockPartner, suspendPartner } from './partners.ts';
import { createPartnersSlice } from './slice.ts';
import { allPartners, decisions } from './store.ts';

const decider = { by: 'Anna', reason: '=HYPERLINK("https://evil.com")' };
const system = { kind: 'system', what: 'test' } as const;

it('reads every form of list', () => {
  const mastodonBlocks =
    '#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,True,True,spam,False\nloud.example,silence,False,False,,False\nfine.example,noop,False,False,,False\n';
  expect(parseList(mastodonBlocks, 'allow').map(({ hosts, state }) => [hosts[0], state])).toEqual([
    ['bad.example', 'block'],
    ['loud.example', 'suspend'],
    ['fine.example', 'skip'],
  ]);
  expect(parseList('#domain\ngood.gov\n', 'block').map(({ state }) => state)).toEqual(['allow']);
  expect(parseList('domain,severity\r\nbad.example,suspend\r\n', 'allow').map(({ state }) => state)).toEqual(['block']);
  expect(parseList('[{"domain":"good.gov","public_comment":"x"}]', 'allow')[0]).toMatchObject({
    hosts: ['good.gov'],
    state: 'allow',
  });
  expect(parseList('\uFEFF# agencies\ngood.gov # main\n\nother.gov\n', 'allow').map(({ hosts }) => hosts)).toEqual([
    ['good.gov'],
    ['other.gov'],
  ]);
  expect(parseList('good.gov', 'block')[0]).toMatchObject({ state: 'block' });
  expect(() => parseList('[{"name":1}]', 'allow')).toThrow();
  expect(() => parseList('x.gov\n'.repeat(5_001), 'allow')).toThrow(/5,?000/);
});

describeStores('Lists in and out', (open) => {
  const change = <T>(context: Parameters<typeof transact>[0], run: (work: Work) => Promise<T>) =>
    transact(context, system, run);
  const plan = async (
    context: Parameters<typeof transact>[0],
    text: string,
    options: { source?: string; complete?: boolean; language?: 'nl' } = {},
  ) =>
    planImport(parseList(text, 'allow'), await allPartners(context.db.reader), context.config, {
      labels: await classificationLabels(context.db.reader),
      source: 'list',
      complete: false,
      now: '2026-11-21T12:00:00.000Z',
      ...options,
    });

  it('exports everything, and imports it on another node as it was', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    await using other = await open({ slices: [createPartnersSlice({})] });
    await change(store.context, async (work) => {
      const fields = {
        agency: '=Good, "agency"',
        identifier: 'oin:1',
        kind: 'supplier' as const,
        hosts: [
          { origin: 'https://good.gov', role: 'node' },
          { origin: 'https://media.good.gov', role: 'other' },
        ],
        scopes: ['open-groups' as const],
        groups: ['0190a000-0000-7000-8000-000000000001'],
        direction: 'out' as const,
        expiresAt: '2027-02-01T00:00:00.000Z',
      };
      await allowPartner(work, { origin: 'https://good.gov', fields, ...decider });
      await blockPartner(work, { origin: 'https://bad.example', ...decider });
    });
    const text = writeList(await allPartners(store.context.db.reader), 'joinery');
    expect(text).toContain(`"'=Good, ""agency"""`);
    const imported = await plan(other.context, text);
    expect(imported).toMatchObject({ changed: [], removed: [], conflicting: [], refused: [] });
    await change(other.context, (work) => applyImport(work, imported, decider));
    const shape = async (context: Parameters<typeof transact>[0]) =>
      (await allPartners(context.db.reader)).map(({ id, source, createdAt, updatedAt, ...rest }) => rest);
    expect(await shape(other.context)).toEqual(await shape(store.context));
    const again = await plan(other.context, text);
    expect([again.added.length, again.changed.length, again.unchanged]).toEqual([0, 0, 2]);
  });

  it('shows what changes, and lets decisions taken here win', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    const { context } = store;
    await change(context, async (work) => {
      await blockPartner(work, { origin: 'https://blocked.gov', ...decider });
      await allowPartner(work, { origin: 'https://suspended.gov', ...decider });
      await suspendPartner(work, { origin: 'https://suspended.gov', ...decider });
      await allowPartner(work, { origin: 'https://gone.gov', fields: { source: 'list' }, ...decider });
      await allowPartner(work, { origin: 'https://good.gov', ...decider });
    });
    const text = '#domain\nblocked.gov\nsuspended.gov\nnew.gov\nsub.good.gov\nco.uk\n*\n';
    const told = await plan(context, text, { complete: true });
    expect(told.added.map(({ origin }) => origin)).toEqual(['https://new.gov', 'https://sub.good.gov']);
    expect(told.removed.map(({ origin }) => origin)).toEqual(['https://gone.gov']);
    expect(told.conflicting.map(({ host }) => host)).toEqual(['blocked.gov', 'suspended.gov']);
    expect(told.refused.map(({ line, host }) => [line, host])).toEqual([
      [6, 'co.uk'],
      [7, '*'],
    ]);
    const explained = await plan(context, `${text}https://page.gov/x\n`, { language: 'nl' });
    expect([...explained.conflicting, ...explained.refused].map(({ detail }) => detail)).toEqual([
      'blocked.gov is hier geblokkeerd, en een blokkade gaat altijd voor',
      'suspended.gov is hier opgeschort',
      expect.stringContaining('“co.uk” is niet de host van één organisatie'),
      expect.stringContaining('Een sterretje laat iedereen binnen'),
      expect.stringContaining('Zet het knooppunt zelf op de lijst: https://page.gov'),
    ]);
    expect(told.subdomains).toEqual([{ host: 'sub.good.gov', other: 'good.gov' }]);
    const before = await decisions(context.db.reader);
    await change(context, (work) => applyImport(work, told, decider));
    expect((await decisions(context.db.reader)).length - before.length).toBe(3);
    const states = Object.fromEntries(
      (await allPartners(context.db.reader)).map(({ origin, state }) => [new URL(origin).host, state]),
    );
    expect(states).toEqual({
      'blocked.gov': 'blocked',
      'suspended.gov': 'suspended',
      'gone.gov': 'suspended',
      'good.gov': 'allowed',
      'new.gov': 'allowed',
      'sub.good.gov': 'allowed',
    });
  });

  it('writes forms that others read: allowed hosts as text, blocked ones as CSV, the register without formulas', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    await change(store.context, async (work) => {
      await allowPartner(work, { origin: 'https://good.gov', ...decider });
      await blockPartner(work, { origin: 'https://bad.example', by: 'Anna', reason: 'spam' });
    });
    const partners = await allPartners(store.context.db.reader);
    expect(writeList(partners, 'text')).toBe('good.gov\n');
    expect(writeList(partners, 'mastodon')).toBe(
      '#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,True,True,spam,False\n',
    );
    const register = writeRegister(await decisions(store.context.db.reader));
    expect(register).toContain(`"'=HYPERLINK(`);
    expect(register.split('\n')[0]).toBe('id,at,origin,partner_id,what,by,reason,before,after');
  });
});
