import { setRoles, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import { openWeb } from '../../../../../test/harness/web.ts';
import { asks } from '../asks.ts';
import { createPartnersSlice } from '../slice.ts';

const home = '/administration/partners';
const by = { kind: 'system', what: 'test' } as const;
const text = async (answer: Response) => (await answer.text()).replace(/\s+/g, ' ');
const origin = 'https://good.gov';

describeStores('Requests of our own people', (open) => {
  it('land with the officer, who answers once, in words that the people get', async () => {
    const trust = { mayFederate: () => ({ allowed: false, reason: 'not_listed' }) as const };
    await using web = await openWeb(open, { slices: [createPartnersSlice({})], ports: { asks, trust } });
    const [administrator, officer] = [await web.account({ administrator: true }), await web.account()];
    await transact(web.context, by, (work) => setRoles(work, officer.id, { federationOfficer: true }));
    expect(await text(await officer.browser.fetch(`${home}/proposals`))).toContain('Nothing waits for you');
    const { id } = await transact(web.context, by, (work) =>
      asks.ask(work, { person: administrator.person.id, origin, group: `${origin}/groups/1`, reason: 'Roads <b>' }),
    );
    const page = await text(await officer.browser.fetch(`${home}/proposals`));
    for (const shown of [
      'Roads &lt;b&gt;',
      'one person',
      `${origin}/groups/1`,
      `new?origin=${encodeURIComponent(origin)}`,
    ])
      expect(page).toContain(shown);
    expect(await text(await officer.browser.fetch(`${home}/new?origin=${origin}`))).toContain(origin);
    const looking = await text(await administrator.browser.fetch(`${home}/proposals`));
    expect(looking).toContain('Roads');
    expect(looking).not.toContain('Send this answer');

    const field = 'answer-https-good-gov';
    const empty = await officer.browser.post(`${home}/proposals/answer`, { origin, [field]: ' ' });
    expect([empty.status, await text(empty)]).toEqual([422, expect.stringContaining(`href="#field-${field}"`)]);
    const long = await officer.browser.post(`${home}/proposals/answer`, { origin, [field]: 'x'.repeat(1001) });
    expect(await text(long)).toContain('x'.repeat(1001));
    const answered = await officer.browser.post(`${home}/proposals/answer`, { origin, [field]: 'Not this year' });
    expect(answered.status).toBe(303);
    expect(await asks.byId(web.context.db.reader, id)).toMatchObject({ state: 'declined', answer: 'Not this year' });
    expect(await text(await officer.browser.fetch(`${home}/register`))).toContain('Request of our people declined');
    expect((await officer.browser.post(`${home}/proposals/answer`, { origin, [field]: 'Again' })).status).toBe(404);
  });
});
