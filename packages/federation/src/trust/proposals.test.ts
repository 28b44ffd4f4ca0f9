import { type Context, type JsonObject, publicKeysOf, type Refusal, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores, type StoreOptions, type TestStore } from '../../../../test/harness/store.ts';
import { fingerprint } from './fingerprint.ts';
import { allowPartner, blockPartner, declineProposal } from './partners.ts';
import { buildProposal, type Claims, checkProposal, receiveProposal } from './proposals.ts';
import { createPartnersSlice } from './slice.ts';
import { partnerByOrigin, proposalFrom, proposals } from './store.ts';
import { createTrust, type TrustList } from './trust.ts';

const claims: Claims = {
  agency: 'Harrowdean',
  identifier: 'ons:E07',
  kind: 'government',
  scopes: ['open-groups'],
  direction: 'both',
  reason: 'Winter roads',
  contact: 'Jo, 020 1234',
  expires: null,
};
const decider = { by: 'Anna', reason: 'Called them' };

type Node = TestStore & { trust: TrustList; receive: (sent: Sent) => Promise<number> };
type Sent = Awaited<ReturnType<typeof buildProposal>>;

describeStores('A proposal between nodes', (open) => {
  async function start(options: StoreOptions = {}): Promise<Node> {
    const store = await open({ slices: [createPartnersSlice({})], identity: true, ...options });
    const trust = createTrust(store.context);
    store.context.ports.trust = trust;
    await trust.refresh();
    return {
      ...store,
      trust,
      // What the web side does with the one POST of a stranger; refusals by their status.
      receive: async ({ url, headers, body }) => {
        const at = `${store.context.config.origin}${new URL(url).pathname}`;
        const request = { method: 'POST', url: at, headers: new Headers(headers), body };
        const refusal = await receiveProposal(store.context, request).catch((error: Refusal) => error);
        return refusal?.status ?? 202;
      },
      [Symbol.asyncDispose]: async () => {
        await trust[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
      },
    };
  }
  const decide = async (node: Node, run: Parameters<typeof transact<unknown>>[2]) => {
    await transact(node.context, { kind: 'system', what: 'test' }, run);
    await node.trust.refresh();
  };
  /** The network as the receiver would find it: the sender's server actor, with this key. */
  function reach(node: Node, sender: Node, key: string, seen: string[]): void {
    node.context.doors.peers.fetchDocument = async (url) => {
      const { origin } = sender.context.config;
      if (!node.trust.mayIntroduce(origin))
        return { ok: false, code: 'no_agreement', retryable: false, detail: 'not listed' };
      seen.push(url);
      const document: JsonObject = { id: `${origin}/node`, publicKey: { owner: `${origin}/node`, publicKeyPem: key } };
      return { ok: true, status: 200, headers: {}, text: '', document };
    };
  }
  const keyOf = async ({ config, db }: Context) =>
    (await publicKeysOf(db.reader, `${config.origin}/node`)).find(({ algorithm }) => algorithm === 'rsa')?.public ?? '';

  it('lands as unverified claims without a request to anybody, is checked, and allowed with the key it showed', async () => {
    await using sender = await start();
    await using node = await start();
    const { origin } = sender.context.config;
    // The store's doors throw on any use.
    expect(await node.receive(await buildProposal(sender.context, node.context.config.origin, claims))).toBe(202);
    expect((await proposalFrom(node.context.db.reader, origin))?.state).toBe('unverified');
    // Sent again, it is the same one.
    expect(await node.receive(await buildProposal(sender.context, node.context.config.origin, claims))).toBe(202);
    const said = node.context.db.reader.selectFrom('log').select('data').where('name', '=', 'partner.proposed');
    expect((await said.execute()).map(({ data }) => JSON.parse(data))).toEqual([{ origin }]);
    expect(node.trust.mayFederate(origin, null, 'in').reason).toBe('not_listed');

    const key = await keyOf(sender.context);
    const seen: string[] = [];
    reach(node, sender, key, seen);
    expect(await checkProposal(node.context, node.trust, origin, decider)).toBe(true);
    expect(seen).toEqual([`${origin}/node`]);
    await node.trust.refresh();
    expect(node.trust.mayFederate(origin, null, 'in').reason).toBe('proposed');

    await decide(node, (work) => allowPartner(work, { origin, ...decider }));
    expect(node.trust.mayFederate(origin, 'open-groups', 'in').allowed).toBe(true);
    const partner = await partnerByOrigin(node.context.db.reader, origin);
    expect(partner).toMatchObject({ agency: 'Harrowdean', identifier: 'ons:E07', pinnedKey: key, software: 'joinery' });
    expect(fingerprint(partner?.pinnedKey ?? '')).toMatch(/^([a-z2-9]{5} ){7}[a-z2-9]{5}$/);
    expect((await proposalFrom(node.context.db.reader, origin))?.state).toBe('accepted');
  });

  it('is refused by name when the node shows another key', async () => {
    await using sender = await start();
    await using node = await start();
    const { origin } = sender.context.config;
    await node.receive(await buildProposal(sender.context, node.context.config.origin, claims));
    reach(node, sender, await keyOf(node.context), []);
    expect(await checkProposal(node.context, node.trust, origin, decider)).toBe(false);
    expect((await proposalFrom(node.context.db.reader, origin))?.state).toBe('mismatch');
    expect(await partnerByOrigin(node.context.db.reader, origin)).toBeUndefined();
  });

  it('is believed only when it is whole, for us, of its own node, and small', async () => {
    await using sender = await start();
    await using node = await start();
    const sent = await buildProposal(sender.context, node.context.config.origin, claims);
    const other = await buildProposal(sender.context, 'https://elsewhere.gov', claims);
    const document = JSON.parse(sent.body) as { actor: JsonObject };
    const forged = JSON.stringify({ ...document, actor: { ...document.actor, id: 'https://good.gov/node' } });
    const answers = [
      { ...sent, body: sent.body.replace('Harrowdean', 'Harrowgate') },
      { ...sent, headers: { 'content-type': 'application/activity+json' } },
      { ...sent, headers: { ...other.headers, host: sent.headers.host ?? '' } },
      { ...sent, body: forged },
      { ...sent, body: '{"type":"Offer"}' },
      { ...sent, body: '{"a":1,"a":2}' },
      { ...sent, body: `{"a":"${'x'.repeat(40_000)}"}` },
    ].map(async (request) => await node.receive(request));
    expect(await Promise.all(answers)).toEqual([401, 401, 401, 400, 400, 400, 413]);
    expect(await proposals(node.context.db.reader)).toEqual([]);
  });

  it('of a blocked or declined node is put aside without a word', async () => {
    await using sender = await start();
    await using node = await start();
    const { origin } = sender.context.config;
    const send = async () =>
      await node.receive(await buildProposal(sender.context, node.context.config.origin, claims));
    await decide(node, (work) => blockPartner(work, { origin, ...decider }));
    expect(await send()).toBe(202);
    expect(await proposals(node.context.db.reader)).toEqual([]);
    await using third = await start();
    const again = async () =>
      await third.receive(await buildProposal(sender.context, third.context.config.origin, claims));
    await again();
    await decide(third, (work) => declineProposal(work, { origin, ...decider }));
    expect(await again()).toBe(202);
    expect((await proposalFrom(third.context.db.reader, origin))?.state).toBe('declined');
  });

  it('fills at most 100 places, one per node', async () => {
    await using sender = await start();
    await using node = await start();
    const sent = await buildProposal(sender.context, node.context.config.origin, claims);
    await decide(node, async (work) => {
      const rows = Array.from({ length: 99 }, (_, index) => ({
        origin: `https://node${index}.gov`,
        document: sent.body,
        received_at: work.now,
        checked_at: null,
        state: 'unverified' as const,
      }));
      await work.db.insertInto('proposal').values(rows).execute();
    });
    const statuses = [];
    for (let round = 0; round < 2; round += 1) statuses.push(await node.receive(sent));
    await using late = await start();
    statuses.push(await node.receive(await buildProposal(late.context, node.context.config.origin, claims)));
    // The oldest that nobody has checked gives way.
    expect(statuses).toEqual([202, 202, 202]);
    expect(await proposals(node.context.db.reader)).toHaveLength(100);
    expect(await proposalFrom(node.context.db.reader, late.context.config.origin)).toBeDefined();
    await decide(node, async (work) => {
      await work.db.updateTable('proposal').set({ state: 'checked' }).execute();
    });
    await using last = await start();
    expect(await node.receive(await buildProposal(last.context, node.context.config.origin, claims))).toBe(429);
  });

  it('does not let another key replace what was checked', async () => {
    await using sender = await start();
    await using node = await start();
    const { origin } = sender.context.config;
    await node.receive(await buildProposal(sender.context, node.context.config.origin, claims));
    reach(node, sender, await keyOf(sender.context), []);
    await checkProposal(node.context, node.trust, origin, decider);
    await using impostor = await start({ origin });
    const forged = await buildProposal(impostor.context, node.context.config.origin, { ...claims, agency: 'Impostor' });
    expect(await node.receive(forged)).toBe(409);
    expect((await proposalFrom(node.context.db.reader, origin))?.document).not.toContain('Impostor');
  });

  it('opens the door for a check only for a minute, and never to a blocked node', async () => {
    let now = new Date('2026-11-21T12:00:00.000Z');
    await using node = await start({ now: () => now });
    node.trust.markReachable('https://good.gov');
    expect(node.trust.mayIntroduce('https://good.gov')).toBe(true);
    expect(node.trust.mayFederate('https://good.gov', null, 'out').allowed).toBe(false);
    now = new Date('2026-11-21T12:01:00.000Z');
    expect(node.trust.mayIntroduce('https://good.gov')).toBe(false);
    await decide(node, (work) => blockPartner(work, { origin: 'https://good.gov', ...decider }));
    node.trust.markReachable('https://good.gov');
    expect(node.trust.mayIntroduce('https://good.gov')).toBe(false);
  });
});
