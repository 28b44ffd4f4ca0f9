import {
  accountOfPerson,
  accountOfSession,
  accountOfToken,
  checkPassword,
  createActorKeys,
  createMailDoor,
  createToken,
  hashPassword,
  newId,
  runAfterEffects,
  runNextJob,
  setPassword,
  setRoles,
  startSession,
  transact,
  useSignInLink,
  type Visitor,
  type Work,
} from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, followGroup, groups, invite, joinGroup, membershipOf, setRole } from '@joinery/slices/groups';
import {
  addPerson,
  disableLeaver,
  guestsOf,
  type PersonRow,
  people,
  personById,
  personReference,
  personSummary,
  updateProfile,
} from '@joinery/slices/people';
import { createTopic, markdownText, posts } from '@joinery/slices/posts';
import { expect, it, onTestFinished } from 'vitest';
import { startMailServer } from '../../../../test/harness/mail-server.ts';
import { describeStores } from '../../../../test/harness/store.ts';
import { personDocument, personLabel } from '../people/index.ts';
import { endGuest, extendGuest, guestFor, inviteGuest } from './guests.ts';
import { guests } from './index.ts';
import { changeSettings } from './settings.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'a passphrase of plain words';

describeStores('A guest', (open) => {
  async function begin() {
    const clock = { at: Date.UTC(2026, 10, 23, 9) };
    const store = await open({ slices: [people, files, groups, posts, guests], now: () => new Date(clock.at) });
    const { context } = store;
    context.ports.people.byId = personSummary;
    const act = <T>(does: (work: Work) => Promise<T>) => transact(context, by, does);
    const add = (name: string, administrator = false) =>
      addPerson(context, by, {
        ...{ name, email: `${name.toLowerCase()}@council.example`, administrator, federationOfficer: false },
      });
    const visitorOf = async (person: PersonRow, administrator = false): Promise<Visitor> => {
      const summary = await personSummary(context.db.reader, person.id);
      const account = await accountOfPerson(context.db.reader, person.id);
      if (!summary || !account) throw new Error('Nobody');
      return { account: account.id, person: summary, administrator, federationOfficer: false, via: 'session' };
    };
    const [ada, sam] = [await add('Ada', true), await add('Sam')];
    const keys = await createActorKeys();
    const group = (handle: string, rules: object = {}) =>
      act((work) => createGroup(work, { name: handle, handle, owner: sam.id, keys, ...rules }));
    const bridges = await group('bridges');
    await act((work) => changeSettings(work, { staff: true }, ada.id));
    const asSam = await visitorOf(sam);
    const input = { name: 'Gita Guest', email: 'gita@firm.example', organisation: 'Fernhill', language: 'nl' as const };
    const made = await inviteGuest(context, asSam, { ...input, until: '2027-02-21', groups: [bridges.id] });
    const settle = async () => {
      while ((await runAfterEffects(context)) > 0);
      while (await runNextJob(context));
      while ((await runAfterEffects(context)) > 0);
    };
    const again = async (id = made.guest.id) => (await personById(context.db.reader, id)) as PersonRow;
    const names = async () =>
      (await context.db.reader.selectFrom('log').select(['name']).orderBy('seq').execute())
        .map(({ name }) => name)
        .filter((name) => name.startsWith('guest.'));
    const to = (instant: string) => {
      clock.at = Date.parse(instant);
    };
    return {
      ...store,
      context,
      act,
      add,
      visitorOf,
      ada,
      sam,
      asSam,
      group,
      bridges,
      ...made,
      settle,
      again,
      names,
      to,
    };
  }

  it('is marked as one everywhere, and of their own organisation', async () => {
    await using world = await begin();
    const { context, guest, sam, settle, again, act } = world;
    expect(guest).toMatchObject({ agency: 'Fernhill', agency_uri: null, guest_sponsor: sam.id, guest_of: 'Sam' });
    expect(personLabel(guest, 'en').agency).toBe('Fernhill · Guest of Sam until 21 February 2027');
    expect(personLabel(guest, 'nl').agency).toBe('Fernhill · Gast van Sam tot en met 21 februari 2027');
    expect(personReference(guest)).toMatchObject({ agency: 'Fernhill', guest: { of: 'Sam', until: '2027-02-21' } });
    expect(personReference(sam)).not.toHaveProperty('guest');
    expect(personDocument(guest, { partner: true })).toMatchObject({
      ...{ 'joinery:guestOf': 'Sam', 'joinery:guestUntil': '2027-02-21' },
      'joinery:agency': { type: 'Organization', name: 'Fernhill' },
    });
    expect(personDocument(sam, { partner: true })).not.toHaveProperty('joinery:guestOf');
    await act((work) => updateProfile(work, sam.id, { name: 'Samira' }));
    await settle();
    expect(personLabel(await again(), 'en').agency).toContain('Guest of Samira until');
    expect((await personSummary(context.db.reader, guest.id))?.guest).toBe(true);
  });

  it('gets a link by mail, and works only where they were invited', async () => {
    await using world = await begin();
    const { context, guest, link, bridges, group, sam, act, settle, asSam } = world;
    const server = await startMailServer();
    onTestFinished(() => server[Symbol.asyncDispose]());
    context.doors.mail = createMailDoor({ ...context.config, smtpUrl: server.url });
    expect(JSON.stringify(await context.db.reader.selectFrom('job').select('data').execute())).not.toContain(
      '/sign-in/link',
    );
    await settle();
    expect(server.mails).toMatchObject([{ to: ['gita@firm.example'], text: expect.stringContaining(link.address) }]);
    expect(server.mails[0]?.text).toContain('tot en met 21 februari 2027');
    const [open, hidden, web] = [
      await group('open'),
      await group('hidden', { reading: 'members', joining: 'invited', listed: false }),
      await group('web', { reading: 'web' }),
    ];
    const person = guest.id;
    await act((work) => joinGroup(work, { group: bridges.id, person }));
    await act((work) =>
      createTopic(work, { group: bridges.id, author: person, title: 'Salt', ...markdownText('On decks') }),
    );
    const no = async (does: (work: Work) => Promise<unknown>, code: string) =>
      expect(act(does)).rejects.toMatchObject({ code });
    for (const { id } of [open, hidden]) {
      await no((work) => joinGroup(work, { group: id, person }), 'not_found');
      await no((work) => followGroup(work, { group: id, person }), 'not_found');
    }
    await no((work) => joinGroup(work, { group: web.id, person }), 'invitation_needed');
    await no((work) => followGroup(work, { group: web.id, person }), 'forbidden');
    const keys = await createActorKeys();
    await no((work) => createGroup(work, { name: 'Own', handle: 'own', owner: person, keys }), 'forbidden');
    await no((work) => setRole(work, { group: bridges.id, person, by: sam.id, role: 'facilitator' }), 'forbidden');
    await no((work) => invite(work, { group: bridges.id, person: sam.id, by: person }), 'forbidden');
    const account = await accountOfPerson(context.db.reader, person);
    await no((work) => setRoles(work, account?.id ?? '', { administrator: true }), 'forbidden');
    // Another guest of a guest, and groups that the sponsor does not run.
    const asGuest = { ...asSam, person: { ...asSam.person, id: person, guest: true } };
    const more = {
      name: 'X',
      email: 'x@firm.example',
      organisation: 'Firm',
      until: '2027-01-01',
      language: 'en' as const,
    };
    await expect(inviteGuest(context, asGuest, { ...more, groups: [] })).rejects.toMatchObject({ code: 'forbidden' });
    await act((work) => invite(work, { group: hidden.id, person, by: sam.id }));
    expect(await act((work) => joinGroup(work, { group: hidden.id, person }))).toMatchObject({ state: 'member' });
  });

  it('is out at the end of the last day: session, token, password and link at once, memberships with the job', async () => {
    await using world = await begin();
    const { context, guest, link, act, settle, to, again, bridges, names, asSam } = world;
    const { id } = guest;
    const account = (await accountOfPerson(context.db.reader, id))?.id ?? '';
    const hash = await hashPassword(password);
    const made = await act(async (work) => {
      await joinGroup(work, { group: bridges.id, person: id });
      await setPassword(work, account, hash);
      const { token } = await createToken(work, { account, name: 'test' });
      return { token, session: await startSession(work, account) };
    });
    const opens = async () => [
      (await accountOfSession(context, made.session, false)) !== undefined,
      (await accountOfToken(context, made.token)) !== undefined,
      await checkPassword(context, { email: 'gita@firm.example', password, address: '192.0.2.1' }).then(
        () => true,
        () => false,
      ),
    ];
    to('2027-02-07T23:59:00.000Z');
    await settle();
    expect(await names()).not.toContain('guest.ending');
    to('2027-02-08T00:00:00.000Z');
    await settle();
    to('2027-02-21T00:00:00.000Z');
    await settle();
    to('2027-02-21T23:00:00.000Z');
    // Sessions that nobody used for long ended before: this one is of today.
    made.session = await act((work) => startSession(work, account));
    to('2027-02-21T23:59:59.000Z');
    await settle();
    expect(await names()).toEqual(['guest.settings_changed', 'guest.invited', 'guest.ending', 'guest.ending']);
    expect(await opens()).toEqual([true, true, true]);
    to('2027-02-22T00:00:00.000Z');
    // No job has run yet.
    expect(await opens()).toEqual([false, false, false]);
    await expect(act((work) => startSession(work, account))).rejects.toMatchObject({ code: 'disabled' });
    const token = link.address.split('/').at(-1) ?? '';
    await expect(act((work) => useSignInLink(work, token))).rejects.toMatchObject({ code: 'expired' });
    await settle();
    expect(await again()).toMatchObject({ disabled_at: expect.any(String), name: 'Gita Guest' });
    expect((await membershipOf(context.db.reader, bridges.id, id))?.state).toBe('none');
    expect((await names()).at(-1)).toBe('guest.ended');
    // Let in again: by the sponsor, with a new day; groups only by a new invitation.
    await extendGuest(context, asSam, id, '2027-03-31');
    expect(await opens()).toEqual([false, false, true]);
    expect((await membershipOf(context.db.reader, bridges.id, id))?.state).toBe('none');
  });

  it('can be extended within a year or ended by the sponsor and administrators, and by nobody else', async () => {
    await using world = await begin();
    const { context, guest, add, ada, asSam, visitorOf, settle, to, again } = world;
    const { id } = guest;
    const other = await visitorOf(await add('Otto'));
    await expect(guestFor(context.db.reader, other, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(extendGuest(context, other, id, '2027-05-01')).rejects.toMatchObject({ code: 'not_found' });
    await expect(endGuest(context, other, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(endGuest(context, await visitorOf(guest), id)).rejects.toMatchObject({ code: 'not_found' });
    // Nobody who is no guest can be ended here.
    const asAda = await visitorOf(ada, true);
    await expect(endGuest(context, asAda, other.person.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(extendGuest(context, asSam, id, '2027-11-24')).rejects.toMatchObject({ code: 'invalid' });
    await extendGuest(context, asSam, id, '2027-05-01');
    to('2027-02-22T00:00:00.000Z');
    await settle();
    expect(await again()).toMatchObject({ disabled_at: null, guest_until: '2027-05-01' });
    await endGuest(context, asAda, id);
    expect(await again()).toMatchObject({ disabled_at: expect.any(String) });
    expect((await accountOfPerson(context.db.reader, id))?.disabled_at).not.toBeNull();
  });

  it('is the administrators’ when the sponsor leaves; whoever extends answers for them', async () => {
    await using world = await begin();
    const { context, guest, ada, sam, visitorOf, settle, again, names } = world;
    await disableLeaver(context, by, sam.id);
    await settle();
    expect(await again()).toMatchObject({ guest_sponsor: null, guest_of: sam.agency, disabled_at: null });
    expect(await names()).toContain('guest.passed_on');
    await extendGuest(context, await visitorOf(ada, true), guest.id, '2027-03-01');
    expect(await again()).toMatchObject({ guest_sponsor: ada.id, guest_of: 'Ada' });
    expect((await guestsOf(context.db.reader, ada.id)).map(({ id }) => id)).toEqual([guest.id]);
    // However many there are.
    await transact(context, by, async (work) => {
      const row = await work.db.selectFrom('person').selectAll().where('id', '=', guest.id).executeTakeFirstOrThrow();
      const more = Array.from({ length: 510 }, () => newId()).map((id) => ({ ...row, id, uri: `${row.uri}-${id}` }));
      for (let at = 0; at < more.length; at += 100)
        await work.db
          .insertInto('person')
          .values(more.slice(at, at + 100))
          .execute();
    });
    expect(await guestsOf(context.db.reader, ada.id)).toHaveLength(511);
  });

  it('is invited by administrators alone until these let others, and thirty times an hour at most', async () => {
    await using world = await begin();
    const { context, act, ada, asSam } = world;
    await act((work) => changeSettings(work, { staff: false }, ada.id));
    const input = { name: 'Gus', organisation: 'Firm', until: '2027-01-01', language: 'en' as const, groups: [] };
    await expect(inviteGuest(context, asSam, { ...input, email: 'gus@firm.example' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await act((work) => changeSettings(work, { staff: true }, ada.id));
    await expect(inviteGuest(context, asSam, { ...input, email: 'ada@council.example' })).rejects.toMatchObject({
      faults: [{ field: 'email', code: 'taken' }],
    });
    await expect(
      inviteGuest(context, asSam, { ...input, email: 'a@b.example', until: '2026-01-01' }),
    ).rejects.toMatchObject({
      faults: [{ field: 'until', code: 'in_the_past' }],
    });
  });
});
