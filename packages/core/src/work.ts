import { AsyncLocalStorage } from 'node:async_hooks';
import { CompiledQuery, type Transaction } from 'kysely';
import type { Context } from './context.ts';
import type { Schema } from './db/schema.ts';
import { refuse } from './errors.ts';
import { newId } from './ids.ts';
import { isPlanned } from './jobs/planned.ts';
import { appendEvents, type CollectedEvent } from './log/append.ts';
import type { EventName, Events } from './log/events.ts';
import { once } from './once.ts';
import type { Trust } from './ports.ts';
import type { Secret } from './secret.ts';

/** Who does it. Goes into no log line as a name, only as an id. */
export type By =
  | { kind: 'person'; person: string }
  | { kind: 'peer'; origin: string }
  | { kind: 'command'; by: string }
  | { kind: 'system'; what: string };

/** One change: everything in it is committed together, with its rows in the log, or not at all. */
export type Work = {
  db: Transaction<Schema>;
  /** The one instant of this change, UTC with milliseconds. */
  now: string;
  by: By;
  /** `local`, or the origin of the node that sent what is being applied. */
  origin: string;
  /** This node's own origin, for the addresses of what is made. */
  home: string;
  trust: Trust;
  /** To encrypt what is stored. */
  secret: Secret;
  /**
   * Says that something happened. Written to the log as the last act before COMMIT.
   * @returns id of the event; its activity has the address `<home>/activities/<id>`
   */
  emit: <E extends EventName>(name: E, stream: string, data: Events[E]) => string;
};

const mark = new AsyncLocalStorage<{ since: number }>();

/** True while the current chain of calls is inside a unit of work. */
export function insideUnitOfWork(): boolean {
  return mark.getStore() !== undefined;
}

/**
 * Guards a port (outer database, doors, files, mail, hashing, timers): none of them may be used inside a unit of work, where they
 * would hang the single writer or make a change that the rollback cannot undo.
 * @throws {Refusal} inside_unit_of_work
 */
export function assertOutsideUnitOfWork(port: string): void {
  if (insideUnitOfWork())
    refuse('inside_unit_of_work', `${port} was used inside a unit of work: do it before or after`);
}

const logAfterMilliseconds = 1_000;
const abortAfterMilliseconds = 5_000;

type WorkContext = Pick<Context, 'db' | 'clock' | 'config' | 'logger' | 'slices' | 'secret'> & {
  ports: { trust: Trust };
};

/**
 * Runs one change in one transaction on the writer connection.
 * @param by who does it
 * @param change gets the work; must not touch network, files, or the outer database
 * @param options.origin `local` unless the change comes from another node
 * @returns what `change` answered, after COMMIT; in a request that is made once (`once.ts`) it must be plain JSON
 * @throws whatever `change` throws, after ROLLBACK; took_too_long after five seconds; unavailable once the disk has failed
 */
export async function transact<T>(
  context: WorkContext,
  by: By,
  change: (work: Work) => Promise<T>,
  options: { origin?: string } = {},
): Promise<T> {
  assertOutsideUnitOfWork('transact');
  // What is brought from another node is no step of a request: whether it still has to be brought differs from one attempt to the next.
  const step = by.kind === 'peer' ? undefined : once.getStore()?.nextStep();
  if (step?.earlier) return step.earlier.answer as T;
  const fault = context.db.fault();
  if (fault !== null)
    refuse('unavailable', `The disk failed (${fault}), so this node writes nothing more: check the disk, then restart`);
  const since = performance.now();
  let wrote = false;
  let planned = false;
  const answer = await mark.run({ since }, () =>
    // Without the plugin that keeps everybody else from the writer while a unit of work has it.
    context.db.writer
      .withoutPlugins()
      .transaction()
      .execute(async (db) => {
        const collected: CollectedEvent[] = [];
        const work = makeWork(context, db, by, options.origin ?? 'local', collected);
        const result = await withDeadline(change(work));
        await step?.record(db, result, work.now);
        await appendEvents(db, context.slices, collected);
        wrote = collected.length > 0;
        planned = isPlanned(db);
        return result;
      }),
  );
  const took = performance.now() - since;
  if (took > logAfterMilliseconds) context.logger.warn('work.slow', { milliseconds: Math.round(took), by: by.kind });
  // What wakes up now is not part of the request.
  if (wrote || planned) once.run(undefined, () => context.db.changes.announce(wrote));
  return answer;
}

/**
 * Runs part of a unit of work so that its failure undoes only that part, its events included.
 * @throws whatever `part` throws, after ROLLBACK TO SAVEPOINT
 */
export async function savepoint<T>(
  work: Work,
  part: (work: Work) => Promise<T>,
  options: { origin?: string; by?: By } = {},
): Promise<T> {
  const collected: CollectedEvent[] = [];
  const inner = collectInto(collected, { ...work, origin: options.origin ?? work.origin, by: options.by ?? work.by });
  await work.db.executeQuery(begin);
  try {
    const result = await part(inner);
    await work.db.executeQuery(release);
    collectors.get(work)?.push(...collected);
    return result;
  } catch (error) {
    await work.db.executeQuery(rollback);
    await work.db.executeQuery(release);
    throw error;
  }
}

const begin = CompiledQuery.raw('savepoint part');
const release = CompiledQuery.raw('release savepoint part');
const rollback = CompiledQuery.raw('rollback to savepoint part');

/** Where each work gathers its events, so that a savepoint can hand its own to the work around it. */
const collectors = new WeakMap<Work, CollectedEvent[]>();

function collectInto(collected: CollectedEvent[], parts: Omit<Work, 'emit'>): Work {
  const work: Work = {
    ...parts,
    emit: (name, stream, data) => {
      const id = newId();
      collected.push({ id, name, stream, data, origin: parts.origin, at: parts.now });
      return id;
    },
  };
  collectors.set(work, collected);
  return work;
}

function makeWork(
  context: WorkContext,
  db: Transaction<Schema>,
  by: By,
  origin: string,
  collected: CollectedEvent[],
): Work {
  return collectInto(collected, {
    db,
    now: context.clock.now().toISOString(),
    by,
    origin,
    home: context.config.origin,
    trust: context.ports.trust,
    secret: context.secret,
  });
}

async function withDeadline<T>(running: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      try {
        refuse('took_too_long', 'A change took more than five seconds and was undone');
      } catch (error) {
        reject(error);
      }
    }, abortAfterMilliseconds);
  });
  try {
    return await Promise.race([running, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
