import type { Context } from '../context.ts';

/** Whether the round of a key runs, and whether another was asked for meanwhile. */
type Running = { again: boolean };

/**
 * Work that is done in rounds, one at a time for each key in a process: each round takes all that is due for its key. One that is asked for while another runs is made by that
 * one when it is through, so that many plans for one key become few rounds.
 * @param round what one round does; it must bear that another process does the same
 */
export function inRounds(
  round: (context: Context, key: string) => Promise<void>,
): (context: Context, key: string) => Promise<void> {
  const nodes = new WeakMap<Context, Map<string, Running>>();
  return async (context, key) => {
    const running = nodes.get(context) ?? new Map<string, Running>();
    nodes.set(context, running);
    const other = running.get(key);
    if (other) {
      other.again = true;
      return;
    }
    const own: Running = { again: true };
    running.set(key, own);
    try {
      while (own.again) {
        own.again = false;
        await round(context, key);
      }
    } finally {
      running.delete(key);
    }
  };
}

/**
 * Does something with each of some things, a few at a time.
 */
export async function fewAtATime<T>(
  things: readonly T[],
  atOnce: number,
  act: (thing: T) => Promise<void>,
): Promise<void> {
  const waiting = [...things];
  const worker = async () => {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) await act(thing);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, worker));
}
