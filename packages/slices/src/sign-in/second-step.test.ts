import { accountOfPerson, codeAt, hashPassword, setPassword, stepAt, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { linkFor, people } from '../people/index.ts';
import { openWeb } from '../people/testing/web.ts';
import { signIn } from './index.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'a passphrase of plain words';

it('With a second step a password or a link alone opens nothing; code and recovery code do; an administrator can reset it', async () => {
  let now = Date.now();
  await using web = await openWeb([people, signIn], { now: () => new Date(now) });
  const anna = await web.add('Anna de Vries');
  const account = await accountOfPerson(web.context.db.reader, anna.id);
  const hash = await hashPassword(password);
  await transact(web.context, by, (work) => setPassword(work, account?.id ?? '', hash));
  const send = { email: account?.email ?? '', password };
  const desk = web.browser();
  expect((await desk.post('/sign-in', send)).location).toBe('/');

  // Setting it up: a picture, the key in letters, and a code that shows that the app has it.
  const page = await desk.get('/profile/sign-in/code');
  const key = (/((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})/.exec(page.html)?.[1] ?? '').replaceAll(' ', '');
  const sealed = /name="sealed" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
  expect(page.html).toContain('<svg role="img"');
  const code = () => codeAt(key, stepAt(new Date(now)));
  const wrong = await desk.post('/profile/sign-in/code', { sealed, code: '000000' });
  expect([wrong.status, wrong.html.includes('not the code that the app shows')]).toEqual([422, true]);
  const on = await desk.post('/profile/sign-in/code', { sealed, code: code() });
  const recovery = /[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}/.exec(on.html)?.[0] ?? '';
  expect([on.status, recovery.length]).toEqual([200, 19]);

  // The password alone: no session, and the page asks for the code.
  now += 60_000;
  const phone = web.browser();
  expect((await phone.post('/sign-in', { ...send, next: '/people' })).location).toBe('/sign-in/code');
  expect((await phone.get('/profile')).status).toBe(303);
  expect((await phone.post('/sign-in/code', { code: '' })).status).toBe(422);
  const late = await phone.post('/sign-in/code', { code: codeAt(key, stepAt(new Date(now)) - 5) });
  expect([late.status, late.html.includes('This code is not right')]).toEqual([422, true]);
  const used = code();
  expect((await phone.post('/sign-in/code', { code: used })).location).toBe('/people');
  expect((await phone.get('/profile')).status).toBe(200);

  // The same code again, and somebody without the password.
  const thief = web.browser();
  expect((await thief.post('/sign-in/code', { code: recovery })).location).toBe('/sign-in');
  await thief.post('/sign-in', send);
  expect((await thief.post('/sign-in/code', { code: used })).status).toBe(422);

  // A link asks for it too, and takes a recovery code.
  const linked = web.browser();
  const link = await linkFor(web.context, by, anna.id);
  expect((await linked.post(new URL(link.address).pathname)).location).toBe('/sign-in/code');
  expect((await linked.post('/sign-in/code', { code: recovery })).location).toBe('/');

  // Too late: begin again.
  const slow = web.browser();
  await slow.post('/sign-in', send);
  now += 11 * 60_000;
  expect((await slow.post('/sign-in/code', { code: code() })).location).toBe('/sign-in');

  // Turning it off takes a code; an administrator can without.
  expect((await phone.post('/profile/sign-in/code/off', { code: '111111' })).status).toBe(422);
  const ada = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const reset = await ada.post(`/administration/people/${anna.id}/second-step`);
  expect(reset.location).toContain('done=second-step');
  expect((await web.browser().post('/sign-in', send)).location).toBe('/');
});

it('Guessing codes is refused in words after five, with the time to wait', async () => {
  await using web = await openWeb([people, signIn]);
  const anna = await web.add('Anna de Vries');
  const account = await accountOfPerson(web.context.db.reader, anna.id);
  const hash = await hashPassword(password);
  await transact(web.context, by, async (work) => {
    await setPassword(work, account?.id ?? '', hash);
    const row = { account_id: account?.id ?? '', key: work.secret.encrypt('A'.repeat(32)), last_step: 0 };
    await work.db
      .insertInto('second_step')
      .values({ ...row, created_at: work.now })
      .execute();
  });
  const browser = web.browser();
  await browser.post('/sign-in', { email: account?.email ?? '', password });
  for (let round = 0; round < 5; round += 1)
    expect((await browser.post('/sign-in/code', { code: 'AAAA' })).status).toBe(422);
  const refused = await browser.post('/sign-in/code', { code: 'AAAA' });
  expect([refused.status, refused.html.includes('Wait 15 minutes')]).toEqual([429, true]);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
});
