/** Chance that repeats itself with its seed. */
export type Random = {
  /** At least 0, less than 1. */
  fraction: () => number;
  /** A whole number from 0 to `end` - 1. */
  below: (end: number) => number;
};

/** mulberry32: 32 bits of state, good enough to choose moments. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return { fraction, below: (end) => Math.floor(fraction() * end) };
}
