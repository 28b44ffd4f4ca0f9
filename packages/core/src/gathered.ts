import type { Context } from './context.ts';
import { isStorageFault } from './db/storage-fault.ts';
import { once } from './once.ts';
import { type By, savepoint, transact, type Work } from './work.ts';

type Waiting<Item> = { item: Item; by: By; resolve: () => void; reject: (error: unknown) => void };

/** Rolled back by the server (deadlock), or by us since all of them together took too long. */
function isUndone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('40') || code === 'took_too_long';
}

/**
 * Joins small changes that come at the same time: all that are asked for until the next turn of the event loop share one commit, so that many requests wait for the disk once.
 * One that fails is undone by itself.
 * @returns makes one such change; resolves after COMMIT
 * @throws what `change` throws; storage faults for all of them
 */
export function inOneCommit<Item>(
  change: (work: Work, item: Item) => Promise<void>,
): (context: Context, by: By, item: Item) => Promise<void> {
  const nodes = new WeakMap<Context, Waiting<Item>[]>();
  const commit = async (context: Context, all: Waiting<Item>[]) => {
    const failures = new Map<Waiting<Item>, unknown>();
    try {
      await transact(context, { kind: 'system', what: 'several at once' }, async (work) => {
        for (const one of all)
          try {
            await savepoint(work, (part) => change(part, one.item), { by: one.by });
          } catch (error) {
            if (isStorageFault(error)) throw error;
            failures.set(one, error);
          }
      });
    } catch (error) {
      // Undone for sure, perhaps for the company: each by itself.
      if (all.length > 1 && isUndone(error)) {
        for (const one of all) await commit(context, [one]);
        return;
      }
      for (const one of all) failures.set(one, error);
    }
    for (const one of all) {
      if (failures.has(one)) one.reject(failures.get(one));
      else one.resolve();
    }
  };
  return (context, by, item) =>
    new Promise((resolve, reject) => {
      const one = { item, by, resolve, reject };
      const waiting = nodes.get(context);
      if (waiting) {
        waiting.push(one);
        return;
      }
      const all = [one];
      nodes.set(context, all);
      setImmediate(() => {
        nodes.delete(context);
        // No step of the request that asked first.
        void once.run(undefined, () => commit(context, all));
      });
    });
}
