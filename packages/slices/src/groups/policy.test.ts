import type { Requester, Trust } from '@joinery/core';
import { expect, test } from 'vitest';
import { rulesOf } from './input.ts';
import {
  canChangeRole,
  canManage,
  canModerate,
  canPost,
  canRemove,
  type GroupFacts,
  isBanned,
  isPubliclyKnown,
  joinRefusal,
  joinsAtOnce,
  mayKnowGroup,
  mayReadGroup,
  postRefusal,
  type Standing,
} from './policy.ts';
import { memberStates, readings, roles } from './tables.ts';

const now = '2026-11-21T12:00:00.000Z';
const later = '2026-11-22T12:00:00.000Z';

function group(more: Partial<GroupFacts> = {}): GroupFacts {
  return {
    id: 'g',
    local: 1,
    reading: 'partners',
    joining: 'open',
    listed: 1,
    withheld_at: null,
    shut_at: null,
    archived_at: null,
    deleted_at: null,
    ...more,
  };
}
function standing(more: Partial<NonNullable<Standing>> = {}): NonNullable<Standing> {
  return { state: 'member', role: 'member', following: 1, banned_until: null, ...more };
}
const trust = (allowed: boolean): Trust => ({
  mayFederate: () => ({ allowed, reason: allowed ? 'allowed' : 'suspended' }),
});
const person: Requester = { kind: 'person', person: 'p', administrator: false, guest: false };
const peer = (allowed = true): Requester => ({
  kind: 'peer',
  origin: 'https://x.example',
  actor: 'a',
  trust: trust(allowed),
});
const nobody: Requester = { kind: 'nobody' };

test('only members post, and not in an archived group or under a ban', () => {
  for (const state of memberStates) expect(canPost(group(), standing({ state }), now)).toBe(state === 'member');
  expect(postRefusal(group(), undefined, now)).toBe('not_member');
  expect(postRefusal(group(), standing({ state: 'requested' }), now)).toBe('needs_approval');
  expect(postRefusal(group(), standing({ state: 'banned' }), now)).toBe('banned');
  expect(postRefusal(group({ archived_at: now }), standing({ role: 'owner' }), now)).toBe('locked');
  expect(postRefusal(group({ deleted_at: now }), standing({ role: 'owner' }), now)).toBe('gone');
});

test('a ban ends at its instant', () => {
  expect(isBanned(standing({ state: 'banned', banned_until: later }), now)).toBe(true);
  expect(isBanned(standing({ state: 'banned', banned_until: now }), now)).toBe(false);
  expect(isBanned(standing({ state: 'banned' }), now)).toBe(true);
  expect(joinRefusal(group(), standing({ state: 'banned', banned_until: now }), later, false)).toBeNull();
});

test('who runs the group is a member with a role; a role without membership gives nothing', () => {
  for (const role of roles) {
    expect(canModerate(group(), standing({ role }))).toBe(role !== 'member');
    expect(canManage(group(), standing({ role }))).toBe(role === 'owner');
    expect(canChangeRole(group(), standing({ role }))).toBe(role === 'owner');
    for (const state of memberStates.filter((one) => one !== 'member')) {
      expect(canModerate(group(), standing({ role, state }))).toBe(false);
    }
  }
  expect(canManage(group({ local: 0 }), standing({ role: 'owner' }))).toBe(false);
});

test('a facilitator removes members, an owner everybody', () => {
  const facilitator = standing({ role: 'facilitator' });
  expect(canRemove(group(), facilitator, standing())).toBe(true);
  expect(canRemove(group(), facilitator, standing({ role: 'facilitator' }))).toBe(false);
  expect(canRemove(group(), facilitator, standing({ role: 'owner' }))).toBe(false);
  expect(canRemove(group(), standing({ role: 'owner' }), standing({ role: 'owner' }))).toBe(true);
  expect(canRemove(group(), standing(), standing())).toBe(false);
  expect(canRemove(group(), facilitator, undefined)).toBe(true);
});

test('joining is at once, on request or by invitation', () => {
  expect(joinsAtOnce(group(), undefined)).toBe(true);
  expect(joinsAtOnce(group({ joining: 'request' }), undefined)).toBe(false);
  expect(joinsAtOnce(group({ joining: 'request' }), standing({ state: 'invited' }))).toBe(true);
  expect(joinRefusal(group({ joining: 'invited' }), undefined, now, false)).toBe('invitation_needed');
  expect(joinRefusal(group({ joining: 'invited' }), standing({ state: 'invited' }), now, false)).toBeNull();
  expect(joinRefusal(group({ archived_at: now }), undefined, now, false)).toBe('locked');
});

test('who may read, for every kind of reading and requester', () => {
  const may = (requester: Requester, facts: GroupFacts, mine: Standing = undefined) =>
    mayReadGroup(facts, requester, mine);
  for (const reading of readings) {
    const here = group({ reading });
    const elsewhere = group({ reading, local: 0 });
    expect([reading, may(nobody, here), may(nobody, elsewhere)]).toEqual([reading, reading === 'web', false]);
    expect([reading, may(peer(), here), may(peer(), elsewhere)]).toEqual([reading, reading !== 'members', false]);
    expect([reading, may(peer(false), here)]).toEqual([reading, false]);
    expect([reading, may(person, here), may(person, elsewhere)]).toEqual([
      reading,
      reading !== 'members',
      reading !== 'members',
    ]);
    expect(may(person, here, standing())).toBe(true);
    expect(may({ kind: 'node' }, here)).toBe(true);
  }
  const closed = group({ reading: 'members' });
  expect(may(person, closed, standing({ state: 'requested' }))).toBe(false);
  expect(may(person, closed, standing({ state: 'banned' }))).toBe(false);
});

test('another node reads a closed group while somebody there is a member, and knows of it when its people may ask or are invited', () => {
  const closed = group({ reading: 'members' });
  const hidden = group({ reading: 'members', listed: 0 });
  const nobodyThere = { people: 'none', mayAsk: true } as const;
  const invited = { people: 'invited', mayAsk: false } as const;
  const member = { people: 'member', mayAsk: false } as const;
  for (const [facts, node, knows, reads] of [
    [closed, nobodyThere, true, false],
    [closed, { ...nobodyThere, mayAsk: false }, false, false],
    [hidden, nobodyThere, false, false],
    [hidden, invited, true, false],
    [hidden, member, true, true],
    [group({ reading: 'members', local: 0 }), member, false, false],
  ] as const) {
    expect(mayKnowGroup(facts, peer(), undefined, node)).toBe(knows);
    expect(mayReadGroup(facts, peer(), undefined, node)).toBe(reads);
    expect([
      mayKnowGroup(facts, peer(false), undefined, node),
      mayReadGroup(facts, peer(false), undefined, node),
    ]).toEqual([false, false]);
  }
});

test('a listed closed group is known to people of this node; a hidden one to those who are in it', () => {
  const closed = group({ reading: 'members' });
  const hidden = group({ reading: 'members', listed: 0 });
  expect([
    mayKnowGroup(closed, person, undefined),
    mayKnowGroup(closed, peer(), undefined),
    mayKnowGroup(closed, nobody, undefined),
  ]).toEqual([true, false, false]);
  expect([mayKnowGroup(hidden, person, undefined), mayKnowGroup(hidden, person, standing({ state: 'none' }))]).toEqual([
    false,
    false,
  ]);
  expect(mayKnowGroup(hidden, person, standing({ state: 'invited' }))).toBe(true);
  expect([
    isPubliclyKnown(group()),
    isPubliclyKnown(closed),
    isPubliclyKnown(group({ listed: 0 })),
    isPubliclyKnown(group({ local: 0 })),
  ]).toEqual([true, false, false, false]);
});

test('presets say who reads, who joins and whether it is listed; the web is apart from them', () => {
  expect(rulesOf('open', false)).toEqual({ reading: 'partners', joining: 'open', listed: true });
  expect(rulesOf('request', true)).toEqual({ reading: 'web', joining: 'request', listed: true });
  expect(rulesOf('closed', true)).toEqual({ reading: 'members', joining: 'request', listed: true });
  expect(rulesOf('hidden', false)).toEqual({ reading: 'members', joining: 'invited', listed: false });
});

test('a guest reads what anybody on the web may, and what they were invited to here; they join nothing uninvited', () => {
  const guest: Requester = { kind: 'person', person: 'g', administrator: false, guest: true };
  const mine: Standing[] = [standing(), standing({ state: 'invited' })];
  const others: Standing[] = [
    undefined,
    ...(['none', 'requested', 'banned'] as const).map((state) => standing({ state })),
  ];
  for (const reading of ['web', 'partners', 'members'] as const) {
    for (const listed of [0, 1]) {
      const here = group({ reading, listed });
      for (const one of mine) expect(mayReadGroup(here, guest, one)).toBe(true);
      for (const one of others) {
        expect(mayReadGroup(here, guest, one)).toBe(reading === 'web');
        expect(mayKnowGroup(here, guest, one)).toBe(reading === 'web');
        if (one?.state !== 'banned') expect(joinRefusal(here, one, now, true)).toBe('invitation_needed');
      }
      for (const one of [...mine, ...others]) expect(mayReadGroup({ ...here, local: 0 }, guest, one)).toBe(false);
    }
  }
  expect(joinRefusal(group(), standing({ state: 'invited' }), now, true)).toBeNull();
});
