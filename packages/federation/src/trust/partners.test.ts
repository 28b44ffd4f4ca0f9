import { generateKeyPairSync, sign } from 'node:crypto';
import {
  openDatabase,
  refuse,
  type Slice,
  scopeOfGroup,
  streams,
  subscribers,
  transact,
  type Work,
} from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores, type TestStore } from '../../../../test/harness/store.ts';
import type { ChangeKind } from './change.ts';
import { events } from './events.ts';
import { rotationText } from './fingerprint.ts';
import { migrations } from './migrations.ts';
import * as partners from './partners.ts';
import { preview } from './preview.ts';
import { decisions, partnerByOrigin } from './store.ts';
import { createTrust } from './trust.ts';

const slice: Slice = { name: 'partners', migrations, events };
const good = 'https://good.gov';
const decider = { by: 'Anna de Vries', reason: 'Agreement 2026-17' };
const system = { kind: 'system', what: 'test' } as const;

const change = <T>({ context }: TestStore, run: (work: Work) => Promise<T>) => transact(context, system, run);

const rules: Record<Exclude<ChangeKind, 'receive' | 'accept-key'>, typeof partners.allowPartner> = {
  allow: partners.allowPartner,
  propose: partners.proposePartner,
  suspend: partners.suspendPartner,
  block: partners.blockPartner,
  change: partners.changePartner,
};

describeStores('The list of partners', (open) => {
  it('is closed until it was read, and open for whom it names from then on', async () => {
    await using store = await open({ slices: [slice] });
    await using trust = createTrust(store.context);
    expect(trust.mayFederate(good, null, 'in').reason).toBe('list_unreadable');
    await trust.refresh();
    expect(trust.mayFederate(good, null, 'in').reason).toBe('not_listed');
    await change(store, (work) =>
      partners.allowPartner(work, { origin: good, fields: { agency: 'Good' }, ...decider }),
    );
    await trust.refresh();
    expect(trust.mayFederate(good, 'open-groups', 'out')).toMatchObject({ allowed: true, agency: 'Good' });
    expect(trust.allowed('open-groups')).toEqual([good]);
    await change(store, (work) => partners.blockPartner(work, { origin: good, ...decider }));
    await trust.refresh();
    expect(trust.mayFederate(good, null, 'out').reason).toBe('blocked');
    expect(trust.whichAreBlocked([good, 'https://other.gov'])).toEqual([good]);
  });

  it('follows a decision of another process within a second (case 137)', async () => {
    await using store = await open({ slices: [slice] });
    await change(store, (work) => partners.allowPartner(work, { origin: good, ...decider }));
    // The node: connections of its own on the same database, told only by its poll.
    const { databaseUrl, dataFolder } = store.context.config;
    await using db = await openDatabase({ databaseUrl, dataFolder, exclusive: false });
    await using trust = createTrust({ ...store.context, db });
    await trust.refresh();
    db.changes.start();
    await db.changes.poll();
    expect(trust.mayFederate(good, null, 'out').allowed).toBe(true);
    const began = performance.now();
    await change(store, (work) => partners.suspendPartner(work, { origin: good, ...decider }));
    while (trust.mayFederate(good, null, 'out').allowed && performance.now() - began < 1_000) {
      await new Promise((done) => setImmediate(done));
    }
    expect(trust.mayFederate(good, null, 'out').reason).toBe('suspended');
  });

  it('closes everything while one entry cannot be read, and opens when it can again (case 139)', async () => {
    await using store = await open({ slices: [slice] });
    await using trust = createTrust(store.context);
    await change(store, (work) => partners.allowPartner(work, { origin: good, ...decider }));
    const spoil = (text: string) =>
      change(store, async (work) => {
        await work.db.updateTable('partner').set({ scopes: text }).execute();
        await work.db.updateTable('partner_version').set({ version: text }).execute();
      });
    await spoil('{');
    await trust.refresh();
    expect(trust.mayFederate(good, null, 'in').reason).toBe('list_unreadable');
    expect(trust.allowed(null)).toEqual([]);
    await spoil('["open-groups"]');
    await trust.refresh();
    expect(trust.mayFederate(good, 'open-groups', 'in').allowed).toBe(true);
    expect(trust.mayFederate(good, 'discover', 'in').reason).toBe('scope_missing');
  });

  it('closes everything while the database does not give it, and opens when it does again (case 139)', async () => {
    await using store = await open({ slices: [slice] });
    await using trust = createTrust(store.context);
    await change(store, (work) => partners.allowPartner(work, { origin: good, ...decider }));
    await trust.refresh();
    const rename = (from: string, to: string) =>
      change(store, (work) => work.db.schema.alterTable(from).renameTo(to).execute());
    for (const table of ['partner_version', 'partner']) {
      expect(trust.mayFederate(good, null, 'in').allowed).toBe(true);
      await rename(table, 'elsewhere');
      if (table === 'partner')
        await change(store, (work) => work.db.updateTable('partner_version').set({ version: 'other' }).execute());
      await trust.refresh();
      expect([table, trust.mayFederate(good, null, 'in').reason]).toEqual([table, 'list_unreadable']);
      await rename('elsewhere', table);
      await trust.refresh();
    }
    expect(trust.mayFederate(good, null, 'in').allowed).toBe(true);
  });

  it('ends an agreement when its last day has passed, without anything being written', async () => {
    let now = new Date('2026-11-14T23:59:59.999Z');
    await using store = await open({ slices: [slice], now: () => now });
    await using trust = createTrust(store.context);
    await change(store, (work) =>
      partners.allowPartner(work, { origin: good, fields: { expiresAt: '2026-11-15T00:00:00.000Z' }, ...decider }),
    );
    await trust.refresh();
    expect(trust.mayFederate(good, null, 'in').allowed).toBe(true);
    now = new Date('2026-11-15T00:00:00.000Z');
    expect(trust.mayFederate(good, null, 'in')).toMatchObject({ reason: 'expired', since: '2026-11-15T00:00:00.000Z' });
  });

  it('keeps every decision with who, why, before and after', async () => {
    await using store = await open({ slices: [slice] });
    await change(store, (work) =>
      partners.allowPartner(work, { origin: good, fields: { agency: 'Good' }, ...decider }),
    );
    await change(store, (work) => partners.suspendPartner(work, { origin: good, by: 'Bo', reason: 'Incident' }));
    const rows = await decisions(store.context.db.reader);
    expect(rows.map(({ what, by, reason }) => ({ what, by, reason }))).toEqual([
      { what: 'suspend', by: 'Bo', reason: 'Incident' },
      { what: 'allow', by: 'Anna de Vries', reason: 'Agreement 2026-17' },
    ]);
    expect(JSON.parse(rows[0]?.before ?? '')).toMatchObject({ state: 'allowed', reason: 'Agreement 2026-17' });
    expect(JSON.parse(rows[0]?.after ?? '')).toMatchObject({ state: 'suspended', decidedBy: 'Bo' });
    expect(rows[1]?.before).toBeNull();
  });

  it('refuses a decision without a name or a reason, and leaves nothing behind', async () => {
    await using store = await open({ slices: [slice] });
    for (const [field, input] of [
      ['by', { by: ' ', reason: 'x' }],
      ['reason', { by: 'Anna', reason: '' }],
    ] as const) {
      for (const rule of Object.values(rules)) {
        await expect(change(store, (work) => rule(work, { origin: good, ...input }))).rejects.toMatchObject({
          code: 'invalid',
          faults: [{ field, code: 'required' }],
        });
      }
    }
    expect(await decisions(store.context.db.reader)).toEqual([]);
  });

  it('lets a block win over an approval and over a second entry of the agency', async () => {
    await using store = await open({ slices: [slice] });
    await using trust = createTrust(store.context);
    const fields = { identifier: 'oin:1' };
    await change(store, (work) => partners.allowPartner(work, { origin: 'https://second.gov', fields, ...decider }));
    await change(store, (work) => partners.blockPartner(work, { origin: good, fields, ...decider }));
    await trust.refresh();
    expect(trust.mayFederate('https://second.gov', null, 'in').reason).toBe('blocked');
    for (const origin of [good, 'https://third.gov']) {
      await expect(
        change(store, (work) => partners.allowPartner(work, { origin, fields, ...decider })),
      ).rejects.toMatchObject({ code: 'conflict' });
    }
    await change(store, (work) => partners.suspendPartner(work, { origin: good, ...decider }));
    await change(store, (work) => partners.allowPartner(work, { origin: good, ...decider }));
    await trust.refresh();
    expect(trust.mayFederate(good, null, 'in').allowed).toBe(true);
  });

  it('gives an address to one agency only', async () => {
    await using store = await open({ slices: [slice] });
    const hosts = [good, 'https://media.good.gov'].map((origin, index) => ({ origin, role: index ? 'media' : 'node' }));
    await change(store, (work) =>
      partners.allowPartner(work, { origin: good, fields: { agency: 'Good', hosts }, ...decider }),
    );
    const other = {
      hosts: [
        { origin: 'https://other.gov', role: 'node' },
        { origin: 'https://media.good.gov', role: 'media' },
      ],
    };
    await expect(
      change(store, (work) => partners.allowPartner(work, { origin: 'https://other.gov', fields: other, ...decider })),
    ).rejects.toMatchObject({ faults: [{ field: 'hosts', code: 'taken' }] });
    expect((await partnerByOrigin(store.context.db.reader, 'https://media.good.gov'))?.agency).toBe('Good');
  });

  it('tells their node that an agreement began and that it was suspended, as the last word', async () => {
    await using store = await open({ slices: [slice] });
    await change(store, (work) => partners.allowPartner(work, { origin: good, ...decider }));
    await change(store, (work) =>
      partners.changePartner(work, { origin: good, fields: { direction: 'out' }, ...decider }),
    );
    await change(store, (work) => partners.suspendPartner(work, { origin: good, ...decider }));
    await change(store, (work) => partners.blockPartner(work, { origin: good, ...decider }));
    const { reader } = store.context.db;
    const sent = await reader
      .selectFrom('log')
      .select('name')
      .where('stream', '=', streams.node(good))
      .orderBy('seq')
      .execute();
    expect(sent.map(({ name }) => name)).toEqual(['partner.offered', 'partner.revoked']);
    expect(await subscribers(reader, streams.node(good))).toEqual([good]);
  });

  it('pins the key of their node, and stops when another one comes without proof', async () => {
    await using store = await open({ slices: [slice] });
    await using trust = createTrust(store.context);
    const [one, two, three] = Array.from({ length: 3 }, () => generateKeyPairSync('ed25519'));
    const pem = (pair: typeof one) => pair?.publicKey.export({ type: 'spki', format: 'pem' }).toString() ?? '';
    const pin = (pair: typeof one, rotation?: string) =>
      change(store, (work) => partners.pinKey(work, good, pem(pair), rotation));
    const signedBy = (pair: typeof one, key: string) =>
      sign(null, Buffer.from(rotationText(`${good}/node`, key)), pair?.privateKey ?? '').toString('base64');
    expect(await pin(one)).toBe('not_listed');
    await change(store, (work) => partners.allowPartner(work, { origin: good, ...decider }));
    expect(await pin(one)).toBe('pinned');
    expect(await pin(one)).toBe('same');
    expect(await pin(two, signedBy(one, pem(two)))).toBe('rotated');
    expect(await pin(three, signedBy(one, pem(three)))).toBe('changed');
    expect(await pin(three, signedBy(two, pem(one)))).toBe('changed');
    await trust.refresh();
    expect(trust.mayFederate(good, null, 'in').reason).toBe('key_changed');
    expect((await decisions(store.context.db.reader)).map(({ what }) => what)).toEqual([
      'key-changed',
      'key-rotated',
      'key-pinned',
      'allow',
    ]);
    await change(store, (work) => partners.acceptKey(work, { origin: good, ...decider }));
    expect(await pin(three)).toBe('pinned');
    await trust.refresh();
    expect(trust.mayFederate(good, null, 'in').allowed).toBe(true);
  });

  it('keeps what they told us: confirmed until one side ends it', async () => {
    await using store = await open({ slices: [slice] });
    const confirm = (value: boolean) => change(store, (work) => partners.noteConfirmation(work, good, value));
    expect(await confirm(true)).toBe(false);
    await change(store, (work) => partners.allowPartner(work, { origin: good, ...decider }));
    expect(await confirm(true)).toBe(true);
    expect(await confirm(true)).toBe(false);
    expect(await partnerByOrigin(store.context.db.reader, good)).toMatchObject({
      confirmed: true,
      software: 'joinery',
    });
    await change(store, (work) => partners.suspendPartner(work, { origin: good, ...decider }));
    expect(await partnerByOrigin(store.context.db.reader, good)).toMatchObject({ confirmed: false });
  });

  it('undoes all of a decision when a later part of the same change fails', async () => {
    await using store = await open({ slices: [slice] });
    await using trust = createTrust(store.context);
    await expect(
      change(store, async (work) => {
        await partners.allowPartner(work, { origin: good, ...decider });
        refuse('conflict');
      }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await trust.refresh();
    expect(trust.mayFederate(good, null, 'in').reason).toBe('not_listed');
  });
});

const g1 = '0190a000-0000-7000-8000-000000000001';
const g2 = '0190a000-0000-7000-8000-000000000002';
const g3 = '0190a000-0000-7000-8000-000000000003';

describeStores('The preview of a decision', (open) => {
  const exchanging: Slice = {
    name: 'exchanging',
    exchanged: async (_db, origins) =>
      origins.includes(good)
        ? [
            { origin: good, group: g1, name: 'Winter roads', people: ['a', 'b'], items: 7 },
            { origin: good, group: g2, name: 'Youth care', people: ['b', 'c'], items: 2 },
            { origin: good, group: g3, closed: true, people: ['d'], items: 1 },
          ]
        : [],
  };

  it.each<
    [Exclude<ChangeKind, 'receive' | 'accept-key'>, partners.DecisionInput['fields'], string[], number, number, number]
  >([
    ['suspend', {}, ['Winter roads', 'Youth care'], 3, 9, 2],
    ['block', {}, ['Winter roads', 'Youth care'], 3, 9, 2],
    ['change', { groups: [g1] }, ['Youth care'], 2, 2, 0],
    ['change', { scopes: ['discover'] }, ['Winter roads', 'Youth care'], 3, 9, 1],
    ['change', { scopes: ['discover', 'open-groups', 'closed-groups'] }, [''], 1, 1, 0],
    ['change', { direction: 'in' }, ['Winter roads', 'Youth care'], 3, 9, 2],
    ['change', { expiresAt: '2020-01-01T00:00:00.000Z' }, ['Winter roads', 'Youth care'], 3, 9, 2],
    ['change', { agency: 'Another name' }, [], 0, 0, 0],
    ['change', { hosts: [{ origin: 'https://moved.gov', role: 'node' }] }, ['Winter roads', 'Youth care'], 3, 9, 2],
  ])('names what %s %j then does', async (what, fields, groups, people, items, waiting) => {
    await using store = await open({ slices: [slice, exchanging] });
    const { context } = store;
    await using trust = createTrust(context);
    await change(store, async (work) => {
      await partners.allowPartner(work, { origin: good, ...decider });
      const { epoch } = await work.db
        .insertInto('stream')
        .values({ id: streams.group(g1), epoch: 'e', head: 5, token: 't' })
        .returning('epoch')
        .executeTakeFirstOrThrow();
      await work.db
        .insertInto('subscription')
        .values({
          stream: streams.group(g1),
          origin: good,
          epoch,
          acknowledged: 4,
          created_at: work.now,
          ends_after: null,
        })
        .execute();
    });
    await trust.refresh();
    const ways = () =>
      [g1, g2, g3].map((group) => ({
        id: group,
        in: trust.mayFederate(good, scopeOfGroup(group === g3), 'in', group).allowed,
        out: trust.mayFederate(good, scopeOfGroup(group === g3), 'out', group).allowed,
      }));
    const before = ways();
    const told = await preview(context, context.db.reader, { what, origin: good, fields: fields ?? {} });
    expect(ways()).toEqual(before);
    await change(store, (work) => rules[what](work, { origin: good, fields, ...decider }));
    await trust.refresh();
    const after = ways();
    const differing = after.filter((way, index) => way.in !== before[index]?.in || way.out !== before[index]?.out);
    expect(
      told.groups.map(({ id, after: becomes }) => ({ id, ...becomes })).sort((a, b) => (a.id < b.id ? -1 : 1)),
      // A group that only its members may know of has neither name nor id.
    ).toEqual(differing.map(({ id, ...way }) => ({ ...way, id: id === g3 ? '' : id })));
    expect(told.groups.map(({ name }) => name)).toEqual(groups);
    expect(told).toMatchObject({ people, items, waiting });
  });
});
