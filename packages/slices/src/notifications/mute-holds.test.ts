import type { Work } from '@joinery/core';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { startMailServer } from '../../../../test/harness/mail-server.ts';
import { describeStores } from '../../../../test/harness/store.ts';
import { decide, isLate, type Mute } from './decide.ts';
import { sendNotificationMail } from './mail-job.ts';
import { addMute, mutesOf, putMute } from './mutes.ts';
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

describeStores('A mute in the store', (open) => {
  it('holds over as many sequences as there is time for', { timeout: 120_000 }, async () => {
    await using world = await openWorld(open);
    const { act, anna } = world;
    const follows = async (work: Work, steps: readonly Step[]) => {
      await work.db.deleteFrom('notification_mute').execute();
      const wishes = new Wishes();
      for (const one of steps) {
        if (one.do === 'happens') {
          const { page, mail } = decide(await mutesOf(work.db, anna.id), one.about);
          expect([page, mail]).toEqual([wishes.hears('page', one.about), wishes.hears('mail', one.about)]);
          continue;
        }
        follow(wishes, one);
        const { do: what, ...mute } = one;
        await (what === 'put' ? putMute : addMute)(work, { person: anna.id, ...mute });
      }
    };
    // Twenty to a unit of work: each waits for the disk when it ends.
    await fc.assert(
      fc.asyncProperty(many(fc.array(step, { minLength: 1, maxLength: 12 }), 20), (sequences) =>
        act(async (work) => {
          for (const steps of sequences) await follows(work, steps);
        }),
      ),
      { numRuns: world.context.db.dialect === 'sqlite' ? 30 : 10, endOnFailure: true },
    );
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
      for (const news of told.values()) {
        const covered = !wishes.hears('page', news.about);
        // Whoever mutes what waits has seen it: it is read, and no mail tells of it later.
        if (news.unread && covered) Object.assign(news, { unread: false, mail: false });
        if (!wishes.hears('mail', news.about)) news.mail = false;
      }
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
      { numRuns: context.db.dialect === 'sqlite' ? 40 : 20, endOnFailure: true },
    );
    expect(mailed).toBeGreaterThan(15);
  });
});

test('what happened three days ago, or before a restore, is no news', () => {
  const now = '2026-11-23T12:00:00.000Z';
  expect(isLate('2026-11-20T12:00:00.000Z', now, null)).toBe(false);
  expect(isLate('2026-11-20T11:59:59.999Z', now, null)).toBe(true);
  expect(isLate('2026-11-23T10:00:00.000Z', now, '2026-11-23T11:00:00.000Z')).toBe(true);
  expect(isLate('2026-11-23T11:30:00.000Z', now, '2026-11-23T11:00:00.000Z')).toBe(false);
});
