import type { Context } from '@joinery/core';
import { expect, test } from 'vitest';
import { type Audience, nodesOf } from './audience.ts';

const own = 'https://own.example';
const [spam, fine] = ['https://spam.example', 'https://fine.example'];
const context = {
  config: { origin: own, agency: 'Ours' },
  ports: {
    trust: {
      mayFederate: (origin: string) =>
        origin === spam ? { allowed: false, reason: 'blocked' } : { allowed: true, reason: 'allowed' },
    },
  },
} as unknown as Context;

test('a blocked node reads along in a group elsewhere, and gets nothing of what is written in one of ours', () => {
  const perNode = [own, spam, fine].map((origin) => ({ origin, agency: '', people: 1 }));
  const told = (home: string) =>
    nodesOf(context, { perNode, keptBy: { home, agency: '' }, closed: null } as unknown as Audience).map(
      ({ origin, blocked }) => [origin, blocked],
    );
  expect(told(fine)).toEqual([
    [own, false],
    [spam, true],
    [fine, false],
  ]);
  expect(told(own)).toEqual([
    [own, false],
    [fine, false],
  ]);
});
