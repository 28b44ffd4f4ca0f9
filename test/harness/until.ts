import { setTimeout } from 'node:timers/promises';

const lookEvery = 25;

/**
 * Waits for a state that another process or the network brings about; looks again and again instead of hoping that a fixed time is long enough.
 * @throws after `limit` milliseconds
 */
export async function until(reached: () => Promise<boolean> | boolean, limit: number): Promise<void> {
  const end = performance.now() + limit;
  while (!(await reached())) {
    if (performance.now() > end) throw new Error(`Not reached within ${limit} ms: ${reached}`);
    await setTimeout(lookEvery);
  }
}
