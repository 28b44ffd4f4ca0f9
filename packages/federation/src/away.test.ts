import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAway } from './away.ts';

const council = 'https://council.example';

describe('A node that does not answer look-ups', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is asked again after longer and longer, ten minutes at most, until it answers', () => {
    let again = 0;
    using away = createAway(() => {
      again += 1;
    });
    for (const seconds of [2, 3, 6, 11, 21, 41, 81, 161, 321, 641, 751]) {
      away.noted(council);
      away.noted(council);
      const before = again;
      vi.advanceTimersByTime(seconds * 1_000);
      expect(again, `${seconds} s`).toBe(before + 1);
    }
    away.answered(council);
    away.noted(council);
    vi.advanceTimersByTime(2_000);
    expect(again).toBe(12);
  });

  it('is asked at once when it is heard of, but not at every message', () => {
    let again = 0;
    using away = createAway(() => {
      again += 1;
    });
    for (let tries = 0; tries < 4; tries += 1) {
      away.noted(council);
      vi.advanceTimersByTime(20_000);
    }
    away.noted(council);
    away.heard(council);
    expect(again).toBe(4);
    vi.advanceTimersByTime(1_000);
    away.heard(council);
    away.heard(council);
    expect(again).toBe(5);
  });

  it('keeps its own items waiting for some minutes only', () => {
    using away = createAway(() => {});
    const tries = Array.from({ length: 10 }, () => {
      const enough = away.noted(council);
      vi.advanceTimersByTime(750_000);
      return enough;
    });
    expect(tries).toEqual([...Array.from({ length: 8 }, () => false), true, true]);
  });
});
