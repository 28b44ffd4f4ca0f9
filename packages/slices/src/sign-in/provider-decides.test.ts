import {
  type Account,
  accountOfPerson,
  accountOfToken,
  createToken,
  endSessions,
  hashPassword,
  newId,
  setPassword,
  startSession,
  transact,
} from '@joinery/core';
import { describe, expect, it } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { linkFor, people } from '../people/index.ts';
import { openWeb } from '../people/testing/web.ts';
import { endPasskeysAndLinks } from './anew.ts';
import { signIn } from './index.ts';
import { commands } from './person/commands.ts';
import { link } from './sign-in.ts';
import type { ProviderRow } from './tables.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'a passphrase of plain words';
const own = '/profile/sign-in';

/** A node with two identity providers, and Anna, whom the first one lets in. */
async function prepared(dialect: 'sqlite' | 'postgres') {
  let now = Date.parse('2026-11-22T10:00:00.000Z');
  const web = await openWeb([people, signIn], { dialect, now: () => new Date(now) });
  const { context } = web;
  const anna = await web.add('Anna de Vries');
  const account = (await accountOfPerson(context.db.reader, anna.id)) as Account;
  const providerOf = (name: string): ProviderRow => ({
    ...{ id: newId(), kind: 'keycloak', name, issuer: `https://${name}.example`, client_id: 'joinery' },
    ...{ metadata: '{}', scope: 'openid', admits: 'linked', claim_name: 'name', claim_email: 'email' },
    ...{ claim_role: '', claim_language: '', claim_groups: '', administrators: '', officers: '', state: 'live' },
    ...{ tried_at: null, created_at: '2026-11-22T10:00:00.000Z', updated_at: '2026-11-22T10:00:00.000Z' },
    client_secret: 'x',
  });
  const [first, second] = [providerOf('one'), providerOf('two')];
  const linkWith = (provider: ProviderRow) =>
    transact(context, by, (work) => link(work, provider, { subject: 'anna', claims: { sub: 'anna' } }, account.id));
  await transact(context, by, (work) => work.db.insertInto('sign_in_provider').values([first, second]).execute());
  const identity = await linkWith(first);
  return {
    ...{ web, context, anna, account, identity, second, linkWith },
    ways: `/administration/people/${anna.id}/sign-in`,
    hash: async () => (await accountOfPerson(context.db.reader, anna.id))?.password_hash ?? null,
    choose: async () => {
      const hash = await hashPassword(password);
      await transact(context, by, (work) => setPassword(work, account.id, hash));
    },
    identities: () => context.db.reader.selectFrom('sign_in_identity').select('id').execute(),
    logged: async (pattern: RegExp) => {
      const rows = await context.db.reader.selectFrom('log').select(['name', 'data']).orderBy('seq').execute();
      return rows.filter(({ name }) => pattern.test(name)).map(({ name, data }) => [name, JSON.parse(data)]);
    },
    pass: (hours: number) => {
      now += hours * 3_600_000;
    },
  };
}

for (const dialect of ['sqlite', 'postgres'] as const)
  describe.skipIf(dialect === 'postgres' && postgresMissing)(
    `where an identity provider decides, on ${dialect}`,
    () => {
      it('nobody adds a way in of their own that would outlast being disabled there, not even with a link for emergencies', async () => {
        const { web, context, anna, hash, logged, pass } = await prepared(dialect);
        await using _ = web;
        // The link lets in, and no password is chosen with it.
        const path = new URL((await linkFor(context, by, anna.id)).address).pathname;
        const browser = web.browser();
        const page = await browser.get(path);
        expect([page.html.includes('name="password"'), page.html.includes('12 hours at most')]).toEqual([false, true]);
        expect((await browser.post(path, { password })).status).toBe(422);
        expect(await hash()).toBeNull();
        expect((await browser.post(path)).status).toBe(303);

        for (const [at, words] of [
          ['/profile/password', 'you cannot choose one yourself'],
          [`${own}/passkeys`, 'you cannot add one yourself'],
          [`${own}/code`, 'comes after a password of this node'],
        ] as const) {
          const { status, html } = await browser.get(at);
          expect([at, status, html.includes(words), html.includes('type="password"')]).toEqual([at, 200, true, false]);
        }
        expect((await browser.get(own)).html).not.toMatch(/href="\/profile\/(?:password|sign-in\/(?:code|passkeys))"/);
        const code = { sealed: 'x', code: '123456' };
        expect((await browser.post('/profile/password', { password })).status).toBe(403);
        expect((await browser.post(`${own}/passkeys/ask`)).status).toBe(403);
        expect((await browser.post(`${own}/code`, code)).status).toBe(403);
        const token = await browser.post(`${own}/tokens`, { tokenName: 'calendar' });
        expect([token.status, token.html.includes('without the account of your agency')]).toEqual([422, true]);
        expect(token.html).toContain('value="calendar"');
        expect(await hash()).toBeNull();
        expect(await context.db.reader.selectFrom('api_token').selectAll().execute()).toEqual([]);
        expect(await logged(/^(password|code|passkey)\./)).toEqual([]);

        // In use all the time, and over after a working day all the same.
        pass(11);
        expect((await browser.get('/profile')).status).toBe(200);
        pass(1);
        expect((await browser.get('/profile')).status).not.toBe(200);
      });

      it('ends with a restore, unless they linked since: their provider vouches for them, and not for the link', async () => {
        const { web, context, identities, identity, second, linkWith } = await prepared(dialect);
        await using _ = web;
        const anew = (at: string) =>
          transact(context, by, (work) =>
            endPasskeysAndLinks(work, { at, asOf: at, confirmedAt: work.now, waiting: [] }),
          );
        await anew('2026-11-22T10:00:00.000Z');
        expect(await identities()).toEqual([{ id: identity.id }]);
        await linkWith(second);
        await anew('2026-11-22T10:00:00.001Z');
        expect(await identities()).toEqual([]);
      });

      it('ends the tokens of before, which nobody could end by disabling their person there', async () => {
        const { web, context, account, second, linkWith, choose } = await prepared(dialect);
        await using _ = web;
        const token = async (grant: string | null) =>
          (await transact(context, by, (work) => createToken(work, { account: account.id, name: 'calendar', grant })))
            .token;
        const works = async (one: string) => (await accountOfToken(context, one)) !== undefined;
        const before = await token(null);
        await linkWith(second);
        expect(await works(before)).toBe(false);
        // With a password they can come in without the provider, and so can what they made.
        await choose();
        const own = await token(null);
        await linkWith({ ...second, issuer: 'https://three.example' });
        expect(await works(own)).toBe(true);
      });

      it('nobody gets rid of the provider: the last link stays, also one that is not offered now, and of two at once one', async () => {
        const { web, context, anna, identity, second, linkWith, identities } = await prepared(dialect);
        await using _ = web;
        const unlink = (id: string) => `${own}/identities/${id}/unlink`;
        const browser = await web.signedIn(anna);
        expect((await browser.post(unlink(identity.id))).status).toBe(422);
        const state = (state: 'draft' | 'live') =>
          transact(context, by, (work) => work.db.updateTable('sign_in_provider').set({ state }).execute());
        await state('draft');
        expect((await browser.post(unlink(identity.id))).status).toBe(422);
        await state('live');
        const other = await linkWith(second);
        const tab = await web.signedIn(anna);
        const answers = await Promise.all([browser.post(unlink(identity.id)), tab.post(unlink(other.id))]);
        expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);
        expect(await identities()).toHaveLength(1);
      });

      it('who comes in by a provider or a passkey alone has signed in, and gets no link with the newcomers', async () => {
        const { web, context, anna, account } = await prepared(dialect);
        await using _ = web;
        const [ben, cas] = [await web.add('Ben Bos'), await web.add('Cas Smit')];
        const administrator = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
        const all = [anna, ben, cas].map(({ name }) => name);
        const signedIn = async () =>
          Promise.all(
            [anna, ben, cas].map(async ({ id }) => {
              const { html } = await administrator.get(`/administration/people/${id}`);
              return !html.includes('Not signed in yet');
            }),
          );
        const newcomers = async () => {
          const { html } = await administrator.post('/administration/people/links');
          return all.filter((name) => html.includes(name));
        };
        // Linked beforehand, Anna needs no link before she has come in either.
        expect([await signedIn(), await newcomers()]).toEqual([
          [false, false, false],
          ['Ben Bos', 'Cas Smit'],
        ]);
        const other = (await accountOfPerson(context.db.reader, ben.id)) as Account;
        await transact(context, by, async (work) => {
          await startSession(work, account.id);
          await startSession(work, other.id);
          await endSessions(work, account.id);
          await endSessions(work, other.id);
        });
        expect([await signedIn(), await newcomers()]).toEqual([[true, true, false], ['Cas Smit']]);
      });

      it('a password of before stays until an administrator removes it, and everything opened with it ends', async () => {
        const { web, context, anna, account, ways, hash, choose, logged } = await prepared(dialect);
        await using _ = web;
        const ada = await web.add('Ada Admin', { administrator: true });
        const administrator = await web.signedIn(ada);
        expect((await administrator.get(ways)).html).toContain('The identity provider decides who comes in');
        expect((await administrator.post(`${ways}/password/remove`)).status).toBe(409);
        await choose();
        const desk = web.browser();
        const enter = () => desk.post('/sign-in', { email: account.email, password });
        expect((await enter()).location).toBe('/');
        const page = await administrator.get(ways);
        expect(page.html).toMatch(/It is a second way in: Anna de Vries can still sign in/);
        expect((await desk.post(`${ways}/password/remove`)).status).toBe(403);
        expect((await administrator.post(`${ways}/password/remove`)).location).toBe(`${ways}?done=password-removed`);
        expect((await administrator.get(`${ways}?done=password-removed`)).html).toContain(
          'Anna de Vries is signed out',
        );
        expect([await hash(), (await desk.get('/profile')).status === 200]).toEqual([null, false]);
        expect((await enter()).location).toBeNull();
        expect(await logged(/^password\./)).toEqual([['password.removed', { person: anna.id, by: ada.id }]]);

        await choose();
        const run = (person: string) =>
          commands
            .find(({ name }) => name === 'person remove-password')
            ?.run(context, { arguments: [person], options: {} });
        await run('anna-de-vries');
        expect(await hash()).toBeNull();
        await expect(run('ada-admin')).rejects.toMatchObject({ code: 'conflict' });
      });
    },
  );
