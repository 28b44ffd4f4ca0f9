import type { Work } from '@joinery/core';
import { joinGroup, leaveGroup } from '@joinery/slices/groups';
import type { PersonRow } from '@joinery/slices/people';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { startMailServer } from '../../../../test/harness/mail-server.ts';
import { describeStores } from '../../../../test/harness/store.ts';
import { decide, isLate, type Mute } from './decide.ts';
import { sendNotificationMail } from './mail-job.ts';
import { addMute, putMute } from './mutes.ts';
import { notify } from './notify.ts';
import { type Kind, kinds, type Scope, scopes } from './tables.ts';
import { openWorld } from './testing/world.ts';

const things = ['one', 'two', 'three'];
const subjects: Record<Scope, readonly string[]> = {
  topic: things.map((name) => `topic ${name}`),
  group: things.map((name) => `group ${name}`),
  kind: kinds,
  everything: [''],
};
const target = fc
  .constantFrom(...scopes)
  .chain((scope) => fc.constantFrom(...subjects[scope]).map((subject) => ({ scope, subject })));
const about = fc.record({
  kind: fc.constantFrom(...kinds),
  group: fc.option(fc.constantFrom(...subjects.group), { nil: null }),
  topic: fc.option(fc.constantFrom(...subjects.topic), { nil: null }),
});
type Step =
  | { do: 'put' | 'add'; scope: Scope; subject: string; page: boolean; mail: boolean }
  | { do: 'happens'; about: { kind: Kind; group: string | null; topic: string | null } };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(fc.constantFrom('put' as const, 'add' as const), target, fc.boolean(), fc.boolean())
    .map(([what, { scope, subject }, page, mail]) => ({ do: what, scope, subject, page, mail })),
  about.map((what) => ({ do: 'happens' as const, about: what })),
);

type Told = { about: Extract<Step, { do: 'happens' }>['about']; page: boolean; mail: boolean; unread: boolean };

/** What the person said last about each thing, told without the code under test: two sets of silent names. */
class Wishes {
  private readonly silent = { page: new Set<string>(), mail: new Set<string>() };
  say(where: 'page' | 'mail', name: string, quiet: boolean): void {
    if (quiet) this.silent[where].add(name);
    else this.silent[where].delete(name);
  }
  hears(where: 'page' | 'mail', { kind, group, topic }: { kind: Kind; group: string | null; topic: string | null }) {
    // What was changed about one's own sign-in is told whatever one has said.
    if (kind === 'security' || kind === 'emergency') return true;
    const names = ['everything ', `kind ${kind}`, `group ${group}`, `topic ${topic}`];
    return names.every((name) => !this.silent[where].has(name));
  }
}

function follow(wishes: Wishes, one: Extract<Step, { do: 'put' | 'add' }>): void {
  const name = `${one.scope} ${one.subject}`;
  for (const where of ['page', 'mail'] as const)
    if (one.do === 'put' || one[where]) wishes.say(where, name, one[where]);
}

/** What a mute that was just said does to what waits. */
function quiet(told: ReadonlyMap<string, Told>, wishes: Wishes): void {
  for (const news of told.values()) {
    const covered = !wishes.hears('page', news.about);
    // Whoever mutes what waits has seen it: it is read, and no mail tells of it later.
    if (news.unread && covered) Object.assign(news, { unread: false, mail: false });
    if (!wishes.hears('mail', news.about)) news.mail = false;
  }
}

describe('A mute', () => {
  it('holds over ten thousand random sequences, and silences nothing else', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const wishes = new Wishes();
        let mutes: Mute[] = [];
        for (const one of steps) {
          if (one.do === 'happens') {
            const { page, mail } = decide(mutes, one.about);
            if (page !== wishes.hears('page', one.about) || mail !== wishes.hears('mail', one.about)) return false;
            continue;
          }
          follow(wishes, one);
          const known = mutes.find(({ scope, subject }) => scope === one.scope && subject === one.subject);
          const { do: what, ...put } = one;
          const merged =
            what === 'put' ? put : { ...put, page: put.page || !!known?.page, mail: put.mail || !!known?.mail };
          mutes = [...mutes.filter((mute) => mute !== known), ...(merged.page || merged.mail ? [merged] : [])];
        }
        return true;
      }),
      { numRuns: 10_000 },
    );
  });
});

const many = <T>(one: fc.Arbitrary<T>, length: number) => fc.array(one, { minLength: length, maxLength: length });

/** What happens to somebody of a node: they mute and listen again, something is said in groups, they leave and come back. */
type Move =
  | { do: 'put' | 'add'; scope: Scope; subject: string; page: boolean; mail: boolean }
  | { do: 'said'; kind: 'reply' | 'mention' | 'security'; place: number }
  | { do: 'goes' };

describeStores('A mute in the store', (open) => {
  it('holds over ten thousand random sequences of mutes, news, leaving and coming back, up to the mails that leave', {
    timeout: 240_000,
  }, async () => {
    await using world = await openWorld(open);
    const { context, act, add, addGroup, join, owner, topic } = world;
    const isSqlite = context.db.dialect === 'sqlite';
    // So many people, each with a sequence, to a unit of work; and as often as makes ten thousand.
    const [atOnce, rounds] = isSqlite ? [50, 200] : [25, 16];
    const mails: { to: string; text: string }[] = [];
    context.doors.mail = {
      from: 'no-reply@council.example',
      server: 'here',
      send: async ({ to, text }) => {
        mails.push({ to, text });
        return { ok: true };
      },
    };
    const [anybody, closed] = [
      await addGroup({ name: 'Anybody' }),
      await addGroup({ name: 'Closed', reading: 'members' }),
    ];
    const people: PersonRow[] = [];
    for (let number = 0; number < atOnce; number += 1) people.push(await add(`Reader ${number}`));
    for (const person of people) await join(closed, person);
    const places: { group: string; topic: string }[] = [];
    for (const group of [anybody, closed])
      for (const title of ['Salt', 'Grit'])
        places.push({ group: group.id, topic: (await topic(owner, title, group)).id });
    await world.effects();

    const place = fc.nat({ max: places.length - 1 });
    const named = fc.oneof(
      place.map((number) => ({ scope: 'topic' as const, subject: places[number]?.topic ?? '' })),
      place.map((number) => ({ scope: 'group' as const, subject: places[number]?.group ?? '' })),
      fc.constantFrom('reply', 'mention').map((subject) => ({ scope: 'kind' as const, subject })),
      fc.constant({ scope: 'everything' as const, subject: '' }),
    );
    const mute = fc
      .tuple(fc.constantFrom('put' as const, 'add' as const), named, fc.boolean(), fc.boolean())
      .map(([what, { scope, subject }, page, mail]): Move => ({ do: what, scope, subject, page, mail }));
    const said = fc
      .tuple(fc.constantFrom('reply' as const, 'mention' as const, 'security' as const), place)
      .map(([kind, number]): Move => ({ do: 'said', kind, place: number }));
    const move = fc.oneof(
      { arbitrary: mute, weight: 6 },
      { arbitrary: said, weight: 2 },
      { arbitrary: fc.constant<Move>({ do: 'goes' }), weight: 1 },
    );

    let count = 0;
    /** One sequence of somebody. @returns what they are told, and whether they are in the closed group at its end */
    const live = async (work: Work, person: string, moves: readonly Move[]) => {
      const wishes = new Wishes();
      const told = new Map<string, Told>();
      let isIn = true;
      for (const one of moves) {
        if (one.do === 'goes') {
          isIn = !isIn;
          await (isIn ? joinGroup : leaveGroup)(work, { group: closed.id, person });
        } else if (one.do === 'said') {
          const cause = `sequence ${++count}`;
          const { kind } = one;
          const where =
            kind === 'security' ? { group: null, topic: null } : (places[one.place] ?? { group: '', topic: '' });
          const what = kind === 'security' ? { what: 'password.changed' as const } : {};
          await notify(work, { person, cause, at: work.now, kind, ...where, ...what });
          const [page, mail] = (['page', 'mail'] as const).map((at) => wishes.hears(at, { kind, ...where }));
          if (page || mail) told.set(cause, { about: { kind, ...where }, page: !!page, mail: !!mail, unread: !!page });
        } else {
          follow(wishes, one);
          const { do: how, ...rest } = one;
          await (how === 'put' ? putMute : addMute)(work, { person, ...rest });
          quiet(told, wishes);
        }
      }
      return { told, isIn };
    };

    let mailed = 0;
    await fc.assert(
      fc.asyncProperty(many(fc.array(move, { minLength: 2, maxLength: 6 }), atOnce), async (sequences) => {
        const lived = await act(async (work) => {
          await work.db.deleteFrom('notification').execute();
          await work.db.deleteFrom('notification_mute').execute();
          await work.db.deleteFrom('job').execute();
          const all = [];
          for (const [index, moves] of sequences.entries())
            all.push({ person: people[index]?.id ?? '', ...(await live(work, people[index]?.id ?? '', moves)) });
          return all;
        });
        mails.length = 0;
        const due = (await world.rows()).filter((row) => row.mail_state === 'due');
        for (const { id } of due) await sendNotificationMail(context, { id });
        const rows = await world.rows();
        let expectedMails = 0;
        for (const { person, told, isIn } of lived) {
          const found = rows
            .filter((row) => row.person_id === person)
            .map((row) => [row.cause, row.shown === 1, row.read_at === null, row.mail_state === 'sent']);
          const wanted = [...told].map(([cause, { about, page, unread, mail }]) => {
            // Whoever is out of the closed group is not mailed what was said in it.
            const leaves = mail && (isIn || about.group !== closed.id);
            if (leaves) expectedMails += 1;
            return [cause, page, unread, leaves];
          });
          expect(found).toEqual(wanted);
        }
        expect(mails).toHaveLength(expectedMails);
        mailed += expectedMails;
        await act(async (work) => {
          for (const { person, isIn } of lived) if (!isIn) await joinGroup(work, { group: closed.id, person });
        });
      }),
      { numRuns: rounds, endOnFailure: true },
    );
    expect(mailed).toBeGreaterThan((atOnce * rounds) / 4);
  });

  it('holds for what is told and what is mailed, and what it covers is read and mailed no more', {
    timeout: 120_000,
  }, async () => {
    await using server = await startMailServer();
    await using world = await openWorld(open, { server });
    const { act, anna, owner, context, addGroup, join, topic, rows } = world;
    const places = [];
    for (const name of ['One', 'Two']) {
      const group = await addGroup({ name });
      await join(group, anna);
      for (const title of ['Salt', 'Grit'])
        places.push({ group: group.id, topic: (await topic(owner, title, group)).id });
    }
    await world.effects();
    const place = fc.constantFrom(...places);
    const kind = fc.constantFrom('reply' as const, 'mention' as const);
    const named: fc.Arbitrary<{ scope: Scope; subject: string }> = fc.oneof(
      place.map(({ topic: subject }) => ({ scope: 'topic' as const, subject })),
      place.map(({ group: subject }) => ({ scope: 'group' as const, subject })),
      kind.map((subject) => ({ scope: 'kind' as const, subject })),
      fc.constant({ scope: 'everything' as const, subject: '' }),
    );
    const said = fc
      .record({
        do: fc.constantFrom('put' as const, 'add' as const),
        what: named,
        page: fc.boolean(),
        mail: fc.boolean(),
      })
      .map(({ what, ...rest }): Step => ({ ...rest, ...what }));
    const happens = fc
      .tuple(kind, place)
      .map(([one, where]): Step => ({ do: 'happens', about: { kind: one, ...where } }));
    const steps = fc.array(fc.oneof(said, happens, happens), { minLength: 2, maxLength: 8 });
    let count = 0;
    let mailed = 0;
    const run = async (one: Step, wishes: Wishes, work: Work, told: Map<string, Told>) => {
      if (one.do === 'happens') {
        const cause = `sequence ${++count}`;
        await notify(work, { person: anna.id, cause, at: work.now, ...one.about });
        const [page, mail] = [wishes.hears('page', one.about), wishes.hears('mail', one.about)];
        if (page || mail) told.set(cause, { about: one.about, page, mail, unread: page });
        return;
      }
      follow(wishes, one);
      const { do: what, ...mute } = one;
      await (what === 'put' ? putMute : addMute)(work, { person: anna.id, ...mute });
      quiet(told, wishes);
    };
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const told = new Map<string, Told>();
        await act(async (work) => {
          await work.db.deleteFrom('notification').execute();
          await work.db.deleteFrom('notification_mute').execute();
          const wishes = new Wishes();
          for (const one of sequence) await run(one, wishes, work, told);
        });
        for (const { id } of await rows()) await sendNotificationMail(context, { id });
        const found = (await rows()).map((row) => [
          row.cause,
          row.shown,
          row.read_at === null,
          row.mail_state === 'sent',
        ]);
        expect(found).toEqual([...told].map(([cause, { page, unread, mail }]) => [cause, page ? 1 : 0, unread, mail]));
        mailed += [...told.values()].filter(({ mail }) => mail).length;
        expect(server.mails).toHaveLength(mailed);
      }),
      { numRuns: context.db.dialect === 'sqlite' ? 15 : 10, endOnFailure: true },
    );
    expect(mailed).toBeGreaterThan(3);
  });
});

test('what happened three days ago, or before a restore, is no news', () => {
  const now = '2026-11-23T12:00:00.000Z';
  expect(isLate('2026-11-20T12:00:00.000Z', now, null)).toBe(false);
  expect(isLate('2026-11-20T11:59:59.999Z', now, null)).toBe(true);
  expect(isLate('2026-11-23T10:00:00.000Z', now, '2026-11-23T11:00:00.000Z')).toBe(true);
  expect(isLate('2026-11-23T11:30:00.000Z', now, '2026-11-23T11:00:00.000Z')).toBe(false);
});
