import { expect, it } from 'vitest';
import { withinBudget } from './digest.ts';

it('lists of introduced nodes are named as far as a list of streams has room, other ones each time', () => {
  const sizes = Array.from({ length: 100 }, () => 101);
  const taken = sizes.map((_, first) => [...withinBudget(sizes, 1_000, first)]);
  expect(taken.map(({ length }) => length)).toEqual(sizes.map(() => 9));
  expect(new Set(taken.flat()).size).toBe(100);
  expect([...withinBudget([0, 501, 0], 1_000, 2)].sort()).toEqual([0, 1, 2]);
  expect(withinBudget([], 1_000, 0).size).toBe(0);
});
