import { type Account, accountOfPerson, createToken, newId, startSession, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { people } from '../../people/index.ts';
import { openWeb } from '../../people/testing/web.ts';
import { signIn } from '../index.ts';
import { storePasskey } from '../passkeys/testing/stored.ts';
import type { ProviderRow } from '../tables.ts';
import { commands } from './commands.ts';

const by = { kind: 'system', what: 'test' } as const;
const issuer = 'https://login.council.example/realms/staff';

/** A node with an identity provider, an administrator, and two people. */
async function prepared() {
  const web = await openWeb([people, signIn]);
  const { context } = web;
  const [anna, ben, ada] = [
    await web.add('Anna de Vries'),
    await web.add('Ben Bos'),
    await web.add('Ada Admin', { administrator: true }),
  ];
  const accountOf = async (person: { id: string }) => (await accountOfPerson(context.db.reader, person.id)) as Account;
  const provider: ProviderRow = {
    ...{ id: newId(), kind: 'keycloak', name: 'Council', issuer, client_id: 'joinery', client_secret: 'x' },
    ...{ metadata: '{}', scope: 'openid', admits: 'linked', claim_name: 'name', claim_email: 'email' },
    ...{ claim_role: '', claim_language: '', claim_groups: '', administrators: '', officers: '', state: 'live' },
    ...{ tried_at: null, created_at: '2026-11-22T10:00:00.000Z', updated_at: '2026-11-22T10:00:00.000Z' },
  };
  await transact(context, by, (work) => work.db.insertInto('sign_in_provider').values(provider).execute());
  const identities = () =>
    context.db.reader.selectFrom('sign_in_identity').select(['issuer', 'subject', 'account_id']).execute();
  return {
    ...{ web, anna, ben, accountOf, provider, identities },
    administrator: await web.signedIn(ada),
    page: (person: { id: string }) => `/administration/people/${person.id}/sign-in`,
    run: (name: string, reference: string, options: Record<string, string | boolean> = {}) =>
      commands.find((command) => command.name === name)?.run(context, { arguments: [reference], options }),
    events: async () => {
      const rows = await context.db.reader.selectFrom('log').select(['name', 'data']).orderBy('seq').execute();
      return rows.filter(({ name }) => /^(passkey|identity)\./.test(name));
    },
  };
}

it('An administrator links a person by issuer and subject, after seeing what that does', async () => {
  const { web, anna, ben, accountOf, provider, administrator, page, identities, events } = await prepared();
  await using _ = web;
  const link = (person: { id: string }, fields: Record<string, string>) =>
    administrator.post(`${page(person)}/link`, { provider: provider.id, ...fields });
  for (const [subject, words] of [
    ['', 'Enter the subject'],
    ['anna.de.vries@council.example', 'never a mail address'],
    ['x'.repeat(256), 'at most 255 characters'],
    ['ünïcode', 'This is no subject'],
  ] as const) {
    const refused = await link(anna, { subject, confirmed: '1' });
    expect([refused.status, refused.html.includes(words), refused.html.includes(`value="${subject}"`)]).toEqual([
      422,
      true,
      true,
    ]);
  }
  expect((await link(anna, { subject: 'S-1', provider: newId() })).html).toContain('Choose a provider');
  const preview = await link(anna, { subject: ' S-1 ' });
  expect(preview.html).toMatch(/comes in here as Anna de Vries.*anna.de.vries@council.example.*realms\/staff.*S-1/s);
  expect(await identities()).toEqual([]);
  expect((await link(anna, { subject: 'S-1', confirmed: '1' })).location).toBe(`${page(anna)}?done=linked`);
  expect(await identities()).toEqual([{ issuer, subject: 'S-1', account_id: (await accountOf(anna)).id }]);
  expect((await administrator.get(page(anna))).html).toContain('S-1');
  expect((await administrator.get(`/administration/people/${anna.id}`)).html).toContain(
    'Linked with an identity provider',
  );

  // It is one person's; capitals make another one.
  const taken = await link(ben, { subject: 'S-1', confirmed: '1' });
  expect([taken.status, taken.html.includes('Anna de Vries is linked with it')]).toEqual([422, true]);
  expect((await link(ben, { subject: 's-1', confirmed: '1' })).location).toBe(`${page(ben)}?done=linked`);
  const [linked] = await events();
  expect([linked?.name, JSON.parse(linked?.data ?? '')]).toMatchObject(['identity.linked', { person: anna.id }]);
  expect(web.store.logged.some((line) => line.includes('sign_in.linked'))).toBe(true);
});

it('Unlinking says what ends with it, and ends it', async () => {
  const { web, anna, ben, accountOf, provider, administrator, page, identities, run, events } = await prepared();
  await using _ = web;
  const account = await accountOf(anna);
  await run('person link-identity', 'anna-de-vries', { issuer, subject: 'S-1' });
  const { token } = await transact(web.context, by, async (work) => {
    const { id } = await work.db.selectFrom('sign_in_identity').select('id').executeTakeFirstOrThrow();
    const grant = { ...{ id: newId(), identity_id: id, provider_id: provider.id, account_id: account.id }, state: 's' };
    const asked = { sid: null, refresh_token: null, confirmed_at: work.now, asking_until: null, created_at: work.now };
    await work.db
      .insertInto('sign_in_grant')
      .values({ ...grant, ...asked })
      .execute();
    await startSession(work, account.id, null, { grant: grant.id });
    return createToken(work, { account: account.id, name: 'calendar', grant: grant.id });
  });
  const html = (await administrator.get(page(anna))).html;
  const path = new RegExp(`${page(anna)}/links/[\\w-]{36}/unlink`).exec(html)?.[0] ?? '';
  const preview = await administrator.get(path);
  expect(preview.html).toMatch(/only way in that Anna de Vries has.*1 session ends at once/s);
  expect((await administrator.get(path.replace(anna.id, ben.id))).status).toBe(404);
  expect((await administrator.post(path)).location).toBe(`${page(anna)}?done=unlinked`);
  expect(await identities()).toEqual([]);
  const answer = await web.call('/api/v1/profile', { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(401);
  expect((await events()).map(({ name }) => name)).toEqual(['identity.linked', 'identity.unlinked']);
});

it('The command line links and unlinks by issuer and subject alone, and says first what would change', async () => {
  const { web, anna, identities, run } = await prepared();
  await using _ = web;
  const linked = { issuer, subject: 'S-1' };
  const preview = await run('person link-identity', anna.id, { ...linked, preview: true });
  expect(preview?.json).toEqual({ person: anna.id, ...linked, preview: true });
  expect(await identities()).toEqual([]);
  const wrong = (subject: string, at = issuer) =>
    expect(run('person link-identity', anna.id, { issuer: at, subject })).rejects;
  await wrong('anna@council.example').toMatchObject({ code: 'invalid' });
  await wrong('S-1', `${issuer}/`).toMatchObject({ code: 'not_found' });
  await run('person link-identity', anna.id, linked);
  await expect(run('person link-identity', 'ben-bos', linked)).rejects.toMatchObject({ code: 'conflict' });
  await expect(run('person unlink-identity', 'ben-bos', linked)).rejects.toMatchObject({ code: 'not_found' });
  const before = await run('person unlink-identity', anna.id, { ...linked, preview: true });
  expect(before?.json).toMatchObject({ sessions: 0, onlyWayIn: true });
  expect(await identities()).toHaveLength(1);
  await run('person unlink-identity', 'anna.de.vries@council.example', linked);
  expect(await identities()).toEqual([]);
});

it('An administrator removes the passkey of a lost device, on the page or the command line, even the only way in', async () => {
  const { web, anna, ben, accountOf, administrator, page, run, events } = await prepared();
  await using _ = web;
  const { id } = await accountOf(anna);
  const stored = () =>
    web.context.db.reader.selectFrom('sign_in_passkey').select('name').where('account_id', '=', id).execute();
  const [phone, laptop] = await transact(web.context, by, async (work) => [
    await storePasskey(work, id, { name: 'Phone' }),
    await storePasskey(work, id, { name: 'Laptop' }),
    await storePasskey(work, id, { name: 'Key' }),
  ]);
  expect((await administrator.get(`/administration/people/${anna.id}`)).html).toContain('3 passkeys');
  expect((await administrator.get(page(anna))).html).toMatch(/Phone.*Laptop.*Key/s);
  const wrong = await administrator.post(`${page(ben)}/passkeys/${phone?.id}/remove`);
  expect([wrong.status, (await stored()).length]).toEqual([404, 3]);
  const removed = await administrator.post(`${page(anna)}/passkeys/${phone?.id}/remove`);
  expect([removed.location, await stored()]).toEqual([
    `${page(anna)}?done=passkey-removed`,
    [{ name: 'Laptop' }, { name: 'Key' }],
  ]);
  expect((await run('person remove-passkeys', anna.id, { passkey: laptop?.id ?? '' }))?.json).toMatchObject({
    left: 1,
  });
  await expect(run('person remove-passkeys', anna.id, { passkey: 'none' })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect((await run('person remove-passkeys', anna.id))?.json).toMatchObject({ removed: [{ name: 'Key' }], left: 0 });
  expect((await events()).map(({ name }) => name)).toEqual(Array(3).fill('passkey.removed'));
});
