import { expect, it } from 'vitest';
import { users, type Way, walksOf } from './ways.ts';

const parts = ['script', 'keyboard', 'width', 'language'] as const;
const told = (way: Way) => parts.map((part) => way[part]).join(' ');
const colours = ['dark', 'forced colours', 'light'];

it('somebody walks each of the sixteen ways every time', () => {
  const ways = users.flatMap((user) => walksOf(user, false)).flatMap(({ hour, week }) => [hour, week]);
  expect(ways).toHaveLength(18);
  expect(new Set(ways.map(told)).size).toBe(16);
});

it.each(users.flatMap((user) => (['hour', 'week'] as const).map((journey) => [user, journey] as const)))(
  'the journey of the %s, %s, is made both ways of everything every time, and looked at in all colours',
  (user, journey) => {
    const ways = walksOf(user, false).map((walk) => walk[journey]);
    for (const part of parts) expect([part, new Set(ways.map((way) => way[part])).size]).toEqual([part, 2]);
    expect(ways.some((way) => [way.colours, ...way.besides].sort().join() === colours.join())).toBe(true);
  },
);

it('nobody changes browser or language for the week, which would be another account of the same person', () => {
  for (const { hour, week } of users.flatMap((user) => walksOf(user, false)))
    expect([hour.script, hour.language]).toEqual([week.script, week.language]);
});

it.each(users)('the %s makes both journeys in all sixteen ways when that is asked for', (user) => {
  const walks = walksOf(user, true);
  expect(new Set(walks.map(({ hour }) => told(hour))).size).toBe(16);
  for (const { hour, week } of walks) expect(told(hour)).toBe(told(week));
});
