import { cookieName, startSession, streams, subscribe, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { startTestNode } from '../../../../../test/harness/node.ts';
import { describeStores } from '../../../../../test/harness/store.ts';
import { createBrowser } from '../../../../../test/harness/web.ts';
import { federationSlice } from '../../slice.ts';
import { allowPartner } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';
import { trafficOf } from './traffic.ts';

const by = { kind: 'system', what: 'test' } as const;
const origin = 'https://good.gov';

describeStores('What leaves the node', (open) => {
  it('is counted per partner from what it has acknowledged since it gets a stream, and what came from it', async () => {
    const exchanging = {
      name: 'x',
      exchanged: async (_db: unknown, origins: readonly string[]) =>
        origins.includes(origin) ? [{ origin, group: 'g', items: 7 }] : [],
    };
    await using store = await open({ slices: [federationSlice, createPartnersSlice({}), exchanging] });
    const { context } = store;
    const db = context.db.reader;
    const item = { item: 'x' };
    const stream = streams.node('https://elsewhere.gov');
    // Before the partner gets the stream: history, which nobody sent to it.
    await transact(context, by, async (work) => void work.emit('federation.resent', stream, item));
    await transact(context, by, async (work) => {
      const fields = {
        agency: 'Good',
        hosts: [
          { origin, role: 'node' },
          { origin: 'https://media.good.gov', role: 'media' },
        ],
      };
      await allowPartner(work, { origin, fields, by: 'Olga', reason: 'Test' });
      await allowPartner(work, { origin: 'https://quiet.gov', by: 'Olga', reason: 'Test' });
      await subscribe(work, stream, origin);
    });
    await transact(context, by, async (work) => {
      for (let index = 0; index < 3; index += 1) work.emit('federation.resent', stream, item);
    });
    await transact(context, by, async (work) => {
      await work.db
        .updateTable('subscription')
        .set({ acknowledged: 3 })
        .where('stream', '=', stream)
        .where('origin', '=', origin)
        .execute();
      const row = {
        actor: origin,
        type: 'Create',
        object: null,
        text: null,
        code: null,
        verified: 'signature' as const,
      };
      const rest = {
        stream: null,
        epoch: null,
        sequence: null,
        waits_for: null,
        attempts: 0,
        received_at: work.now,
        applied_at: null,
      };
      for (const [index, state] of (['applied', 'applied', 'refused'] as const).entries())
        await work.db
          .insertInto('ledger')
          .values({ id: `${origin}/${index}`, origin, state, ...row, ...rest })
          .execute();
    });
    const [good, quiet] = await trafficOf(context, db);
    expect(good).toMatchObject({ sent: 2, received: 3, refused: 1, copies: 7, groups: 1 });
    expect(quiet).toMatchObject({ sent: 0, received: 0, refused: 0, copies: 0, groups: 0 });
  });
});

it('stands on one page: figures of each partner, and the last hundred connections with where, why, and how it went', async () => {
  await using node = await startTestNode('Traffic');
  const { context } = node;
  const { account } = await node.person('Ada', { administrator: true });
  const browser = createBrowser(node.webApp, node.origin);
  const session = await transact(context, by, (work) => startSession(work, account));
  browser.cookies.set(cookieName(node.origin, 'session'), session);
  const rowsIn = async (id: string) => {
    const page = (await (await browser.fetch('/administration/partners/traffic')).text()).replace(/\s+/g, ' ');
    const table = new RegExp(`<caption id="${id}">(.*?)</table>`).exec(page)?.[1] ?? '';
    const plain = (html: string) =>
      html
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim();
    const [caption = '', ...rows] = table.split('<tr');
    const cells = rows.map((row) => [...row.matchAll(/<(th|td)\b.*?<\/\1>/g)].map(([cell]) => plain(cell)));
    return table === '' ? [] : [plain(caption).replace('</caption>', ''), ...cells];
  };
  expect(await rowsIn('connections')).toEqual([]);
  await node.allow({ origin, name: 'Good' });
  await transact(context, by, async (work) => {
    const stream = streams.node('https://elsewhere.gov');
    await subscribe(work, stream, origin);
    const set = { acknowledged: 1234 };
    await work.db.updateTable('subscription').set(set).where('stream', '=', stream).execute();
    for (const [index, state] of (['applied', 'applied', 'refused'] as const).entries())
      await work.db
        .insertInto('ledger')
        .values({
          ...{ id: `${origin}/${index}`, origin, state, actor: origin, type: 'Create', object: null, text: null },
          ...{ code: null, verified: 'signature', stream: null, epoch: null, sequence: null, waits_for: null },
          ...{ attempts: 0, received_at: work.now, applied_at: null },
        })
        .execute();
  });
  expect(await rowsIn('figures')).toEqual([
    'Partners',
    ['To', 'Sent', 'Received', 'Copies on both nodes'],
    ['Good', '1,234', '3 (one refused)', '–'],
  ]);
  const { outbound } = node.federation;
  const made = (index: number) => ({
    ...{
      at: '2026-02-03T08:05:00.000Z',
      method: 'POST' as const,
      url: `${origin}/inbox/${index}`,
      purpose: 'delivery' as const,
    },
    ...{ outcome: 'ok' as const, status: 202, milliseconds: 17 },
  });
  for (let index = 0; index < 130; index += 1) outbound.note(made(index));
  const lost = {
    outcome: 'peer_unreachable' as const,
    status: null,
    milliseconds: 5001,
    purpose: 'history of a group' as const,
  };
  outbound.note({ ...made(130), ...lost });
  const [caption, header, newest, ...more] = await rowsIn('connections');
  expect(caption).toBe('The last 100 connections to other nodes');
  expect(header).toEqual(['To', 'Reason', 'Outcome', 'Time']);
  expect(newest).toEqual([
    'good.gov /inbox/130',
    expect.stringMatching(/^History/),
    'No answer peer_unreachable',
    expect.stringMatching(/^3 February 2026 at \d\d:05 · 5,001 ms$/),
  ]);
  expect(more.map(([where]) => where)).toEqual(Array.from({ length: 99 }, (_, n) => `good.gov /inbox/${129 - n}`));
  for (const [, reason, outcome, time] of more)
    expect([reason, outcome, time]).toEqual(['Delivery', '202', expect.stringMatching(/ · 17 ms$/)]);
});
