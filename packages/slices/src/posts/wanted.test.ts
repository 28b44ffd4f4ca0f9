import { expect, it } from 'vitest';
import { spreadOver } from './wanted.ts';

it('Nodes of a group of fifty ask for what is new at once, those of larger ones within a time that does not grow for ever', () => {
  expect([1, 50, 100, 800, 5_000, 100_000].map(spreadOver)).toEqual([0, 0, 1_000, 8_000, 10_000, 10_000]);
});
