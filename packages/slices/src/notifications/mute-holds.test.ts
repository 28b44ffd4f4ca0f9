import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { openStore } from '../../../../test/harness/store.ts';
import { decide, isLate, type Mute } from './decide.ts';
import { addMute, mutesOf, putMute } from './mutes.ts';
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

  it('holds in the store as well', { timeout: 60_000 }, async () => {
    await using store = await openWorld((options) => openStore('sqlite', options));
    const { act, anna, context } = store;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        await act((work) => work.db.deleteFrom('notification_mute').execute());
        const wishes = new Wishes();
        for (const one of steps) {
          if (one.do === 'happens') continue;
          follow(wishes, one);
          const { do: what, ...mute } = one;
          await act((work) => (what === 'put' ? putMute : addMute)(work, { person: anna.id, ...mute }));
        }
        const mutes = await mutesOf(context.db.reader, anna.id);
        for (const one of steps) {
          if (one.do !== 'happens') continue;
          expect(decide(mutes, one.about)).toEqual({
            page: wishes.hears('page', one.about),
            mail: wishes.hears('mail', one.about),
          });
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('what happened three days ago, or before a restore, is no news', () => {
  const now = '2026-11-23T12:00:00.000Z';
  expect(isLate('2026-11-20T12:00:00.000Z', now, null)).toBe(false);
  expect(isLate('2026-11-20T11:59:59.999Z', now, null)).toBe(true);
  expect(isLate('2026-11-23T10:00:00.000Z', now, '2026-11-23T11:00:00.000Z')).toBe(true);
  expect(isLate('2026-11-23T11:30:00.000Z', now, '2026-11-23T11:00:00.000Z')).toBe(false);
});
