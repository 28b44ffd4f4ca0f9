import { accountOfPerson, hashPassword, setPassword, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { disableLeaver, people } from '../../people/index.ts';
import { type Browser, openWeb } from '../../people/testing/web.ts';
import { signIn } from '../index.ts';
import { createDevice, type Device, type Told } from './testing/device.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'a passphrase of plain words';
const own = '/profile/sign-in/passkeys';

/** A node with somebody who has a password, and what a browser with script does on its pages. */
async function prepared() {
  let now = Date.parse('2026-11-22T10:00:00.000Z');
  const web = await openWeb([people, signIn], { now: () => new Date(now) });
  const { context } = web;
  const { origin } = context.config;
  const anna = await web.add('Anna de Vries');
  const account = await accountOfPerson(context.db.reader, anna.id);
  const hash = await hashPassword(password);
  await transact(context, by, (work) => setPassword(work, account?.id ?? '', hash));
  const told = (challenge: string): Told => ({ origin, rpId: 'localhost', challenge });
  const ask = async (browser: Browser, path: string) => JSON.parse((await browser.post(path)).html);
  return {
    web,
    anna,
    account: account?.id ?? '',
    email: account?.email ?? '',
    pass: (minutes: number) => {
      now += minutes * 60_000;
    },
    /** Signed in with the password. */
    desk: async (): Promise<Browser> => {
      const browser = web.browser();
      expect((await browser.post('/sign-in', { email: account?.email ?? '', password })).location).toBe('/');
      return browser;
    },
    add: async (browser: Browser, device: Device, passkeyName = '') => {
      const { challenge, user } = await ask(browser, `${own}/ask`);
      return browser.post(own, { passkeyName, credential: device.make(told(challenge), { userHandle: user.id }) });
    },
    /** Answers what the server asks at `path`; the form then goes there with the answer. */
    use: async (browser: Browser, path: string, device: Device, fields: Record<string, string> = {}) => {
      const { challenge } = await ask(browser, `${path.split('?')[0]}/ask`);
      return browser.post(path, { ...fields, credential: device.use(told(challenge)) });
    },
  };
}

it('A passkey is added under a name, signs in, is renamed and removed', async () => {
  const { web, desk, add, use } = await prepared();
  await using _ = web;
  expect((await web.browser().get('/sign-in')).html).not.toContain('app-passkey');
  const browser = await desk();
  const empty = await browser.get(own);
  expect([empty.status, empty.html.includes('No passkey yet')]).toEqual([200, true]);
  const device = createDevice();
  expect((await add(browser, device, '  Work laptop ')).location).toBe(`${own}?done=added`);
  const list = await browser.get(`${own}?done=added`);
  expect(list.html).toMatch(/has been added.*Work laptop.*not used yet/s);
  expect((await browser.get('/profile/sign-in')).html).toContain('1 passkey');

  const phone = web.browser();
  const page = await phone.get('/sign-in?next=/people');
  expect(page.html).toMatch(
    /<app-passkey [^>]*data-offer.*name="next" value="\/people".*need a browser that runs scripts/s,
  );
  expect(page.html).toContain('autocomplete="username webauthn"');
  expect((await use(phone, '/sign-in/passkey', device, { next: '/people' })).location).toBe('/people');
  expect((await phone.get('/profile')).status).toBe(200);
  expect((await use(web.browser(), '/sign-in/passkey', device, { next: '//evil.example' })).location).toBe('/');

  const id = new RegExp(`${own}/([\\w-]{36})`).exec(list.html)?.[1] ?? '';
  const long = await browser.post(`${own}/${id}`, { passkeyName: 'x'.repeat(101) });
  expect([long.status, long.html.includes('at most 100 letters'), long.html.includes('x'.repeat(101))]).toEqual([
    422,
    true,
    true,
  ]);
  await browser.post(`${own}/${id}`, { passkeyName: '<b>Phone</b>' });
  expect((await browser.get(own)).html).toContain('&lt;b&gt;Phone&lt;/b&gt;');
  expect((await browser.post(`${own}/${id}/remove`)).location).toBe(`${own}?done=removed`);
  const refused = await use(web.browser(), '/sign-in/passkey', device);
  expect([refused.status, refused.html.includes('could not be used here')]).toEqual([403, true]);
});

it('A browser left open is not enough: adding and removing ask who one is once more, after a quarter of an hour', async () => {
  const { web, desk, add, use, pass } = await prepared();
  await using _ = web;
  const browser = await desk();
  const device = createDevice();
  await add(browser, device);
  const id = new RegExp(`${own}/([\\w-]{36})`).exec((await browser.get(own)).html)?.[1] ?? '';
  pass(16);
  const list = await browser.get(own);
  expect([list.html.includes('app-passkey'), list.html.includes('/profile/sign-in/confirm?next=')]).toEqual([
    false,
    true,
  ]);
  expect((await browser.post(`${own}/ask`)).status).toBe(403);
  expect((await browser.post(own, { credential: '{}' })).html).toContain('Confirm that it is you');
  expect((await browser.post(`${own}/${id}/remove`)).location).toBe(`${own}/${id}`);
  expect((await browser.get(`${own}/${id}`)).html).not.toContain(`action="${own}/${id}/remove"`);

  const confirm = `/profile/sign-in/confirm?next=${encodeURIComponent(`${own}/${id}`)}`;
  const wrong = await browser.post(confirm, { password: 'not this one at all' });
  expect([wrong.status, wrong.html.includes('This is not your password')]).toEqual([422, true]);
  expect((await browser.post(confirm, { password: '' })).html).toContain('Enter your password');
  expect((await browser.post(confirm, { password })).location).toBe(`${own}/${id}`);
  expect((await browser.get(`${own}/${id}`)).html).toContain(`action="${own}/${id}/remove"`);
  pass(16);
  const other = await use(browser, '/profile/sign-in/confirm/passkey', createDevice());
  expect([other.status, other.html.includes('could not be used here')]).toEqual([422, true]);
  expect((await use(browser, '/profile/sign-in/confirm/passkey?next=/people', device)).location).toBe('/people');
  expect((await browser.post(`${own}/${id}/remove`)).location).toBe(`${own}?done=removed`);
});

it('Nobody removes their only way in', async () => {
  const { web, add } = await prepared();
  await using _ = web;
  const ben = await web.add('Ben Bos');
  const browser = await web.signedIn(ben);
  await add(browser, createDevice(), 'First');
  const id = new RegExp(`${own}/([\\w-]{36})`).exec((await browser.get(own)).html)?.[1] ?? '';
  expect((await browser.get(`${own}/${id}`)).html).toContain('your only way to sign in');
  const refused = await browser.post(`${own}/${id}/remove`);
  expect([refused.status, refused.html.includes('Choose a password first')]).toEqual([422, true]);
  await add(browser, createDevice(), 'Second');
  expect((await browser.post(`${own}/${id}/remove`)).location).toBe(`${own}?done=removed`);
});

it('Where a code is asked for, a passkey of the same person takes its place, and that of another does not', async () => {
  const { web, desk, add, use, account, email } = await prepared();
  await using _ = web;
  const [hers, his] = [createDevice(), createDevice()];
  await add(await desk(), hers);
  await add(await web.signedIn(await web.add('Ben Bos')), his);
  await transact(web.context, by, (work) =>
    work.db
      .insertInto('second_step')
      .values({ account_id: account, key: work.secret.encrypt('A'.repeat(32)), last_step: 0, created_at: work.now })
      .execute(),
  );
  const browser = web.browser();
  expect((await browser.post('/sign-in/code/passkey/ask')).status).toBe(410);
  expect((await use(web.browser(), '/sign-in/passkey', hers)).location).toBe('/');
  expect((await browser.post('/sign-in', { email, password, next: '/people' })).location).toBe('/sign-in/code');
  expect((await browser.get('/sign-in/code')).html).toContain('action="/sign-in/code/passkey"');
  const wrong = await use(browser, '/sign-in/code/passkey', his);
  expect([wrong.status, wrong.html.includes('could not be used here')]).toEqual([422, true]);
  expect((await browser.get('/profile')).status).toBe(303);
  expect((await use(browser, '/sign-in/code/passkey', hers)).location).toBe('/people');
  // With the code on, the password alone does not confirm anything.
  const again = await browser.post('/profile/sign-in/confirm', { password });
  expect([again.status, again.html.includes('Enter the code')]).toEqual([422, true]);
});

it('Whoever was disabled, or answers in another browser, gets the same words as with a passkey that nobody knows', async () => {
  const { web, anna, desk, add, use } = await prepared();
  await using _ = web;
  const device = createDevice();
  await add(await desk(), device);
  await web.add('Ada Admin', { administrator: true });
  const browser = web.browser();
  const { challenge } = JSON.parse((await browser.post('/sign-in/passkey/ask')).html);
  const { origin } = web.context.config;
  const credential = device.use({ origin, rpId: 'localhost', challenge });
  const thief = await web.browser().post('/sign-in/passkey', { credential });
  expect([thief.status, thief.html.includes('took too long, or was used already')]).toEqual([403, true]);
  await disableLeaver(web.context, by, anna.id);
  const unknown = await use(web.browser(), '/sign-in/passkey', createDevice());
  const disabled = await use(web.browser(), '/sign-in/passkey', device);
  const shown = (html: string) => /<main.*<\/main>/s.exec(html)?.[0];
  expect(shown(unknown.html)).toContain('could not be used here');
  expect([disabled.status, shown(disabled.html)]).toEqual([403, shown(unknown.html)]);
});
