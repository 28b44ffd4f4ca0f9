import { addressOf, isRefusal, savepoint, transact, type Work } from '@joinery/core';
import { applyInbound, missingAddresses } from './apply.ts';
import type { Bridge } from './bridge.ts';
import { away, isRepetition, ledgerRow, releaseWaiting, type Settled, writeLedger } from './ledger.ts';
import { keepsPlace } from './peer-streams.ts';
import type { LedgerRow, PeerStreamRow } from './tables.ts';
import { type Arrived, type Prepared, prepare } from './unwrap.ts';

/** What the sender is told. `accepted` only after COMMIT. */
type Taken = { state: 'accepted' | 'conflict' };

/** Step one and two of the inbox: every verified activity becomes a row of the ledger, and where nothing has to be fetched its effect is committed with it. */
export type Inbox = {
  /**
   * Takes one activity. Under load many share one commit.
   * @throws storage faults: nothing was taken, the sender must try again
   */
  take: (arrived: Arrived) => Promise<Taken>;
};

/** What remains to be done outside the transaction. */
export type Remaining = {
  /** Something received needs a fetch first. */
  toWorkOff: (origin: string) => void;
  /** A number of this stream never came: ask the sender for it. */
  gap: (origin: string, stream: string) => void;
};

const largestBatch = 64;

type Waiting = { item: Prepared; resolve: (taken: Taken) => void; reject: (error: unknown) => void };

/** @param remaining is told after COMMIT */
export function createInbox(bridge: Bridge, remaining: Remaining): Inbox {
  const { context } = bridge;
  let queue: Waiting[] = [];
  let committing = false;

  const commit = async () => {
    committing = true;
    while (queue.length > 0) {
      const batch = queue.slice(0, largestBatch);
      queue = queue.slice(largestBatch);
      try {
        const done = await settleAll(
          bridge,
          batch.map((waiting) => waiting.item),
        );
        batch.forEach((waiting, index) => {
          waiting.resolve({ state: done[index]?.conflict ? 'conflict' : 'accepted' });
        });
        for (const [index, { later, gap, released }] of done.entries()) {
          const item = batch[index]?.item;
          if (item && later) remaining.toWorkOff(item.origin);
          for (const origin of released) remaining.toWorkOff(origin);
          if (item?.place && gap) remaining.gap(item.origin, item.place.stream);
        }
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
    committing = false;
  };
  return {
    take: async (arrived) => {
      const item = await prepare(bridge, context.db.reader, arrived);
      return new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        // Whatever arrives until the next turn of the event loop shares the commit.
        if (!committing) setImmediate(() => void (committing || commit()));
      });
    },
  };
}

export type SettleOptions = {
  /** Everything was asked for already: apply with what is known. */
  fetched?: boolean;
  /** Read from the sender's own log: a number that is not there will never come. */
  pulled?: boolean;
  /** Some of it could not be had because its node does not answer just now: what waits for it is tried again. */
  away?: boolean;
};

type Done = {
  conflict: boolean;
  later: boolean;
  gap: boolean;
  /** Origins of what had waited for this and can go on now. */
  released: string[];
};

/** Several activities in one transaction, each in its own savepoint, in the order given. */
export async function settleAll(bridge: Bridge, items: Prepared[], options: SettleOptions = {}): Promise<Done[]> {
  const origin = items[0]?.origin ?? 'unknown';
  return transact(
    bridge.context,
    { kind: 'peer', origin },
    async (work) => {
      const positions = new Map<string, PeerStreamRow>();
      const done: Done[] = [];
      for (const item of items) done.push(await settle(bridge, work, item, positions, options));
      for (const position of positions.values()) await savePosition(work, position);
      return done;
    },
    { origin },
  );
}

const accepted: Done = { conflict: false, later: false, gap: false, released: [] };

/**
 * One activity: repetition, out of its turn, to be worked off after a fetch, or applied now.
 */
async function settle(
  bridge: Bridge,
  work: Work,
  item: Prepared,
  positions: Map<string, PeerStreamRow>,
  options: SettleOptions,
): Promise<Done> {
  const known = await ledgerRow(work.db, item.id);
  if (known && !isRepetition(known, item) && !isWithdrawn(known, item, options)) {
    bridge.context.logger.warn('inbox.id_reused', { origin: item.origin, activity: item.id });
    return { ...accepted, conflict: true };
  }
  const position = await positionOf(work, item, positions);
  const turn = turnOf(item, position);
  if (known && known.state !== 'received') {
    if (turn !== 'early' && position && item.place)
      position.position = Math.max(position.position, item.place.sequence);
    return accepted;
  }
  if (turn === 'early' && !options.pulled) {
    await writeLedger(work, item, { state: 'received', code: null, waitsFor: null }, known);
    return { ...accepted, gap: true };
  }
  if (!options.fetched && (await missingAddresses(bridge, work.db, item)).length > 0) {
    await writeLedger(work, item, { state: 'received', code: null, waitsFor: null }, known);
    return { ...accepted, later: true };
  }
  const released = await settleNow(bridge, work, item, known, options);
  if (position && item.place) position.position = Math.max(position.position, item.place.sequence);
  return { ...accepted, released };
}

/** Whether the sender's own log withholds by now what came before its turn, and waits for it here: it must not be applied after what followed it. */
function isWithdrawn(known: LedgerRow, item: Prepared, { pulled }: SettleOptions): boolean {
  const isWithheld = item.inbound.activity['joinery:withheld'] === true;
  return pulled === true && isWithheld && known.origin === item.origin && known.state === 'received';
}

/** @returns origins of what had waited for it */
async function settleNow(
  bridge: Bridge,
  work: Work,
  item: Prepared,
  known: LedgerRow | undefined,
  options: SettleOptions,
): Promise<string[]> {
  await introduceAuthor(bridge, work, item);
  const settled: Settled = await applyInbound(bridge, work, item);
  if (settled.state === 'waiting' && options.away) settled.code = away;
  await writeLedger(work, item, settled, known);
  if (settled.state !== 'applied') return [];
  const { inbound, object } = item;
  // Of what was announced it is the inner object that others wait for.
  const uris = new Set([inbound.id, object, addressOf(inbound.activity.object)]);
  const released: string[] = [];
  for (const uri of uris) if (uri) released.push(...(await releaseWaiting(work, uri)));
  return released;
}

/** An author whose node we may not ask is known through the group: name, agency and key as its node vouches for them. */
async function introduceAuthor(bridge: Bridge, work: Work, item: Prepared): Promise<void> {
  const { vouched } = item;
  // Of those whom we block not even the name is kept.
  if (!vouched || bridge.trust.mayFederate(item.inbound.origin, null, 'in').reason === 'blocked') return;
  const kinds = bridge.context.slices.flatMap((slice) => slice.objects ?? []);
  const people = kinds.find((kind) => kind.remoteTypes?.includes('Person'));
  if (!people?.saveRemote || (await people.load(work.db, { uri: vouched.owner }))) return;
  const document = {
    id: vouched.owner,
    type: 'Person',
    name: vouched.name ?? '',
    'joinery:agency': vouched.agency ?? undefined,
  };
  try {
    await savepoint(work, async (part) => {
      await bridge.remoteKeys.saveVouched(part, vouched);
      await people.saveRemote?.(part, document, { fetchedAt: part.now, verified: 'unchecked' });
    });
  } catch (error) {
    // Nobody that can be kept here: the activity's handler decides what that means.
    if (!isRefusal(error)) throw error;
  }
}

/** Where we are in the stream; read once per transaction. A first contact begins where the sender begins. */
async function positionOf(
  work: Work,
  item: Prepared,
  positions: Map<string, PeerStreamRow>,
): Promise<PeerStreamRow | null> {
  if (!item.place) return null;
  const { stream, epoch, sequence } = item.place;
  const cached = positions.get(stream);
  const row =
    cached ??
    (await work.db
      .selectFrom('peer_stream')
      .selectAll()
      .where('origin', '=', item.origin)
      .where('stream', '=', stream)
      .executeTakeFirst());
  if (!row && !(await keepsPlace(work.db, item.origin, stream))) return null;
  const position =
    row && row.epoch === epoch ? row : { origin: item.origin, stream, epoch, position: sequence - 1, head: sequence };
  position.head = Math.max(position.head, sequence);
  positions.set(stream, position);
  return position;
}

function turnOf(item: Prepared, position: PeerStreamRow | null): 'free' | 'old' | 'next' | 'early' {
  if (!position || !item.place) return 'free';
  if (item.place.sequence <= position.position) return 'old';
  return position.position >= item.place.after ? 'next' : 'early';
}

async function savePosition(work: Work, row: PeerStreamRow): Promise<void> {
  await work.db
    .insertInto('peer_stream')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['origin', 'stream']).doUpdateSet({ epoch: row.epoch, position: row.position, head: row.head }),
    )
    .execute();
}
