import { expect, it } from 'vitest';
import { describeStores, type TestStore } from '../../../../test/harness/store.ts';
import { newId } from '../ids.ts';
import { transact, type Work } from '../work.ts';
import {
  type Account,
  accountOfPerson,
  createAccount,
  disableAccount,
  enableAccount,
  isUsable,
  setPassword,
  setRoles,
} from './accounts.ts';
import { admitAccount, countHeld, holdAccounts } from './held.ts';
import { hashPassword, passwordFits } from './passwords.ts';
import { accountOfSession, endSessions, startSession } from './sessions.ts';
import { sessionIdle, sessionLongest } from './settings.ts';
import { checkPassword } from './sign-in.ts';
import { createSignInLink, readSignInLink, useSignInLink } from './sign-in-links.ts';
import { accountOfToken, createToken, revokeToken } from './tokens.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'correct horse battery';
const hash = hashPassword(password);
const hour = 3_600_000;

const change = <T>(store: TestStore, run: (work: Work) => Promise<T>) => transact(store.context, by, run);

async function add(store: TestStore, email: string, administrator = false): Promise<Account> {
  const passwordHash = await hash;
  return change(store, (work) => createAccount(work, { person: newId(), email, passwordHash, administrator }));
}

/** A clock that the test moves. */
function movable() {
  let at = Date.parse('2026-11-21T08:00:00Z');
  return {
    now: () => new Date(at),
    pass: (milliseconds: number) => {
      at += milliseconds;
    },
  };
}

describeStores('Accounts', (open) => {
  it('have one mail address in one spelling', async () => {
    await using store = await open();
    expect((await add(store, ' Anna@Agency.Example ')).email).toBe('anna@agency.example');
    await expect(add(store, 'ＡNNA@agency.example')).rejects.toMatchObject({
      faults: [{ field: 'email', code: 'taken' }],
    });
    for (const email of ['', 'anna', 'a b@x', 'a@b@c', 'a@x,b@x']) {
      await expect(add(store, email)).rejects.toMatchObject({ code: 'invalid' });
    }
  });

  it('that wait since a restore wait again after they were disabled and enabled', async () => {
    const clock = movable();
    await using store = await open({ now: clock.now });
    const [anna, chief] = [await add(store, 'anna@agency.example'), await add(store, 'chief@agency.example', true)];
    clock.pass(hour);
    const named = { administrators: [chief.person_id], officers: [] };
    await change(store, (work) => holdAccounts(work, named, work.now));
    const waiting = async () => {
      const row = await accountOfPerson(store.context.db.reader, anna.person_id);
      return [await countHeld(store.context.db.reader), row && isUsable(row, clock.now().toISOString())];
    };
    expect(await waiting()).toEqual([1, false]);
    clock.pass(hour);
    await change(store, (work) => disableAccount(work, anna.id));
    expect(await waiting()).toEqual([0, false]);
    clock.pass(hour);
    await change(store, (work) => enableAccount(work, anna.id));
    expect(await waiting()).toEqual([1, false]);
    await change(store, (work) => admitAccount(work, anna.id));
    expect(await waiting()).toEqual([0, true]);
  });

  it('check a password without telling who has an account', async () => {
    await using store = await open();
    const anna = await add(store, 'anna@agency.example');
    const gone = await add(store, 'gone@agency.example');
    await add(store, 'chief@agency.example', true);
    await change(store, (work) => disableAccount(work, gone.id));
    const check = (email: string, attempt: string) =>
      checkPassword(store.context, { email, password: attempt, address: '192.0.2.1' });
    expect((await check('ANNA@agency.example', password)).id).toBe(anna.id);
    const faults = await Promise.all(
      [
        check('anna@agency.example', 'wrong password'),
        check('nobody@agency.example', password),
        check('gone@agency.example', password),
      ].map((attempt) => attempt.catch((error) => `${error.code} ${error.message}`)),
    );
    expect(new Set(faults)).toEqual(new Set(['wrong_password Mail address and password do not belong together']));
  });

  it('bear five guesses from one place, however the address is spelled (hostile cases 175, 176)', async () => {
    const clock = movable();
    await using store = await open({ now: clock.now });
    await add(store, 'anna@agency.example');
    const check = (email: string, attempt: string, address: string) =>
      checkPassword(store.context, { email, password: attempt, address }).then(
        () => 'in',
        (error) => error.code,
      );
    const spellings = [
      'anna@agency.example',
      'ANNA@agency.example',
      ' anna@agency.example',
      'ａnna@agency.example',
      'Anna@Agency.example',
    ];
    for (const email of spellings) expect(await check(email, 'guess guess guess', '192.0.2.1')).toBe('wrong_password');
    expect(await check('aNNa@agency.example', password, '192.0.2.1')).toBe('too_many');
    expect(await check('anna@agency.example', password, '192.0.2.2')).toBe('in');
    clock.pass(15 * 60_000);
    expect(await check('anna@agency.example', password, '192.0.2.1')).toBe('in');
  });

  it('end all access at once when disabled', async () => {
    await using store = await open();
    await add(store, 'chief@agency.example', true);
    const anna = await add(store, 'anna@agency.example');
    const made = await change(store, async (work) => ({
      session: await startSession(work, anna.id),
      token: (await createToken(work, { account: anna.id, name: 'x' })).token,
      link: (await createSignInLink(work, { account: anna.id, minutes: 15 })).token,
    }));
    expect(await accountOfSession(store.context, made.session)).toMatchObject({ id: anna.id });
    expect(await accountOfToken(store.context, made.token)).toMatchObject({ id: anna.id });
    await change(store, (work) => disableAccount(work, anna.id));
    expect(await accountOfSession(store.context, made.session)).toBeUndefined();
    expect(await accountOfToken(store.context, made.token)).toBeUndefined();
    await expect(change(store, (work) => useSignInLink(work, made.link))).rejects.toMatchObject({ code: 'expired' });
    await expect(change(store, (work) => startSession(work, anna.id))).rejects.toMatchObject({ code: 'disabled' });
  });

  it('keep at least one administrator', async () => {
    await using store = await open();
    const chief = await add(store, 'chief@agency.example', true);
    await expect(change(store, (work) => disableAccount(work, chief.id))).rejects.toMatchObject({ code: 'conflict' });
    const roles = change(store, (work) => setRoles(work, chief.id, { administrator: false }));
    await expect(roles).rejects.toMatchObject({ code: 'conflict' });
  });

  it('end every session when the password changes', async () => {
    await using store = await open();
    const anna = await add(store, 'anna@agency.example');
    const session = await change(store, (work) => startSession(work, anna.id));
    const other = await hashPassword('another long password');
    await change(store, (work) => setPassword(work, anna.id, other));
    expect(await accountOfSession(store.context, session)).toBeUndefined();
  });
});

describeStores('Sessions', (open) => {
  it('end after twelve idle hours, and after a week in any case', async () => {
    const clock = movable();
    await using store = await open({ now: clock.now });
    const anna = await add(store, 'anna@agency.example');
    const session = await change(store, (work) => startSession(work, anna.id));
    const holds = async () => (await accountOfSession(store.context, session)) !== undefined;
    for (let passed = 0; passed < sessionLongest - 6 * hour; passed += 6 * hour) {
      expect(await holds()).toBe(true);
      clock.pass(6 * hour);
    }
    clock.pass(6 * hour);
    expect(await holds()).toBe(false);
    const idle = await change(store, (work) => startSession(work, anna.id));
    clock.pass(sessionIdle);
    expect(await accountOfSession(store.context, idle)).toBeUndefined();
  });

  it('are stored so that the database signs nobody in, and end together', async () => {
    await using store = await open();
    const anna = await add(store, 'anna@agency.example');
    const session = await change(store, (work) => startSession(work, anna.id));
    const row = await store.context.db.reader.selectFrom('session').selectAll().executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(session);
    expect(await accountOfSession(store.context, row.id)).toBeUndefined();
    await change(store, (work) => endSessions(work, anna.id));
    expect(await accountOfSession(store.context, session)).toBeUndefined();
  });
});

describeStores('Sign-in links', (open) => {
  it('can be looked at often and used once', async () => {
    await using store = await open();
    const anna = await add(store, 'anna@agency.example');
    const { token, address } = await change(store, (work) => createSignInLink(work, { account: anna.id, minutes: 15 }));
    expect(address).toBe(`${store.context.config.origin}/sign-in/link/${token}`);
    const now = new Date().toISOString();
    for (const _ of [1, 2]) {
      expect(await readSignInLink(store.context.db.reader, token, now)).toMatchObject({ account_id: anna.id });
    }
    const uses = [1, 2, 3].map(() => change(store, (work) => useSignInLink(work, token)));
    const outcomes = await Promise.allSettled(uses);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('end with time and when a newer one is made (hostile case 178)', async () => {
    const clock = movable();
    await using store = await open({ now: clock.now });
    const anna = await add(store, 'anna@agency.example');
    const make = () => change(store, (work) => createSignInLink(work, { account: anna.id, minutes: 15 }));
    const [first, second] = [await make(), await make()];
    const use = (token: string) => change(store, (work) => useSignInLink(work, token));
    await expect(use(first.token)).rejects.toMatchObject({ code: 'expired' });
    clock.pass(15 * 60_000);
    await expect(use(second.token)).rejects.toMatchObject({ code: 'expired' });
    await expect(use('nonsense')).rejects.toMatchObject({ code: 'expired' });
  });
});

describeStores('Tokens of the API', (open) => {
  it('hold until they are revoked, by their own account', async () => {
    await using store = await open();
    const [anna, bram] = [await add(store, 'anna@agency.example'), await add(store, 'bram@agency.example')];
    const made = await change(store, (work) => createToken(work, { account: anna.id, name: 'script' }));
    expect(await accountOfToken(store.context, made.token)).toMatchObject({ id: anna.id });
    const last = made.token.at(-1) === 'A' ? 'E' : 'A';
    expect(await accountOfToken(store.context, made.token.slice(0, -1) + last)).toBeUndefined();
    const revoke = (account: string) => change(store, (work) => revokeToken(work, account, made.id));
    await expect(revoke(bram.id)).rejects.toMatchObject({ code: 'not_found' });
    await revoke(anna.id);
    expect(await accountOfToken(store.context, made.token)).toBeUndefined();
  });
});

it('A password is checked for length, not for kinds of characters', async () => {
  await expect(hashPassword('eleven char')).rejects.toMatchObject({
    faults: [{ field: 'password', code: 'too_short' }],
  });
  await expect(hashPassword('x'.repeat(201))).rejects.toMatchObject({
    faults: [{ field: 'password', code: 'too_long' }],
  });
  const stored = await hashPassword('cafe\u0301 au lait, merci');
  expect(stored).toMatch(/^\$argon2id\$/);
  expect(await passwordFits('café au lait, merci', stored)).toBe(true);
  expect(await passwordFits('cafe au lait, merci', stored)).toBe(false);
});
