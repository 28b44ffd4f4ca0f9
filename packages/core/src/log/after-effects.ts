import type { Context } from '../context.ts';
import { prepareQuery } from '../db/prepared.ts';
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
  const passed = passedBy(context);
  // Most slices are equally far.
  const read = new Map<number, Promise<LogEvent[]>>();
  const eventsFrom = (seq: number) => {
    const events = read.get(seq) ?? eventsAfter(context.db.reader, seq, batch);
    read.set(seq, events);
    return events;
  };
  for (const slice of context.slices) {
    if (!slice.on) continue;
    const effects = slice.on as Record<string, ((work: Work, event: LogEvent) => Promise<void>) | undefined>;
    const from = await readerPosition(context, slice.name);
    const start = Math.max(from, passed.get(slice.name) ?? 0);
    const events = await eventsFrom(start);
    if (events.length === 0) continue;
    most = Math.max(most, events.length);
    const last = events.at(-1)?.seq ?? start;
    if (last - from <= mostPassed && !events.some((event) => effects[event.name])) {
      passed.set(slice.name, last);
      continue;
    }
    await transact(context, { kind: 'system', what: `after ${slice.name}` }, async (work) => {
      if (!(await movePosition(work, slice.name, from, last))) return;
      const until = performance.now() + batchTime;
      for (const [index, event] of events.entries()) {
        if (performance.now() > until) {
          await movePosition(work, slice.name, last, events[index - 1]?.seq ?? start);
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

/**
 * How far each slice came over events that do not concern it, since its position was last written: a commit for each would cost more than all
 * else. Lost with the process, which then passes over them again.
 */
const passedOver = new WeakMap<Context, Map<string, number>>();
const mostPassed = 1_000;

function passedBy(context: Context): Map<string, number> {
  const known = passedOver.get(context) ?? new Map<string, number>();
  passedOver.set(context, known);
  return known;
}

/** Two workers may be here at once (PostgreSQL): only the one that moves the position does the work. */
async function movePosition(work: Work, name: string, from: number, to: number): Promise<boolean> {
  return (await moveReader(work.db, { name, from, to })).length > 0;
}

const moveReader = prepareQuery((db, { name, from, to }: { name: string; from: number; to: number }) =>
  db.updateTable('log_reader').set({ seq: to }).where('name', '=', name).where('seq', '=', from).returning('name'),
);

const readReader = prepareQuery((db, { name }: { name: string }) =>
  db.selectFrom('log_reader').select('seq').where('name', '=', name),
);

async function readerPosition(context: Context, name: string): Promise<number> {
  const [known] = await readReader(context.db.reader, { name });
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
