import {
  accountByEmail,
  administrators,
  type Context,
  countAttempt,
  createAccount,
  createMailDoor,
  enqueueJob,
  limits,
  newId,
  runNextJob,
  transact,
  writeRestored,
} from '@joinery/core';
import { addPerson, people, personById } from '@joinery/slices/people';
import { expect, it, onTestFinished } from 'vitest';
import { type MailServer, startMailServer } from '../../../../test/harness/mail-server.ts';
import { describeStores } from '../../../../test/harness/store.ts';
import { type RegistrationAddress, registrationAddress } from './addresses.ts';
import { choice } from './choice.ts';
import { registration } from './index.ts';
import {
  answerRequest,
  askForAccount,
  confirmJob,
  confirmRequest,
  kept,
  requestBehind,
  waitingRequests,
} from './requests.ts';
import { changeSettings, type Settings, settingsOf } from './settings.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'a passphrase of plain words';
const settings: Settings = { mode: 'both', domains: ['good.gov'] };

describeStores('Registration', (open) => {
  async function begin() {
    const server: MailServer = await startMailServer();
    onTestFinished(() => server[Symbol.asyncDispose]());
    const clock = { at: Date.UTC(2026, 10, 23, 9) };
    const store = await open({ slices: [people, registration], now: () => new Date(clock.at) });
    const context: Context = store.context;
    context.doors.mail = createMailDoor({ ...context.config, smtpUrl: server.url });
    await transact(context, by, (work) => changeSettings(work, settings, newId()));
    const work = async (hours = 0) => {
      clock.at += hours * 3_600_000;
      while (await runNextJob(context));
    };
    const ask = async (email: string, network = '192.0.2.1') => {
      const address = registrationAddress(email) as RegistrationAddress;
      await askForAccount(context, { address, name: 'Anna Vries', language: 'nl', note: 'Bruggen' }, network);
      await work();
      return /\/register\/([\w-]{43})/.exec(server.mails.at(-1)?.text ?? '')?.[1] ?? '';
    };
    const rows = () => context.db.reader.selectFrom('registration').selectAll().orderBy('id').execute();
    return { ...store, context, server, ask, rows, work };
  }
  const input = { name: 'Anna Vries', handle: undefined, password };

  it('is offered among the choices of the node as far as it can work', async () => {
    await using store = await begin();
    const { context } = store;
    const offered = async () => (await choice.options(context, 'en')).map(({ value }) => value);
    expect([await choice.value(context.db.reader), await offered()]).toEqual([
      'both',
      ['off', 'domain', 'approval', 'both'],
    ]);
    await transact(context, by, (work) => choice.change(work, 'off', newId()));
    // The domains are kept for another time; without mail nobody could confirm anything.
    context.doors.mail = null;
    expect([await choice.value(context.db.reader), await offered()]).toEqual(['off', ['off']]);
    expect(await settingsOf(context.db.reader)).toEqual({ ...settings, mode: 'off' });
    await expect(transact(context, by, (work) => choice.change(work, 'everybody', newId()))).rejects.toThrow();
  });

  it('with an address of the domain makes an account behind a link that works once', async () => {
    await using world = await begin();
    const { context, server, ask, rows } = world;
    const token = await ask('anna@good.gov');
    expect(server.mails).toMatchObject([{ to: ['anna@good.gov'] }]);
    expect(server.mails[0]?.html).toContain('<html lang="nl">');
    // Nothing that was typed goes to an address that nobody has confirmed, and the link is not in the database.
    expect(server.mails[0]?.raw).not.toMatch(/Anna Vries|Bruggen/);
    expect(JSON.stringify(await rows())).not.toContain(token);
    const now = context.clock.now().toISOString();
    expect(await requestBehind(context.db.reader, token, now)).toMatchObject({ email: 'anna@good.gov' });
    const both = await Promise.allSettled([1, 2].map(() => confirmRequest(context, token, input)));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(confirmRequest(context, token, input)).rejects.toMatchObject({ code: 'expired' });
    const account = await accountByEmail(context.db.reader, 'anna@good.gov');
    expect(account).toMatchObject({ administrator: 0, federation_officer: 0, password_hash: expect.any(String) });
    const person = await personById(context.db.reader, account?.person_id ?? '');
    expect(person).toMatchObject({ name: 'Anna Vries', handle: 'anna-vries', language: 'nl', local: 1 });
    expect(await rows()).toEqual([]);
  });

  it('tells the owner of an address that has an account, and nobody else', async () => {
    await using world = await begin();
    const { context, server, ask, rows } = world;
    const one = { name: 'Bo', administrator: false, federationOfficer: false };
    await addPerson(context, by, { ...one, email: 'bo@good.gov' });
    // As an administrator may have typed it.
    await addPerson(context, by, { ...one, email: 'bo@bücher.example' });
    for (const email of ['bo@good.gov', 'bo@xn--bcher-kva.example']) {
      expect(await ask(email)).toBe('');
      expect(server.mails.at(-1)?.text).toContain('/sign-in');
    }
    expect(server.mails).toHaveLength(2);
    expect(await rows()).toEqual([]);
  });

  it('is taken so often an hour from one network, one mail domain and one address, and no mail leaves beyond that', async () => {
    await using world = await begin();
    const { context, server, ask } = world;
    const fill = (
      key: string,
      limit: (typeof limits)['registrationsNetwork' | 'registrationsDomain'],
      times: number,
    ) => {
      for (let count = 0; count < times; count += 1) countAttempt(context, key, limit);
    };
    const refused = (email: string, network: string) =>
      expect(ask(email, network)).rejects.toMatchObject({ code: 'too_many', retryAfter: 3_600 });
    const { registrationsNetwork, registrationsDomain, registrationsAddress } = limits;
    fill('registration from 192.0.2.9', registrationsNetwork, registrationsNetwork.times - 1);
    await ask('a@good.gov', '192.0.2.9');
    await refused('b@good.gov', '192.0.2.9');
    // Another network is not, until the domain has had enough; nor is another domain then.
    fill('registration at good.gov', registrationsDomain, registrationsDomain.times - 2);
    await ask('b@good.gov', '192.0.2.10');
    await refused('c@good.gov', '192.0.2.10');
    for (let count = 0; count < registrationsAddress.times; count += 1) await ask('d@else.example', '192.0.2.11');
    await refused('d@else.example', '192.0.2.11');
    await ask('e@else.example', '192.0.2.11');
    const to = server.mails.map((mail) => mail.to[0]);
    expect(to).toEqual(['a@good.gov', 'b@good.gov', ...Array(3).fill('d@else.example'), 'e@else.example']);
    await world.work(1);
    await ask('c@good.gov', '192.0.2.9');
  });

  it('of everybody else waits for an administrator, who lets them in', async () => {
    await using world = await begin();
    const { context, server, ask, work } = world;
    const token = await ask('eve@else.example');
    expect(await confirmRequest(context, token, { ...input, handle: 'eve' })).toBe(null);
    expect(await accountByEmail(context.db.reader, 'eve@else.example')).toBeUndefined();
    // Asking again while it waits makes no second request.
    expect(await ask('eve@else.example')).toBe('');
    const [waiting, ...more] = await waitingRequests(context.db.reader, 10);
    expect([waiting?.email, waiting?.note, more.length]).toEqual(['eve@else.example', 'Bruggen', 0]);
    const { id: admin } = await addPerson(context, by, {
      ...{ name: 'Ada', email: 'ada@good.gov', administrator: true, federationOfficer: false },
    });
    expect(await administrators(context.db.reader)).toEqual([admin]);
    // Somebody took the handle meanwhile: another one is made.
    await addPerson(context, by, {
      ...{ name: 'Eve', email: 'other@good.gov', handle: 'eve', administrator: false, federationOfficer: false },
    });
    const answers = await Promise.all(
      [1, 2].map(() => answerRequest(context, admin, waiting?.id ?? '', true, 'Welkom')),
    );
    expect(answers.sort()).toEqual([false, true]);
    await work();
    const mail = server.mails.at(-1);
    expect([mail?.to, mail?.text.includes('> Welkom'), mail?.text.includes('/sign-in')]).toEqual([
      ['eve@else.example'],
      true,
      true,
    ]);
    expect(await accountByEmail(context.db.reader, 'eve@else.example')).toMatchObject({
      password_hash: expect.any(String),
    });
    expect(await world.rows()).toMatchObject([{ state: 'approved', password_hash: null, decided_by: admin }]);
    const events = await context.db.reader.selectFrom('log').select(['name', 'data']).orderBy('seq').execute();
    const told = events.filter(({ name }) => name.startsWith('registration.')).map(({ name }) => name);
    expect(told).toEqual(['registration.settings_changed', 'registration.waiting', 'registration.answered']);
    expect(JSON.stringify(events)).not.toContain('else.example');
  });

  it('asks for another handle than a kept one, and holds nobody up who waits with one', async () => {
    await using world = await begin();
    const { context, ask } = world;
    const token = await ask('eve@else.example');
    for (const handle of ['admin', 'x'])
      await expect(confirmRequest(context, token, { ...input, handle })).rejects.toMatchObject({
        faults: [{ field: 'handle' }],
      });
    await confirmRequest(context, token, { ...input, handle: 'eve' });
    // Kept for the node since.
    await transact(context, by, ({ db }) => db.updateTable('registration').set({ handle: 'root' }).execute());
    const [waiting] = await waitingRequests(context.db.reader, 2);
    expect(await answerRequest(context, newId(), waiting?.id ?? '', true, '')).toBe(true);
    const account = await accountByEmail(context.db.reader, 'eve@else.example');
    expect((await personById(context.db.reader, account?.person_id ?? ''))?.handle).toBe('anna-vries');
  });

  it('is refused with a reason, and forgotten at its time', async () => {
    await using world = await begin();
    const { context, server, ask, rows, work } = world;
    await confirmRequest(context, await ask('eve@else.example'), input);
    const [waiting] = await waitingRequests(context.db.reader, 10);
    expect(await answerRequest(context, newId(), waiting?.id ?? '', false, 'U werkt hier niet')).toBe(true);
    await work();
    expect(server.mails.at(-1)?.text).toContain('> U werkt hier niet');
    expect(await rows()).toMatchObject([{ state: 'refused', password_hash: null }]);
    await ask('nobody@good.gov');
    await confirmRequest(context, await ask('late@else.example'), input);
    await work(kept.asked + 1);
    expect((await rows()).map(({ state }) => state)).toEqual(['refused', 'waiting']);
    await work(kept.answered);
    expect((await rows()).map(({ state }) => state)).toEqual(['waiting']);
    await work(kept.waiting);
    expect(await rows()).toEqual([]);
  });

  it('ends with its link: after a day, when the address got an account, when nobody may register any more', async () => {
    await using world = await begin();
    const { context, ask, work } = world;
    const late = await ask('late@good.gov');
    await work(kept.link);
    await expect(confirmRequest(context, late, input)).rejects.toMatchObject({ code: 'expired' });
    const second = await ask('two@good.gov');
    await transact(context, by, (work) => createAccount(work, { person: newId(), email: 'two@good.gov' }));
    await expect(confirmRequest(context, second, input)).rejects.toMatchObject({ faults: [{ field: 'email' }] });
    const off = await ask('off@good.gov');
    await transact(context, by, (work) => changeSettings(work, { mode: 'off', domains: [] }, newId()));
    await expect(confirmRequest(context, off, input)).rejects.toMatchObject({ code: 'expired' });
    for (const token of ['', 'x', late.slice(0, -1), `${late}x`, late.toLowerCase()])
      await expect(confirmRequest(context, token, input)).rejects.toMatchObject({ code: 'expired' });
  });

  it('does not come back with a backup, and stands beside no account that was made meanwhile', async () => {
    await using world = await begin();
    const { context, server, ask, work, rows } = world;
    const before = await ask('gone@good.gov');
    await work(1);
    const at = context.clock.now().toISOString();
    await transact(context, by, ({ db }) => writeRestored(db, { at, asOf: at, confirmedAt: at, waiting: [] }));
    // Nor is it mailed once more.
    const [asked] = await rows();
    await transact(context, by, (work) =>
      enqueueJob(work, confirmJob, { registration: asked?.id ?? '' }, { key: 'again' }),
    );
    const mailed = server.mails.length;
    // They may have used it after the backup, and have been disabled since.
    const now = context.clock.now().toISOString();
    expect(await requestBehind(context.db.reader, before, now)).toBeUndefined();
    await expect(confirmRequest(context, before, input)).rejects.toMatchObject({ code: 'expired' });
    expect(await accountByEmail(context.db.reader, 'gone@good.gov')).toBeUndefined();
    await work(1);
    expect([server.mails.length, await rows()]).toEqual([mailed, []]);
    expect(await requestBehind(context.db.reader, await ask('new@good.gov'), now)).toBeDefined();
    const link = await ask('bo@xn--bcher-kva.example');
    const domains = ['xn--bcher-kva.example'];
    await transact(context, by, (work) => changeSettings(work, { mode: 'domain', domains }, newId()));
    const bo = { name: 'Bo', administrator: false, federationOfficer: false };
    await addPerson(context, by, { ...bo, email: 'bo@bücher.example' });
    await expect(confirmRequest(context, link, input)).rejects.toMatchObject({ faults: [{ field: 'email' }] });
    expect((await rows()).at(-1)).toMatchObject({ email: 'bo@xn--bcher-kva.example', state: 'asked' });
  });

  it('shows an administrator a name as everybody would see it', async () => {
    await using world = await begin();
    const { context, server, work, rows } = world;
    const address = registrationAddress('eve@else.example') as RegistrationAddress;
    const name = 'A\u200bda \u202enimdA';
    await askForAccount(context, { address, name, language: 'en', note: '' }, '192.0.2.1');
    await work();
    expect(await rows()).toMatchObject([{ name: 'Ada nimdA' }]);
    const token = /\/register\/([\w-]{43})/.exec(server.mails.at(-1)?.text ?? '')?.[1] ?? '';
    await confirmRequest(context, token, { ...input, name: `${name}\u2066` });
    expect(await waitingRequests(context.db.reader, 2)).toMatchObject([{ name: 'Ada nimdA' }]);
  });

  it('is taken from one network so often a day that it cannot fill what may wait, and is gone a day later when nobody confirms it', async () => {
    await using world = await begin();
    const { context, ask } = world;
    const day = limits.registrationsNetworkDay;
    // Twice: what was asked is kept for as long as the link works, and the day may begin in its middle.
    expect(2 * day.times).toBeLessThanOrEqual(1_000);
    for (let count = 0; count < day.times - 1; count += 1)
      countAttempt(context, 'registration from 192.0.2.9 in a day', day);
    await ask('a@good.gov', '192.0.2.9');
    await world.work(2);
    await expect(ask('b@good.gov', '192.0.2.9')).rejects.toMatchObject({ code: 'too_many' });
    await ask('b@good.gov', '192.0.2.10');
    await world.work(23);
    const left = await context.db.reader.selectFrom('registration').select('email').execute();
    expect(left.map(({ email }) => email)).toEqual(['b@good.gov']);
    await ask('c@good.gov', '192.0.2.9');
  });

  it('is counted per address, mail domain and network', async () => {
    await using world = await begin();
    const { ask } = world;
    for (let n = 0; n < 3; n += 1) await ask('anna@good.gov', `192.0.2.${n}`);
    await expect(ask('ANNA@good.gov', '192.0.2.9')).rejects.toMatchObject({ code: 'too_many' });
    await ask('bo@good.gov', '192.0.2.9');
  });
});
