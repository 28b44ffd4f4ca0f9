import { prepareQuery, type Reader, type Scope, scopeOfGroup, type Trust } from '@joinery/core';

/** A stream of which a peer has not everything yet. */
export type PendingStream = {
  stream: string;
  token: string;
  epoch: string;
  acknowledged: number;
  /** Last number that the peer is to get. */
  last: number;
};

/**
 * Whether a peer may be told now what a stream holds. What it once subscribed to stays its own, but an agreement can have been narrowed since to some groups, or to none:
 * then the stream waits, as it does for a suspended partner.
 */
export function isCovered(trust: Trust, origin: string, stream: string): boolean {
  const { scope, group } = coverOf(stream);
  return trust.mayFederate(origin, scope, 'out', group).allowed;
}

/** What an agreement must cover for a node to get a stream: closed groups have streams of another name. */
export function coverOf(stream: string): { scope: Scope | null; group: string | undefined } {
  const [, group, part] = /^group:([^/]+)(\/members)?/.exec(stream) ?? [];
  if (group === undefined) return { scope: null, group };
  return { scope: scopeOfGroup(part !== undefined), group };
}

/** Streams that one peer waits for, in which it has not everything yet. */
export async function pendingStreams(db: Reader, origin: string): Promise<PendingStream[]> {
  const rows = await subscribed(db, origin)
    .whereRef('subscription.acknowledged', '<', 'stream.head')
    .where((eb) =>
      eb.or([
        eb('subscription.ends_after', 'is', null),
        eb('subscription.acknowledged', '<', eb.ref('subscription.ends_after')),
      ]),
    )
    .execute();
  return rows.map(toPending);
}

/** All streams that one peer gets, or got. */
export async function streamsOf(db: Reader, origin: string): Promise<PendingStream[]> {
  return (await subscribed(db, origin).where('stream.head', '>', 0).execute()).map(toPending);
}

function subscribed(db: Reader, origin: string) {
  return db
    .selectFrom('subscription')
    .innerJoin('stream', 'stream.id', 'subscription.stream')
    .select([
      'subscription.stream',
      'subscription.acknowledged',
      'subscription.ends_after',
      'stream.head',
      'stream.epoch',
      'stream.token',
    ])
    .where('subscription.origin', '=', origin)
    .orderBy('subscription.stream');
}

function toPending(row: Omit<PendingStream, 'last'> & { head: number; ends_after: number | null }): PendingStream {
  const { stream, token, epoch, acknowledged, head, ends_after } = row;
  return { stream, token, epoch, acknowledged, last: ends_after === null ? head : Math.min(head, ends_after) };
}

/**
 * Peers with something to be delivered, of what the log gained after `seen`; all of them at first (-1).
 * @returns the log's head that was looked at, and the origins
 */
export async function pendingOrigins(db: Reader, seen: number): Promise<{ seq: number; origins: string[] }> {
  const [head] = await readHead(db, {});
  const seq = head?.seq ?? 0;
  if (seq === seen) return { seq, origins: [] };
  const rows = await (seen >= 0 ? behindSince : behind)(db, { seen });
  return { seq, origins: rows.map((row) => row.origin) };
}

// After every commit.
const readHead = prepareQuery((db) => db.selectFrom('log_head').select('seq').where('id', '=', 1));
const allBehind = (db: Reader) =>
  db
    .selectFrom('subscription')
    .innerJoin('stream', 'stream.id', 'subscription.stream')
    .select('subscription.origin')
    .distinct()
    .whereRef('subscription.acknowledged', '<', 'stream.head')
    .where((eb) =>
      eb.or([
        eb('subscription.ends_after', 'is', null),
        eb('subscription.acknowledged', '<', eb.ref('subscription.ends_after')),
      ]),
    );
const behind = prepareQuery((db, _: { seen: number }) => allBehind(db));
const behindSince = prepareQuery((db, { seen }: { seen: number }) =>
  allBehind(db).where('subscription.stream', 'in', (eb) =>
    eb.selectFrom('log').select('log.stream').where('log.seq', '>', seen),
  ),
);
