import type { Context } from '../context.ts';
import { prepareQuery } from '../db/prepared.ts';
import { isStorageFault } from '../db/storage-fault.ts';
import { savepoint, transact, type Work } from '../work.ts';
import type { LogEvent } from './events.ts';
import { eventsAfter } from './read.ts';

const batch = 100;
/** A batch ends after so many milliseconds, well before a unit of work is undone for taking too long. */
const batchTime = 1_000;

/** Does what follows from all events up to a number, unless it is done. */
export async function catchUp(context: Context, until: number): Promise<void> {
  const isThere = async () => {
    const [positions, passed] = [await readerPositions(context), passedBy(context)];
    return context.slices.every(
      ({ name, on }) => !on || Math.max(positions.get(name) ?? 0, passed.get(name) ?? 0) >= until,
    );
  };
  while (!(await isThere()) && (await runAfterEffects(context)) > 0);
}

type Effect = (work: Work, event: LogEvent) => Promise<void>;
/** What one slice has to do: events after `from`, of which those up to `start` do not concern it. */
type Due = {
  name: string;
  effects: Record<string, Effect | undefined>;
  from: number;
  start: number;
  last: number;
  events: LogEvent[];
};

/**
 * Runs what slices do after something happened (`on`), in the order of the log, each exactly once: how far a slice got is committed together with
 * what it did. A failing effect is logged and stepped over, so that it cannot hold up the others. What several slices do after the same events is one
 * commit: on a busy disk waiting for it takes longer than all that they do.
 * @returns number of events seen; 0 when all is done
 */
export async function runAfterEffects(context: Context): Promise<number> {
  const passed = passedBy(context);
  const positions = await readerPositions(context);
  // Most slices are equally far.
  const read = new Map<number, Promise<LogEvent[]>>();
  const eventsFrom = (seq: number) => {
    const events = read.get(seq) ?? eventsAfter(context.db.reader, seq, batch);
    read.set(seq, events);
    return events;
  };
  let most = 0;
  let due: Due[] = [];
  for (const { name, on } of context.slices) {
    if (!on) continue;
    const effects = on as Due['effects'];
    const from = positions.get(name) ?? 0;
    const start = Math.max(from, passed.get(name) ?? 0);
    const events = await eventsFrom(start);
    if (events.length === 0) continue;
    most = Math.max(most, events.length);
    const last = events.at(-1)?.seq ?? start;
    if (last - from <= mostPassed && !events.some((event) => effects[event.name])) passed.set(name, last);
    else due.push({ name, effects, from, start, last, events });
  }
  while (due.length > 0) due = await runTogether(context, due);
  return most;
}

/** @returns those for which there was no time left, untouched */
async function runTogether(context: Context, due: Due[]): Promise<Due[]> {
  try {
    return await transact(context, { kind: 'system', what: 'after-effects' }, async (work) => {
      const until = performance.now() + batchTime;
      const mine: Due[] = [];
      // All of them before any effect: another worker (PostgreSQL) then waits at the first, and two never wait for each other.
      for (const one of due) if (await movePosition(work, one.name, one.from, one.last)) mine.push(one);
      const later: Due[] = [];
      for (const one of mine) {
        if (one === mine[0] || performance.now() <= until) await runEffects(context, work, one, until);
        else {
          await movePosition(work, one.name, one.last, one.from);
          later.push(one);
        }
      }
      return later;
    });
  } catch (error) {
    // One that takes too long by itself must not hold up the others.
    const [one, ...others] = due;
    if (!one || others.length === 0 || isStorageFault(error)) throw error;
    const outcomes: PromiseSettledResult<Due[]>[] = [];
    for (const alone of due) outcomes.push(...(await Promise.allSettled([runTogether(context, [alone])])));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return [];
  }
}

async function runEffects(context: Context, work: Work, due: Due, until: number): Promise<void> {
  const { name, effects, start, last, events } = due;
  for (const [index, event] of events.entries()) {
    if (index > 0 && performance.now() > until) {
      await movePosition(work, name, last, events[index - 1]?.seq ?? start);
      return;
    }
    const effect = effects[event.name];
    if (!effect) continue;
    try {
      await savepoint(work, (part) => effect(part, event), { by: { kind: 'system', what: `after ${name}` } });
    } catch (error) {
      // The disk or the database is at fault, not the effect: the whole batch is done again later.
      if (isStorageFault(error)) throw error;
      context.logger.error('after_effect.failed', {
        slice: name,
        event: event.name,
        seq: event.seq,
        reason: String(error),
      });
    }
  }
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

const readReaders = prepareQuery((db, _: object) => db.selectFrom('log_reader').select(['name', 'seq']));

/** How far each slice came. One that is new begins at the beginning. */
async function readerPositions(context: Context): Promise<Map<string, number>> {
  const positions = new Map((await readReaders(context.db.reader, {})).map(({ name, seq }) => [name, seq]));
  const unknown = context.slices.flatMap(({ name, on }) => (on && !positions.has(name) ? [{ name, seq: 0 }] : []));
  if (unknown.length > 0)
    await transact(context, { kind: 'system', what: 'after-effects' }, async (work) => {
      await work.db
        .insertInto('log_reader')
        .values(unknown)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
    });
  return positions;
}
