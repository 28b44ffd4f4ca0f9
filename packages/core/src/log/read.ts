import type { Selectable } from 'kysely';
import type { Reader } from '../slice.ts';
import type { EventName, LogEvent } from './events.ts';
import type { LogTables } from './tables.ts';

/** Events after a number, in order of commits. */
export async function eventsAfter(db: Reader, seq: number, limit: number): Promise<LogEvent[]> {
  const rows = await db.selectFrom('log').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute();
  return rows.map(readEvent);
}

/** Events of one stream after a number of that stream, in order. @param without names to leave out */
export async function streamEventsAfter(
  db: Reader,
  stream: string,
  streamSeq: number,
  limit: number,
  without: readonly EventName[] = [],
): Promise<LogEvent[]> {
  const rows = await db
    .selectFrom('log')
    .selectAll()
    .where('stream', '=', stream)
    .where('stream_seq', '>', streamSeq)
    .$if(without.length > 0, (query) => query.where('name', 'not in', without))
    .orderBy('stream_seq')
    .limit(limit)
    .execute();
  return rows.map(readEvent);
}

/** The event behind an activity's address. */
export async function eventById(db: Reader, id: string): Promise<LogEvent | undefined> {
  const row = await db.selectFrom('log').selectAll().where('id', '=', id).executeTakeFirst();
  return row && readEvent(row);
}

/** A row of the log as what happened; the name was checked when it was written. */
export function readEvent(row: Selectable<LogTables['log']>): LogEvent {
  return {
    seq: row.seq,
    id: row.id,
    stream: row.stream,
    epoch: row.epoch,
    streamSeq: row.stream_seq,
    name: row.name as EventName,
    v: row.v,
    origin: row.origin,
    data: JSON.parse(row.data) as LogEvent['data'],
    at: row.at,
  };
}
