import type { Context } from '../context.ts';
import { isStorageFault } from '../db/storage-fault.ts';
import { savepoint, transact, type Work } from '../work.ts';
import type { LogEvent } from './events.ts';
import { eventsAfter } from './read.ts';

const batch = 100;
/** A batch ends after so many milliseconds, well before a unit of work is undone for taking too long. */
const batchTime = 1_000;

/**
 * Runs what slices do after something happened (`on`), in the order of the log, each exactly once: how far a slice got is committed together with
 * what it did. A failing effect is logged and stepped over, so that it cannot hold up the others.
 * @returns number of events seen; 0 when all is done
 */
export async function runAfterEffects(context: Context): Promise<number> {
  let most = 0;
  for (const slice of context.slices) {
    if (!slice.on) continue;
    const effects = slice.on as Record<string, ((work: Work, event: LogEvent) => Promise<void>) | undefined>;
    const from = await readerPosition(context, slice.name);
    const events = await eventsAfter(context.db.reader, from, batch);
    if (events.length === 0) continue;
    most = Math.max(most, events.length);
    await transact(context, { kind: 'system', what: `after ${slice.name}` }, async (work) => {
      if (!(await movePosition(work, slice.name, from, events.at(-1)?.seq ?? from))) return;
      const until = performance.now() + batchTime;
      for (const [index, event] of events.entries()) {
        if (performance.now() > until) {
          await movePosition(work, slice.name, events.at(-1)?.seq ?? from, events[index - 1]?.seq ?? from);
          return;
        }
        const effect = effects[event.name];
        if (!effect) continue;
        try {
          await savepoint(work, (part) => effect(part, event));
        } catch (error) {
          // The disk or the database is at fault, not the effect: the whole batch is done again later.
          if (isStorageFault(error)) throw error;
          context.logger.error('after_effect.failed', {
            slice: slice.name,
            event: event.name,
            seq: event.seq,
            reason: String(error),
          });
        }
      }
    });
  }
  return most;
}

/** Two workers may be here at once (PostgreSQL): only the one that moves the position does the work. */
async function movePosition(work: Work, name: string, from: number, to: number): Promise<boolean> {
  const moved = await work.db
    .updateTable('log_reader')
    .set({ seq: to })
    .where('name', '=', name)
    .where('seq', '=', from)
    .executeTakeFirst();
  return moved.numUpdatedRows > 0n;
}

async function readerPosition(context: Context, name: string): Promise<number> {
  const known = await context.db.reader
    .selectFrom('log_reader')
    .select('seq')
    .where('name', '=', name)
    .executeTakeFirst();
  if (known) return known.seq;
  await transact(context, { kind: 'system', what: 'after-effects' }, async (work) => {
    await work.db
      .insertInto('log_reader')
      .values({ name, seq: 0 })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
  });
  return 0;
}
