import { disableAccount, newId, type Slice, setRoles, streams, subscribe, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores, type StoreOptions, type TestStore } from '../../../../test/harness/store.ts';
import { openWeb, type TestAccount, type TestWeb } from '../../../../test/harness/web.ts';
import { ensurePeer, laneHealth } from '../peers.ts';
import { federationSlice } from '../slice.ts';
import { createPartnersSlice } from './slice.ts';
import { partnerByOrigin } from './store.ts';
import { createTrust } from './trust.ts';

const group = '0190a000-0000-7000-8000-000000000001';
const exchanging: Slice = {
  name: 'exchanging',
  exchanged: async (_db, origins) =>
    origins
      .filter((origin) => origin === 'https://good.gov')
      .map((origin) => ({ origin, group, name: 'Winter <roads>', people: ['a', 'b'], items: 7 })),
};
const home = '/administration/partners';

async function start(open: (options?: StoreOptions) => Promise<TestStore>) {
  const web = await openWeb(open, { slices: [federationSlice, createPartnersSlice({ laneHealth }), exchanging] });
  const trust = createTrust(web.context);
  web.context.ports.trust = trust;
  await trust.refresh();
  // A node has an administrator before it has other roles.
  await web.account({ administrator: true });
  return {
    ...web,
    trust,
    [Symbol.asyncDispose]: async () => {
      await trust[Symbol.asyncDispose]();
      await web[Symbol.asyncDispose]();
    },
  };
}

async function officer(web: TestWeb, language = 'en'): Promise<TestAccount> {
  const account = await web.account({ language });
  await transact(web.context, { kind: 'system', what: 'test' }, (work) =>
    setRoles(work, account.id, { administrator: false, federationOfficer: true }),
  );
  return account;
}

const text = async (answer: Response) => (await answer.text()).replace(/\s+/g, ' ');
const form = {
  agency: 'Good & Co',
  hosts: 'good.gov',
  kind: 'government',
  scopes: 'open-groups',
  coverage: 'all',
  direction: 'both',
  reason: 'Agreement 17',
};

describeStores('The partners’ pages', (open) => {
  it('let an officer see what a decision does, take it, and find it in the register', async () => {
    await using web = await start(open);
    const { browser } = await officer(web);
    expect(await text(await browser.fetch(home))).toContain('Nothing is exchanged with any other node yet');
    const told = await browser.post(`${home}/preview`, { ...form, what: 'allow' });
    expect(told.status).toBe(200);
    const page = await text(told);
    expect(page).toContain('Winter &lt;roads&gt;');
    expect(page).toContain('name="agency" value="Good &amp; Co"');
    expect(await partnerByOrigin(web.context.db.reader, 'https://good.gov')).toBeUndefined();

    const done = await browser.post(`${home}/decide`, { ...form, what: 'allow' });
    expect(done.status).toBe(303);
    await web.trust.refresh();
    expect(web.trust.mayFederate('https://good.gov', 'open-groups', 'out').allowed).toBe(true);
    const partner = await text(await browser.fetch(done.headers.get('location') ?? ''));
    for (const shown of ['Good &amp; Co', 'Agreement 17', 'Anna de Vries', 'Not confirmed by them', 'Open groups'])
      expect(partner).toContain(shown);
    const list = await text(await browser.fetch(home));
    expect(list).toContain('Allowed');
    expect(list).not.toContain('Nothing is exchanged');
    const register = await browser.fetch(`${home}/register.csv`);
    expect(register.headers.get('content-type')).toContain('text/csv');
    expect(await register.text()).toContain('allow,Anna de Vries,Agreement 17');
  });

  it('ask for a reason before suspending, and stop the exchange at once', async () => {
    await using web = await start(open);
    const { browser } = await officer(web);
    const location = (await browser.post(`${home}/decide`, { ...form, what: 'allow' })).headers.get('location') ?? '';
    const id = /partners\/([^?]+)/.exec(location)?.[1] ?? '';
    const asked = await text(await browser.fetch(`${home}/${id}/decide?what=suspend`));
    expect(asked).toContain('Suspend Good &amp; Co');
    expect(asked).toContain('both ways');
    const refused = await browser.post(`${home}/decide`, { partner: id, what: 'suspend', reason: ' ' });
    expect(refused.status).toBe(422);
    expect(await text(refused)).toContain('<title>Error: ');
    expect((await browser.post(`${home}/decide`, { partner: id, what: 'suspend', reason: 'Incident' })).status).toBe(
      303,
    );
    await web.trust.refresh();
    expect(web.trust.mayFederate('https://good.gov', null, 'out').reason).toBe('suspended');
    const { scopes } = (await partnerByOrigin(web.context.db.reader, 'https://good.gov')) ?? {};
    expect(scopes).toEqual(['open-groups']);
  });

  it('explain what is wrong with an address and keep what was typed, in both languages', async () => {
    await using web = await start(open);
    const { browser } = await officer(web);
    for (const [hosts, words] of [
      ['*', 'A star would let anybody in'],
      ['co.uk', 'many organisations share it'],
      ['https://good.gov/groups/1', 'List the node itself: https://good.gov'],
      ['10.1.2.3', 'bare network address'],
      ['', 'Enter the address of their node'],
    ] as const) {
      const answer = await browser.post(`${home}/preview`, { ...form, hosts, what: 'allow' });
      expect([hosts, answer.status]).toEqual([hosts, 422]);
      const page = await text(answer);
      expect(page).toContain(words);
      expect(page).toContain('value="Agreement 17"');
    }
    const dutch = await officer(web, 'nl');
    expect(await text(await dutch.browser.fetch(home))).toContain(
      'Er wordt nog niets met een ander knooppunt uitgewisseld',
    );
    const faulty = await dutch.browser.post(`${home}/preview`, { ...form, hosts: '*', what: 'allow' });
    expect(await text(faulty)).toContain('Een sterretje laat iedereen binnen');
  });

  it('show what an import changes before it is applied, and explain what a node gets', async () => {
    await using web = await start(open);
    const { browser } = await officer(web);
    const list = { list: '#domain\ngood.gov\nsub.good.gov\n*\n', source: 'Region list', as: 'allow' };
    const told = await text(await browser.post(`${home}/import`, list));
    for (const shown of ['Added: https://good.gov', 'sub.good.gov – good.gov', 'A star would let anybody in'])
      expect(told).toContain(shown);
    expect(await partnerByOrigin(web.context.db.reader, 'https://good.gov')).toBeUndefined();
    expect((await browser.post(`${home}/import`, { ...list, apply: '1', reason: '' })).status).toBe(422);
    expect((await browser.post(`${home}/import`, { ...list, apply: '1', reason: 'Region decided' })).status).toBe(303);
    expect(await partnerByOrigin(web.context.db.reader, 'https://good.gov')).toMatchObject({
      state: 'allowed',
      source: 'Region list',
    });
    await web.trust.refresh();
    const asked = `${home}/explain?origin=${encodeURIComponent('https://GOOD.gov')}`;
    expect(await text(await browser.fetch(asked))).toContain(
      'Is anything exchanged with good.gov? Yes: the agreement is in force.',
    );
    expect(await text(await browser.fetch(`${home}/export?form=text`))).toContain('good.gov sub.good.gov');
  });

  it('tell of each partner, in a row, its state, scopes, end, last contact, what waits and how it is used', async () => {
    await using web = await start(open);
    const { browser } = await officer(web);
    const dutch = await officer(web, 'nl');
    const decided = await browser.post(`${home}/decide`, { ...form, expiresAt: '2031-05-31', what: 'allow' });
    expect(decided.status).toBe(303);
    await transact(web.context, { kind: 'system', what: 'test' }, async (work) => {
      await ensurePeer(work, 'https://good.gov');
      const contact = { last_contact_at: '2026-02-03T08:05:00.000Z', last_error: 'peer_unreachable: no answer' };
      await work.db.updateTable('peer').set(contact).where('origin', '=', 'https://good.gov').execute();
      const stream = streams.node('https://elsewhere.gov');
      await subscribe(work, stream, 'https://good.gov');
      for (let index = 0; index < 2; index += 1) work.emit('federation.resent', stream, { item: 'x' });
    });
    const rowIn = async (looking: TestAccount['browser']) => {
      const page = await text(await looking.fetch(home));
      const table = /<table.*?<\/table>/.exec(page)?.[0] ?? '';
      const plain = (html = '') =>
        html
          .replace(/<[^>]+>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim();
      const cells = [...table.matchAll(/<(th|td)\b.*?<\/\1>/g)].map(([cell]) => plain(cell));
      return [cells.slice(0, 7), cells.slice(7, 14)];
    };
    // One more than here: that there is an agreement is told to them as well.
    expect(await rowIn(browser)).toEqual([
      ['Agency', 'State', 'Covers', 'Ends', 'Last contact', 'Deliveries', 'Use'],
      [
        'Good &amp; Co good.gov',
        'Allowed Not confirmed by them',
        'Open groups Both ways',
        '31 May 2031',
        '3 February 2026',
        expect.stringMatching(
          /^3 deliveries wait the first since .* \d{4} at \d\d:\d\d\. Their node cannot be reached\.$/,
        ),
        'one group, 7 posts',
      ],
    ]);
    expect(await rowIn(dutch.browser)).toEqual([
      ['Organisatie', 'Status', 'Geldt voor', 'Eindigt op', 'Laatste contact', 'Bezorging', 'Gebruik'],
      [
        'Good &amp; Co good.gov',
        'Toegestaan Niet door hen bevestigd',
        'Open groepen Beide kanten op',
        '31 mei 2031',
        '3 februari 2026',
        expect.stringMatching(/^3 bezorgingen wachten .* \d{4} .*\. Hun knooppunt is niet bereikbaar\.$/),
        'één groep, 7 berichten',
      ],
    ]);
  });

  it('show what a new version can exchange as a decision to take, and keep it off for those who are asked about', async () => {
    await using web = await start(open);
    const { browser } = await officer(web);
    const dutch = await officer(web, 'nl');
    for (const [agency, hosts] of [
      ['Older', 'older.gov'],
      ['Newer', 'newer.gov'],
    ] as const)
      expect((await browser.post(`${home}/decide`, { ...form, agency, hosts, what: 'allow' })).status).toBe(303);
    const older = await partnerByOrigin(web.context.db.reader, 'https://older.gov');
    if (!older) throw new Error('There is no partner');
    // An agreement from before this version: closed groups were not among what could be chosen.
    await transact(web.context, { kind: 'system', what: 'test' }, (work) =>
      work.db
        .updateTable('partner')
        .set({ offered_scopes: '["discover","open-groups"]' })
        .where('id', '=', older.id)
        .execute(),
    );
    await web.trust.refresh();
    const panelIn = async (account: Pick<TestAccount, 'browser'>) =>
      /<section[^>]*aria-labelledby="new-scopes".*?<\/section>/.exec(
        await text(await account.browser.fetch(home)),
      )?.[0] ?? '';
    const asked = await panelIn({ browser });
    for (const shown of ['New in this version', 'Closed groups', 'until you decide', 'Older'])
      expect(asked).toContain(shown);
    expect(asked).toContain(`href="${home}/${older.id}/edit"`);
    expect(asked).not.toContain('Newer');
    expect(asked).not.toContain('Open groups');
    expect(await panelIn(dutch)).toContain('Nieuw in deze versie');
    // Until then it is off.
    expect(web.trust.mayFederate('https://older.gov', 'closed-groups', 'out').allowed).toBe(false);

    const fields = Object.fromEntries(
      [...asked.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
        /name="([^"]*)"/.exec(input)?.[1] ?? '',
        /value="([^"]*)"/.exec(input)?.[1] ?? '',
      ]),
    );
    expect((await browser.post(`${home}/scopes`, fields)).headers.get('location')).toBe(`${home}?done=1`);
    await web.trust.refresh();
    expect(await panelIn({ browser })).toBe('');
    expect(web.trust.mayFederate('https://older.gov', 'closed-groups', 'out').allowed).toBe(false);
    expect(web.trust.mayFederate('https://older.gov', 'open-groups', 'out').allowed).toBe(true);
    const register = await (await browser.fetch(`${home}/register.csv`)).text();
    const decisions = [...register.matchAll(/,https:\/\/(\w+)\.gov,[^,]+,(\w+),Anna de Vries,([^,]+),/g)].map((row) =>
      row.slice(1),
    );
    expect(decisions).toEqual([
      ['older', 'change', 'New in this version; not needed now'],
      ['newer', 'allow', 'Agreement 17'],
      ['older', 'allow', 'Agreement 17'],
    ]);

    // Of two new ones only the one that was decided on is decided, and the agreement keeps its own reason.
    await transact(web.context, { kind: 'system', what: 'test' }, (work) =>
      work.db
        .updateTable('partner')
        .set({ scopes: '["discover"]', offered_scopes: '["discover"]' })
        .where('id', '=', older.id)
        .execute(),
    );
    for (const shown of ['Closed groups', 'Open groups']) expect(await panelIn({ browser })).toContain(shown);
    await browser.post(`${home}/scopes`, { ...fields, once: newId(), scope: 'closed-groups' });
    const left = await panelIn({ browser });
    expect([left.includes('Closed groups'), left.includes('Open groups')]).toEqual([false, true]);
    expect(await partnerByOrigin(web.context.db.reader, 'https://older.gov')).toMatchObject({
      ...{ reason: 'Agreement 17', decidedBy: 'Anna de Vries', state: 'allowed', scopes: ['discover'] },
      offeredScopes: ['discover', 'closed-groups'],
    });
    await browser.post(`${home}/scopes`, { ...fields, once: newId(), scope: 'open-groups' });
    expect(await panelIn({ browser })).toBe('');
  });

  it('warn when an agreement ends, with how much it is used', async () => {
    await using web = await start(open);
    const { browser } = await officer(web);
    const soon = new Date(Date.now() + 6 * 86_400_000).toISOString().slice(0, 10);
    await browser.post(`${home}/decide`, { ...form, expiresAt: soon, what: 'allow' });
    const page = await text(await browser.fetch(home));
    expect(page).toMatch(/ends in [67] days, .* used by one group, 2 people and 7 posts/);
  });
});

describeStores('Who may decide about partners', (open) => {
  it('is nobody but officers, on every page and address; administrators look, and decide only where there is no officer', async () => {
    await using web = await start(open);
    const [stranger, member, decider, administrator] = [
      web.browser(),
      await web.account(),
      await officer(web),
      await web.account({ administrator: true }),
    ];
    const body = { agency: 'Good', origin: 'good.gov', reason: 'Agreement 17' };
    const made = (await (await web.api(decider.token, 'POST', '/partners', body)).json()) as { id: string };
    const pages = [
      '',
      '/new',
      '/proposals',
      '/register',
      '/register.csv',
      '/register.pdf',
      '/traffic',
      '/export',
      '/explain',
      '/import',
      `/${made.id}`,
      `/${made.id}/proof`,
      `/${made.id}/letter.pdf`,
      `/${made.id}/edit`,
      `/${made.id}/decide?what=block`,
    ];
    for (const page of pages) {
      expect([page, (await stranger.fetch(`${home}${page}`)).status]).toEqual([page, 303]);
      expect([page, (await member.browser.fetch(`${home}${page}`)).status]).toEqual([page, 403]);
      expect([page, (await decider.browser.fetch(`${home}${page}`)).status]).toEqual([page, 200]);
      const decides = /new|edit|decide/.test(page);
      expect([page, (await administrator.browser.fetch(`${home}${page}`)).status]).toEqual([page, decides ? 403 : 200]);
    }
    const changes: [string, Record<string, string>, number][] = [
      ['/preview', { ...form, what: 'allow', hosts: 'new.gov' }, 200],
      ['/decide', { ...form, what: 'allow', hosts: 'new.gov' }, 303],
      ['/import', { list: 'x.gov', source: 'x', as: 'allow', apply: '1', reason: 'x' }, 303],
      ['/proposals/check', { origin: 'https://nobody.gov', what: 'decline' }, 404],
      ['/proposals/answer', { origin: 'https://nobody.gov', 'answer-https-nobody-gov': 'No' }, 404],
      ['/scopes', { scope: 'open-groups', reason: 'No' }, 303],
    ];
    for (const [path, fields, status] of changes) {
      expect([path, (await stranger.post(`${home}${path}`, fields)).status]).toEqual([path, 303]);
      for (const { browser } of [member, administrator])
        expect([path, (await browser.post(`${home}${path}`, fields)).status]).toEqual([path, 403]);
      expect([path, (await decider.browser.post(`${home}${path}`, fields)).status]).toEqual([path, status]);
    }
    const calls: [string, string, unknown, number][] = [
      ['GET', '/partners', undefined, 200],
      ['GET', `/partners/${made.id}`, undefined, 200],
      ['POST', '/partners', { ...body, origin: 'third.gov' }, 201],
      ['POST', `/partners/${made.id}/preview`, { state: 'suspended' }, 200],
      ['PATCH', `/partners/${made.id}`, { state: 'suspended', reason: 'Incident' }, 200],
    ];
    for (const [method, path, sent, status] of calls) {
      expect([path, (await web.api(null, method, path, sent)).status]).toEqual([path, 401]);
      expect([path, (await web.api(member.token, method, path, sent)).status]).toEqual([path, 403]);
      const looks = method === 'GET' ? 200 : 403;
      expect([path, (await web.api(administrator.token, method, path, sent)).status]).toEqual([path, looks]);
      expect([path, (await web.api(decider.token, method, path, sent)).status]).toEqual([path, status]);
    }
    const shown = await text(await administrator.browser.fetch(home));
    expect(shown).toContain('Decisions are taken by Anna de Vries');
    expect(shown).not.toContain('Add a partner');

    await transact(web.context, { kind: 'system', what: 'test' }, (work) => disableAccount(work, decider.id));
    expect(
      (await administrator.browser.post(`${home}/decide`, { ...form, what: 'allow', hosts: 'x.new' })).status,
    ).toBe(303);
  });
});

describeStores('Partners over REST', (open) => {
  it('has the shape of the contract, previews a change, and refuses with reasons', async () => {
    await using web = await start(open);
    const { token } = await officer(web);
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = await web.api(token, method, path, body);
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const made = await call('POST', '/partners', {
      agency: 'Good',
      hosts: ['HTTPS://Good.GOV/', { origin: 'media.good.gov', role: 'media' }],
      kind: 'supplier',
      groups: [group],
      expiresAt: '2027-01-31',
      reason: 'Agreement 17',
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      agency: 'Good',
      kind: 'supplier',
      hosts: [
        { origin: 'https://good.gov', role: 'node' },
        { origin: 'https://media.good.gov', role: 'media' },
      ],
      state: 'allowed',
      confirmed: false,
      scopes: ['open-groups'],
      groups: [group],
      direction: 'both',
      reason: 'Agreement 17',
      expiresAt: '2027-02-01T00:00:00.000Z',
      decidedBy: 'Anna de Vries',
    });
    const path = `/partners/${made.body.id}`;
    expect((await call('POST', `${path}/preview`, { groups: [] })).body).toMatchObject({
      groups: [{ id: group, before: { in: true, out: true }, after: { in: false, out: false } }],
      people: 2,
      items: 7,
    });
    expect((await call('GET', path)).body).toEqual(made.body);
    expect((await call('PATCH', path, { direction: 'out', reason: 'Only out' })).body).toMatchObject({
      direction: 'out',
      groups: [group],
      state: 'allowed',
    });
    expect((await call('PATCH', path, { state: 'blocked', reason: 'Incident' })).body).toMatchObject({
      state: 'blocked',
    });
    expect((await call('PATCH', path, { state: 'allowed', reason: 'Again' })).body).toMatchObject({ code: 'conflict' });
    expect((await call('PATCH', path, { direction: 'out' })).body).toMatchObject({
      code: 'invalid',
      errors: [{ field: 'reason', code: 'required' }],
    });
    expect((await call('PATCH', path, { expiresAt: 'soon', reason: 'x' })).body).toMatchObject({
      errors: [{ field: 'expiresAt' }],
    });
    expect((await call('POST', '/partners', { agency: 'X', origin: '*', reason: 'x' })).body).toMatchObject({
      code: 'invalid',
      errors: [{ field: 'hosts' }],
    });
    expect((await call('POST', '/partners', { agency: 'X', origin: 'good.gov', reason: 'x' })).status).toBe(409);
    expect((await call('GET', '/partners/0190a000-0000-7000-8000-00000000ffff')).status).toBe(404);
    const names = ['A', 'B', 'C'];
    for (const name of names)
      await call('POST', '/partners', { agency: name, origin: `${name}.example.gov`, reason: 'x' });
    const first = await call('GET', '/partners?limit=3');
    const second = await call('GET', `/partners?limit=3&cursor=${first.body.next}`);
    const agencies = [first, second].flatMap(({ body }) =>
      (body.items as { agency: string }[]).map(({ agency }) => agency),
    );
    expect(agencies).toEqual(['C', 'B', 'A', 'Good']);
    expect(second.body.next).toBeNull();
  });
});
