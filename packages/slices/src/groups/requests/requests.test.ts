import {
  createAccount,
  createActorKeys,
  isRefusal,
  runAfterEffects,
  runNextJob,
  startSession,
  transact,
  verifyEmail,
} from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import { createPerson, type PersonRow, people } from '../../people/index.ts';
import { approve, createGroup, groups, joinGroup, setRole, updateGroup } from '../index.ts';
import { membershipOf } from '../store.ts';
import { answersOf } from './answers.ts';
import { setAutomaticRules } from './automatic.ts';
import { responsibleFor, setAway } from './away.ts';
import { decisionsOf } from './decisions.ts';
import { answersFrom, questionsOf, readAnswers, setQuestions } from './questions.ts';
import { decideSeveral, mayDecide, waitingIn } from './queue.ts';
import { reminderJobs } from './reminder.ts';

const by = { kind: 'system', what: 'test' } as const;
const day = 86_400_000;

describeStores('Requests to join', (openStore) => {
  async function open() {
    let time = Date.parse('2026-11-02T08:00:00Z');
    const store = await openStore({
      slices: [people, groups],
      now: () => {
        time += 1_000;
        return new Date(time);
      },
    });
    const { context } = store;
    const keys = await createActorKeys();
    const act = <T>(change: Parameters<typeof transact<T>>[2]) => transact(context, by, change);
    const person = (name: string) =>
      act((work) => createPerson(work, { name, agency: 'Agency', language: 'en', timeZone: 'UTC', keys }));
    const owner = await person('Owner');
    const group = await act((work) =>
      createGroup(work, {
        name: 'G',
        handle: 'group-g',
        owner: owner.id,
        reading: 'members',
        joining: 'request',
        keys,
      }),
    );
    const state = async (who: PersonRow) => (await membershipOf(context.db.reader, group.id, who.id))?.state;
    return {
      ...{ store, context, act, person, owner, group, state },
      wait: (milliseconds: number) => {
        time += milliseconds;
      },
      ask: (who: PersonRow, answers: { question: string; answer: string }[] = []) =>
        act(async (work) => void (await joinGroup(work, { group: group.id, person: who.id, answers }))),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  }

  it('bring the answers to what the group asks, for those who decide, until 30 days after the decision', async () => {
    await using world = await open();
    const { act, context, group, owner, ask, person, wait } = world;
    const db = context.db.reader;
    const asked = [
      { text: 'What do you do?', required: true },
      { text: 'Who knows you?', required: false },
    ];
    await act((work) => setQuestions(work, group.id, owner.id, asked));
    expect(await questionsOf(db, group.id)).toEqual(asked);
    expect(() => answersFrom(asked, ['', 'Ada'])).toThrow(
      expect.objectContaining({ faults: [{ field: 'answer0', code: 'required' }] }),
    );
    const anna = await person('Anna');
    await expect(act((work) => joinGroup(work, { group: group.id, person: anna.id }))).rejects.toSatisfy(
      (error) => isRefusal(error) && error.code === 'invalid',
    );
    await ask(anna, answersFrom(asked, [' The rota. ', '']));
    const given = [{ question: 'What do you do?', answer: 'The rota.' }];
    expect((await answersOf(db, group.id, [anna.id])).get(anna.id)).toEqual(given);
    await act((work) => approve(work, { group: group.id, person: anna.id, by: owner.id }));
    while (await runAfterEffects(context));
    wait(30 * day - 60_000);
    while (await runNextJob(context));
    expect((await answersOf(db, group.id, [anna.id])).get(anna.id)).toEqual(given);
    wait(60_000);
    while (await runNextJob(context));
    expect((await answersOf(db, group.id, [anna.id])).size).toBe(0);
    // What comes from other nodes is plain text of our lengths, whatever it was.
    expect(readAnswers([{ name: 'Q', content: 'x'.repeat(5_000) }, { name: 7 }, 'no'])).toEqual([
      { question: 'Q', answer: 'x'.repeat(1_000) },
    ]);
  });

  it('are decided ten at once, the first decision stands, and each is noted', async () => {
    await using world = await open();
    const { act, context, group, owner, ask, person, state } = world;
    const asking = [];
    for (const number of Array.from({ length: 10 }, (_, index) => index)) asking.push(await person(`P ${number}`));
    for (const who of asking) await ask(who);
    expect((await waitingIn(context.db.reader, group.id)).map((row) => row.person.id)).toEqual(
      asking.map(({ id }) => id),
    );
    const [first] = asking;
    if (!first) throw new Error('nobody');
    const decide = (ids: string[], accept: boolean) =>
      act((work) =>
        decideSeveral(work, { group: group.id, people: ids, by: owner.id, accept, reason: 'Room for ten' }),
      );
    expect(await decide([first.id], false)).toEqual({ decided: 1, faster: 0 });
    expect(
      await decide(
        asking.map(({ id }) => id),
        true,
      ),
    ).toEqual({ decided: 9, faster: 1 });
    expect(await state(first)).toBe('none');
    const noted = await decisionsOf(context.db.reader, group.id, 20);
    expect(noted.map(({ accepted }) => accepted)).toEqual([...Array(9).fill(1), 0]);
    expect(noted.every(({ by_name }) => by_name === 'Owner')).toBe(true);
  });

  it('are granted without asking by agency or proven mail address, and that is noted as such', async () => {
    await using world = await open();
    const { act, context, group, owner, ask, person, state } = world;
    const [wrote, proved] = [await person('Written down'), await person('Proven')];
    const [alike, below] = [await person('Alike'), await person('Below')];
    await act(async (work) => {
      await setAutomaticRules(work, group.id, owner.id, { agencies: [], domains: ['@Housing.Example'] });
      for (const [who, domain] of [
        [wrote, 'housing.example'],
        [proved, 'housing.example'],
        [alike, 'nothousing.example'],
        [below, 'sub.housing.example'],
      ] as const) {
        const account = await createAccount(work, { person: who.id, email: `${who.handle}@${domain}` });
        if (who !== wrote) await verifyEmail(work, account.id);
      }
    });
    for (const who of [wrote, alike, below, proved]) await ask(who);
    expect(await state(proved)).toBe('member');
    for (const who of [wrote, alike, below]) expect([who.name, await state(who)]).toEqual([who.name, 'requested']);
    expect(await decisionsOf(context.db.reader, group.id, 5)).toMatchObject([
      { person_id: proved.id, by_id: null, accepted: 1, rule: 'mail housing.example' },
    ]);
    await act((work) =>
      setAutomaticRules(work, group.id, owner.id, { agencies: [context.config.origin], domains: [] }),
    );
    const third = await person('Third');
    await ask(third);
    expect(await state(third)).toBe('member');
    const wrong = act((work) => setAutomaticRules(work, group.id, owner.id, { agencies: [], domains: ['no domain'] }));
    await expect(wrong).rejects.toMatchObject({ code: 'invalid' });
  });

  it('go to deputies and owners when those who run the group are away, and are told of again after three days', async () => {
    await using world = await open();
    const { act, context, group, owner, ask, person, wait } = world;
    const db = context.db.reader;
    const [chair, deputy] = [await person('Chair'), await person('Deputy')];
    await act(async (work) => {
      await updateGroup(work, group.id, owner.id, { joining: 'open' });
      for (const who of [chair, deputy]) await joinGroup(work, { group: group.id, person: who.id });
      await updateGroup(work, group.id, owner.id, { joining: 'request' });
      await setRole(work, { group: group.id, person: chair.id, by: owner.id, role: 'facilitator' });
    });
    const names = async () =>
      (await responsibleFor(db, group.id, context.clock.now().toISOString())).map(
        ({ person: one, as }) => `${one.name} ${as}`,
      );
    expect(await names()).toEqual(['Owner facilitator', 'Chair facilitator']);
    const until = new Date(context.clock.now().getTime() + 20 * day).toISOString();
    await act((work) => setAway(work, group, owner.id, { until, deputy: null }));
    expect(await names()).toEqual(['Chair facilitator']);
    await act((work) => setAway(work, group, chair.id, { until, deputy: deputy.id }));
    expect(await names()).toEqual(['Deputy deputy']);
    const standing = await membershipOf(db, group.id, deputy.id);
    expect(await mayDecide(db, group, standing, context.clock.now().toISOString())).toBe(true);
    const anna = await person('Anna');
    await ask(anna);
    wait(3 * day);
    await reminderJobs['groups.remind']?.(context, { group: group.id, person: anna.id });
    const told = await db.selectFrom('log').select('name').where('name', '=', 'group.request_waits').execute();
    expect(told.length).toBe(1);
    await act((work) => approve(work, { group: group.id, person: anna.id, by: deputy.id }));
    wait(20 * day);
    expect(await names()).toEqual(['Owner facilitator', 'Chair facilitator']);
    expect(await mayDecide(db, group, standing, context.clock.now().toISOString())).toBe(false);
    const bert = await person('Bert');
    await ask(bert);
    const late = act((work) => approve(work, { group: group.id, person: bert.id, by: deputy.id }));
    await expect(late).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('go on to the deputy, and then to the owners, when whoever runs the group has not been here for fourteen days', async () => {
    await using world = await open();
    const { act, context, group, owner, ask, person, wait } = world;
    const now = () => context.clock.now().toISOString();
    const deputy = await person('Deputy');
    await ask(deputy);
    await act((work) => approve(work, { group: group.id, person: deputy.id, by: owner.id }));
    await act(async (work) => {
      for (const who of [owner, deputy]) {
        const account = await createAccount(work, { person: who.id, email: `${who.handle}@agency.example` });
        await startSession(work, account.id);
      }
      await setAway(work, group, owner.id, { until: null, deputy: deputy.id });
    });
    const names = async () =>
      (await responsibleFor(context.db.reader, group.id, now())).map(({ person: one, as }) => `${one.name} ${as}`);
    wait(14 * day - 60_000);
    expect(await names()).toEqual(['Owner facilitator']);
    const { id } = await context.db.reader
      .selectFrom('account')
      .select('id')
      .where('person_id', '=', deputy.id)
      .executeTakeFirstOrThrow();
    await act(async (work) => void (await startSession(work, id)));
    wait(120_000);
    expect(await names()).toEqual(['Deputy deputy']);
    wait(14 * day);
    expect(await names()).toEqual(['Owner owner']);
  });
});
