import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb } from '../../../../test/harness/web.ts';
import type { Slice } from '../slice.ts';
import { requireAdministrator, requireVisitor } from './visitor.ts';

const slice: Slice = {
  name: 'forgerytest',
  routes: (app) => {
    app.post('/change', (c) => c.text(`changed by ${requireVisitor(c).person.name}`));
    app.post('/administer', (c) => c.text(`changed by ${requireAdministrator(c).person.name}`));
  },
};
const slices = [slice];

type Case = [name: string, headers: Record<string, string | undefined>, fields: Record<string, string>, status: number];

/** Hostile cases 142 and 145. */
const cases: Case[] = [
  ['a page of ours', {}, {}, 200],
  ['a page of ours, as new browsers tell', { 'sec-fetch-site': 'same-origin' }, {}, 200],
  ['a page of ours without Origin', { origin: undefined, 'sec-fetch-site': 'same-origin' }, {}, 200],
  ['no Origin at all', { origin: undefined }, {}, 403],
  ['Origin null', { origin: 'null' }, {}, 403],
  ['another site', { origin: 'https://evil.example' }, {}, 403],
  ['a sibling host', { origin: 'http://sub.localhost' }, {}, 403],
  ['the same host on another port', { origin: 'http://localhost:1' }, {}, 403],
  ['our Origin, but the browser says cross-site', { 'sec-fetch-site': 'cross-site' }, {}, 403],
  ['our Origin, but the browser says same-site', { 'sec-fetch-site': 'same-site' }, {}, 403],
  ['a wrong token', {}, { csrf: 'x'.repeat(43) }, 403],
  ['an empty token', {}, { csrf: '' }, 403],
  ['text/plain from another site', { origin: 'https://evil.example', 'content-type': 'text/plain' }, {}, 403],
  ['text/plain from here', { 'content-type': 'text/plain' }, {}, 415],
  ['JSON from here', { 'content-type': 'application/json' }, {}, 415],
];

describeStores('A changing request of a page', (open) => {
  it('is made only when a page of ours sent it (hostile case 142)', async () => {
    await using web = await openWeb(open, { slices });
    const { browser } = await web.account();
    for (const [name, headers, fields, status] of cases) {
      const answer = await browser.post('/change', fields, headers);
      expect.soft(answer.status, name).toBe(status);
      expect.soft((await answer.text()).startsWith('changed'), name).toBe(status === 200);
    }
  });

  it('needs a token of its own session', async () => {
    await using web = await openWeb(open, { slices });
    const [anna, bram] = [await web.account(), await web.account()];
    const csrf = await anna.browser.csrf();
    expect((await bram.browser.post('/change', { csrf })).status).toBe(403);
    const signedOut = await web.browser().csrf();
    expect((await bram.browser.post('/change', { csrf: signedOut })).status).toBe(403);
  });

  it('leads to the sign-in page when signed out, and back to the page of the form', async () => {
    await using web = await openWeb(open, { slices });
    const answer = await web.browser().post('/change', {}, { referer: `${web.origin}/groups?x=1` });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fgroups%3Fx%3D1']);
    const foreign = await web.browser().post('/change', {}, { referer: 'https://evil.example/x' });
    expect(foreign.headers.get('location')).toBe('/sign-in');
  });

  it('says that the session has ended when it has', async () => {
    await using web = await openWeb(open, { slices });
    const { browser } = await web.account();
    const csrf = await browser.csrf();
    await web.context.db.writer.deleteFrom('session').execute();
    const answer = await browser.post('/change', { csrf });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in']);
  });

  it('is refused to people without the right, and allowed to those who have it', async () => {
    await using web = await openWeb(open, { slices });
    const [anna, chief] = [await web.account(), await web.account({ administrator: true })];
    expect((await anna.browser.post('/administer')).status).toBe(403);
    expect((await chief.browser.post('/administer')).status).toBe(200);
  });

  it('cannot be made with a token of the API, nor the API be used with a cookie', async () => {
    await using web = await openWeb(open, { slices });
    const { browser, token } = await web.account();
    const page = await web.browser().post('/change', {}, { authorization: `Bearer ${token}`, cookie: '' });
    expect(page.status).toBe(403);
    const api = await browser.fetch('/api/v1/anything', { method: 'POST', headers: { origin: web.origin } });
    expect(api.status).toBe(401);
  });
});
