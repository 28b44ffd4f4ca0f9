import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandAnswer, type Context, newId, rememberClassification, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { startTestNode } from '../../../../test/harness/node.ts';
import { describeStores } from '../../../../test/harness/store.ts';
import { commands } from './commands.ts';
import { createPartnersSlice } from './slice.ts';
import { createTrust } from './trust.ts';

const decided = { by: 'Anna de Vries', reason: 'Agreement 17' };

function run(context: Context, line: string, options: Record<string, string | boolean> = {}): Promise<CommandAnswer> {
  const command = commands.find(({ name }) => line === name || line.startsWith(`${name} `));
  if (!command) throw new Error(`No command ${line}`);
  return command.run(context, {
    arguments: line.slice(command.name.length).trim().split(' ').filter(Boolean),
    options,
  });
}

it('Proposes as the kind of agency that the settings name', async () => {
  await using supplier = await startTestNode('supplier', { environment: { JOINERY_KIND: 'supplier' } });
  await using agency = await startTestNode('agency');
  await run(supplier.context, `partner propose ${agency.origin}`, decided);
  const { reader } = agency.context.db;
  const proposal = await reader.selectFrom('proposal').selectAll().executeTakeFirstOrThrow();
  expect(JSON.stringify(proposal)).toMatch(/kind[\\": ]+supplier/);
});

describeStores('The command line of partners', (open) => {
  it('sets labels, and says what those of others mean', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    const { context } = store;
    expect((await run(context, 'labels list')).say).toBe(
      'Public / Openbaar\nInternal / Intern\nConfidential / Vertrouwelijk',
    );
    const set = await run(context, 'labels set', { ...decided, label: 'Open/Openbaar,Internal/Intern' });
    expect(set.json).toMatchObject({ items: [{ id: 'public', en: 'Open' }, { id: 'internal' }] });
    await transact(context, { kind: 'system', what: 'test' }, (work) =>
      rememberClassification(work, { group: newId(), home: 'https://a.example' }, { name: 'Secret', rank: 1 }),
    );
    expect((await run(context, 'labels list', { theirs: true })).json).toMatchObject({
      items: [{ home: 'https://a.example', en: 'Secret', groups: 1, label: null }],
    });
    await expect(run(context, 'labels map https://a.example Hidden', decided)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(
      run(context, 'labels map https://a.example Secret', { ...decided, label: 'top' }),
    ).rejects.toMatchObject({ code: 'invalid' });
    await run(context, 'labels map https://a.example Secret', { ...decided, label: 'internal' });
    expect((await run(context, 'labels list', { theirs: true })).json).toMatchObject({
      items: [{ label: 'internal' }],
    });
    expect((await run(context, 'partner export', { register: true })).say).toContain('label-mapped');
  });

  it('decides, lists, previews, explains and exports', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    const { context } = store;
    await using trust = createTrust(context);
    context.ports.trust = trust;
    expect((await run(context, 'partner list')).say).toContain('Nothing is exchanged with any other node yet');
    const made = await run(context, 'partner allow HTTPS://Good.GOV/', {
      ...decided,
      agency: 'Good',
      kind: 'supplier',
      scopes: 'discover,open-groups',
      direction: 'out',
      expires: '2027-01-31',
    });
    expect(made.json).toMatchObject({
      agency: 'Good',
      origin: 'https://good.gov',
      kind: 'supplier',
      scopes: ['discover', 'open-groups'],
      direction: 'out',
      expiresAt: '2027-02-01T00:00:00.000Z',
      decidedBy: 'Anna de Vries',
      reason: 'Agreement 17',
    });
    await trust.refresh();
    expect((await run(context, 'explain https://good.gov')).json).toMatchObject({ allowed: true });
    expect((await run(context, 'partner preview suspend good.gov')).json).toMatchObject({
      after: { state: 'suspended' },
    });
    expect((await run(context, 'partner suspend good.gov', decided)).json).toMatchObject({
      state: 'suspended',
      direction: 'out',
    });
    expect((await run(context, 'partner block good.gov', decided)).json).toMatchObject({ state: 'blocked' });
    await trust.refresh();
    expect((await run(context, 'explain good.gov')).say).toContain('this agency is blocked');
    expect((await run(context, 'explain good.gov@evil.com')).say).toContain('not the address of a node');
    expect((await run(context, 'explain https://good.gov')).say).toBe(
      'Is anything exchanged with Good? No: this agency is blocked.',
    );
    expect((await run(context, 'partner export', { form: 'mastodon' })).say).toContain('good.gov,suspend');
    expect((await run(context, 'partner export', { register: true })).json).toHaveLength(3);
    await expect(run(context, 'partner export', { form: 'odt' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it.each([
    ['*', {}, 'A star would let anybody in'],
    ['co.uk', {}, 'many organisations share it'],
    ['https://good.gov/groups/1', {}, 'https://good.gov'],
    ['good.gov', { scopes: 'everything' }, '--scopes is one of: discover, open-groups'],
    ['good.gov', { expires: '31-01-2027' }, 'Write the date as 2027-01-31'],
    ['good.gov', { groups: 'nothing-here' }, 'There is no group "nothing-here" here'],
    ['good.gov', { reason: '' }, 'Give the reason'],
    ['good.gov', { by: '' }, 'Say who decides'],
  ])('refuses %s %j in words (case 140)', async (origin, options, words) => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    await expect(run(store.context, `partner allow ${origin}`, { ...decided, ...options })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(words),
    });
  });

  it('imports only when told to', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    const folder = mkdtempSync(join(tmpdir(), 'joinery-list-'));
    const file = join(folder, 'list.csv');
    writeFileSync(file, '#domain\ngood.gov\n*\n');
    const told = await run(store.context, `partner import ${file}`, decided);
    expect(told.say).toContain('1 added, 0 changed, 0 removed, 0 conflicting, 1 refused');
    expect((await run(store.context, 'partner list')).json).toEqual([]);
    await run(store.context, `partner import ${file}`, { ...decided, apply: true });
    expect((await run(store.context, 'partner list')).json).toMatchObject([
      { origin: 'https://good.gov', source: file },
    ]);
    rmSync(folder, { recursive: true });
  });
});
