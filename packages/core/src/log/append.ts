import { sql, type Transaction } from 'kysely';
import { prepareInsert, prepareQuery } from '../db/prepared.ts';
import type { Schema } from '../db/schema.ts';
import { newId } from '../ids.ts';
import type { Slice } from '../slice.ts';
import type { EventName } from './events.ts';

/** An event that waits for the end of its unit of work. */
export type CollectedEvent = { id: string; name: EventName; stream: string; data: unknown; origin: string; at: string };

/**
 * Writes the events of a unit of work, as its last act before COMMIT. Raising the one row of `log_head` puts commits in order on
 * PostgreSQL too: whoever holds it commits next, so a reader that goes by `seq` never skips (see docs/adr/0006).
 */
export async function appendEvents(db: Transaction<Schema>, slices: Slice[], events: CollectedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const [head] = await raiseHead(db, { count: events.length });
  if (!head) throw new Error('The log has no head');
  let seq = head.seq - events.length;
  for (const event of events) {
    seq += 1;
    const definition = definitionOf(slices, event.name);
    const stream = await raiseStream(db, event);
    await insertRow(db, {
      seq,
      id: event.id,
      stream: event.stream,
      epoch: stream.epoch,
      stream_seq: stream.head,
      name: event.name,
      v: definition.v,
      origin: event.origin,
      data: JSON.stringify(definition.data.parse(event.data)),
      at: event.at,
    });
  }
}

const raiseHead = prepareQuery((db, { count }: { count: number }) =>
  db
    .updateTable('log_head')
    .set({ seq: sql<number>`seq + ${count}` })
    .where('id', '=', 1)
    .returning('seq'),
);

const insertRow = prepareInsert('log');

const raiseKnownStream = prepareQuery((db, { id }: { id: string }) =>
  db
    .updateTable('stream')
    .set((eb) => ({ head: eb('head', '+', 1) }))
    .where('id', '=', id)
    .returning(['epoch', 'head']),
);

function definitionOf(slices: Slice[], name: EventName) {
  for (const slice of slices) {
    const definition = slice.events?.[name];
    if (definition) return definition;
  }
  throw new Error(`The event ${name} is not declared by any slice: add it to the slice's events`);
}

async function raiseStream(db: Transaction<Schema>, event: CollectedEvent): Promise<{ epoch: string; head: number }> {
  const [raised] = await raiseKnownStream(db, { id: event.stream });
  if (raised) return raised;
  const epoch = newId();
  await db.insertInto('stream').values({ id: event.stream, epoch, head: 1, token: newId() }).execute();
  // What is addressed to one node has that node as its subscriber, from the first event on.
  if (event.stream.startsWith('node:')) {
    const origin = event.stream.slice('node:'.length);
    await db
      .insertInto('subscription')
      .values({ stream: event.stream, origin, epoch, acknowledged: 0, created_at: event.at, ends_after: null })
      .execute();
  }
  return { epoch, head: 1 };
}
