import type { Context } from './context.ts';
import { type By, transact, type Work } from './work.ts';

type Gathering<Item> = { items: Item[]; written: Promise<void> };

/**
 * Joins small changes that come at the same time: all that are asked for until the next turn of the event loop share one unit of work, so that many requests wait for the disk
 * once. They stand or fall together.
 * @param write writes all of them; must bear two of the same thing
 * @returns asks for one; resolves after COMMIT. The first of those that share it counts as who does it
 */
export function inOneCommit<Item>(
  write: (work: Work, items: Item[]) => Promise<void>,
): (context: Context, by: By, item: Item) => Promise<void> {
  const nodes = new WeakMap<Context, Gathering<Item>>();
  return (context, by, item) => {
    const known = nodes.get(context);
    if (known) {
      known.items.push(item);
      return known.written;
    }
    const items = [item];
    const written = new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        nodes.delete(context);
        transact(context, by, (work) => write(work, items)).then(resolve, reject);
      });
    });
    nodes.set(context, { items, written });
    return written;
  };
}
