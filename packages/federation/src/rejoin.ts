import {
  addressOf,
  type By,
  type Context,
  countIn,
  holdAccounts,
  isObject,
  type JsonObject,
  listOf,
  type NamedRoles,
  nodeActor,
  type RestoreDecision,
  type Restored,
  refuse,
  restoredState,
  streams,
  transact,
  type Work,
  writeRestored,
} from '@joinery/core';
import { firstTaker } from './apply.ts';
import type { Bridge } from './bridge.ts';
import { compareDigest } from './digest.ts';
import { signedFetch } from './fetch.ts';
import { streamAddress } from './outgoing.ts';
import { ownKey } from './own-key.ts';
import { readProof, verifyProof } from './proof.ts';
import { textOf } from './read.ts';
import { suspendPartner } from './trust/partners.ts';
import { unansweredOrigins } from './trust/restored.ts';
import { trustListOf } from './trust/trust.ts';

/**
 * An administrator says that this node, restored from a backup, is the only one of its name, and what holds of what may have been withdrawn since the backup. From now on
 * it asks each Joinery peer what that holds of ours, and exchanges again with those that have told. Other software is exchanged with at once.
 * @param decided.by who decides, where `by` does not name a person
 * @param decided.administrators who administers the node from now on, by local id; every other account waits to be let in (`held.ts`). Of `anew`
 * @param decided.officers who decides about partners, in the same way
 * @throws {Refusal} conflict when the node was not restored; invalid when nobody is named an administrator, or somebody who cannot be
 */
export async function confirmRestored(
  context: Context,
  by: By,
  decided: { take: RestoreDecision['take']; by?: string; reason?: string } & Partial<NamedRoles>,
): Promise<Restored> {
  const trust = trustListOf(context);
  await trust.refresh();
  return transact(context, by, async (work) => {
    const state = await restoredState(work.db);
    if (state === null) refuse('conflict', 'This node was not restored from a backup: there is nothing to confirm');
    if (state.confirmedAt !== null) return state;
    const peers = await work.db
      .selectFrom('peer')
      .select('origin')
      .where('joinery', '=', 1)
      .orderBy('origin')
      .execute();
    const waiting = peers
      .map(({ origin }) => origin)
      .filter(
        (origin) =>
          trust.mayFederate(origin, null, 'in').reason === 'quarantine' ||
          trust.mayFederate(origin, null, 'out').reason === 'quarantine',
      );
    const decision = {
      take: decided.take,
      person: by.kind === 'person' ? by.person : null,
      by: decided.by ?? '',
      reason: decided.reason ?? '',
      ...(decided.take === 'anew' ? { administrators: decided.administrators ?? [] } : {}),
    };
    const confirmed = { ...state, confirmedAt: work.now, waiting, decision };
    await writeRestored(work.db, confirmed);
    const { administrators = [], officers = [] } = decided;
    const lost = decision.take === 'anew' ? await holdAccounts(work, { administrators, officers }, state.at) : [];
    for (const one of lost) work.emit('federation.role_ended', streams.local, { person: one });
    if (decision.take === 'anew')
      for (const slice of [...context.slices].reverse()) await slice.chooseAnew?.(work, confirmed);
    work.emit('federation.confirmed', streams.local, {});
    const { take, person } = decision;
    work.emit('federation.restore_decided', streams.local, { take, person });
    context.logger.warn('restored.confirmed', { take, by: person ?? 'command line', asOf: state.asOf });
    return confirmed;
  });
}

export type Rejoin = {
  start: () => void;
  [Symbol.asyncDispose]: () => Promise<void>;
};

const firstWaitSeconds = 2;
const longestWaitSeconds = 300;
const heldBytes = 8_000_000;

/** After a restore: asks every peer that has not told yet what it holds of ours, for as long as it takes. @param parts.open the peer has told: exchange may begin */
export function createRejoin(bridge: Bridge, parts: { open: (origin: string) => Promise<void> }): Rejoin {
  const { context } = bridge;
  const running = new Map<string, Promise<void>>();
  const timers = new Map<string, { tries: number; timer: NodeJS.Timeout | undefined }>();
  let closed = false;
  let said = false;

  const ask = async (origin: string): Promise<void> => {
    const told = await askHeld(bridge, origin);
    if (told) {
      timers.delete(origin);
      await parts.open(origin);
      return;
    }
    const { tries } = timers.get(origin) ?? { tries: 0 };
    const wait = Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** tries) * 1_000;
    timers.set(origin, { tries: tries + 1, timer: setTimeout(() => run(origin), wait).unref() });
  };
  const run = (origin: string) => {
    if (closed || running.has(origin)) return;
    const task = ask(origin)
      .catch((error) => context.logger.error('rejoin.failed', { origin, reason: String(error) }))
      .finally(() => running.delete(origin));
    running.set(origin, task);
  };
  const look = async () => {
    const state = await restoredState(context.db.reader);
    if (state?.confirmedAt === null && !said) {
      said = true;
      context.logger.warn('restored.quarantine', { asOf: state.asOf });
    }
    if (state === null || state.confirmedAt === null) return;
    const unanswered = new Set(await unansweredOrigins(context.db.reader));
    for (const origin of state.waiting) if (!timers.has(origin) && !unanswered.has(origin)) run(origin);
  };
  let looking: Promise<void> = Promise.resolve();
  const lookSoon = () => {
    looking = looking.then(look).catch((error) => context.logger.error('rejoin.failed', { reason: String(error) }));
  };
  let stop = () => {};
  return {
    start: () => {
      stop = context.db.changes.subscribe(lookSoon);
      lookSoon();
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      stop();
      await looking;
      for (const { timer } of timers.values()) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}

/**
 * Reads what a peer holds of ours. Our own signed notice that its agreement is suspended, made after the backup, comes back before anything else; our lane to it
 * rewinds to what it has, and we to what it has told us.
 * @returns false when it did not answer
 */
async function askHeld(bridge: Bridge, origin: string): Promise<boolean> {
  const { context, trust } = bridge;
  await trust.refresh();
  if (
    trust.mayFederate(origin, null, 'in').reason !== 'quarantine' &&
    trust.mayFederate(origin, null, 'out').reason !== 'quarantine'
  ) {
    // Suspended or ended meanwhile: there is nothing to take up again.
    await noLongerWaiting(bridge, origin, 0);
    return true;
  }
  const close = trust.markReachable(origin);
  try {
    const answer = await signedFetch(bridge, `${origin}/streams/held`, 'after a restore: what is held of ours', {
      maximumBytes: heldBytes,
    });
    if (!answer.ok || !answer.document) {
      context.logger.warn('rejoin.waiting', { origin, fault: answer.ok ? 'no_document' : answer.code });
      return false;
    }
    const { document } = answer;
    const endedKeys = await endedHere(bridge, document);
    if (await wasSuspended(bridge, origin, document)) {
      await noLongerWaiting(bridge, origin, 0, endedKeys);
      return true;
    }
    await takeBackAgain(bridge, document);
    const lost = await rewind(bridge, origin, document);
    // Streams that were begun after the backup are found in the peer's own list.
    await compareDigest(bridge, [], origin, '');
    await noLongerWaiting(bridge, origin, lost, endedKeys);
    context.logger.info('rejoin.told', { origin, lost });
    return true;
  } finally {
    close();
    await trust.refresh();
  }
}

/** Keys of actors of this node that the peer has seen end and that the backup has in use. */
async function endedHere({ context }: Bridge, held: JsonObject): Promise<string[]> {
  const ids = listOf(held['joinery:endedKeys']).filter((id) => typeof id === 'string');
  if (ids.length === 0) return [];
  const at = (await restoredState(context.db.reader))?.at;
  if (at === undefined) return [];
  // A key made since cannot have ended before: what a peer says of it is not heard.
  const used = context.db.reader.selectFrom('key').select('id').where('retired_at', 'is', null);
  const rows = await used.where('created_at', '<', at).where('id', 'in', ids.slice(0, 1_000)).execute();
  return rows.map(({ id }) => id);
}

async function noLongerWaiting(
  { context }: Bridge,
  origin: string,
  lost: number,
  ended: readonly string[] = [],
): Promise<void> {
  await transact(context, { kind: 'peer', origin }, async (work) => {
    const state = await restoredState(work.db);
    if (!state?.waiting.includes(origin)) return;
    const told = [...(state.told ?? []), { origin, lost }];
    const waiting = state.waiting.filter((one) => one !== origin);
    const endedKeys = [...new Set([...(state.endedKeys ?? []), ...ended])];
    await writeRestored(work.db, { ...state, waiting, told, endedKeys });
    work.emit('federation.rejoined', streams.local, { node: origin });
  });
}

/** A peer that has less of a stream than the backup says it acknowledged (it was restored too) gets it again. @returns how many numbers of ours it has that we have not */
async function rewind({ context }: Bridge, origin: string, held: JsonObject): Promise<number> {
  const positions = new Map<string, number>();
  for (const item of listOf(held.items).filter(isObject)) {
    const stream = textOf(item.id);
    const sequence = countIn(item['joinery:sequence']);
    if (stream !== null && sequence !== null) positions.set(stream, sequence);
  }
  return transact(context, { kind: 'peer', origin }, async (work) => {
    const rows = await work.db
      .selectFrom('subscription')
      .innerJoin('stream', 'stream.id', 'subscription.stream')
      .select(['stream.id', 'stream.token', 'stream.head', 'subscription.acknowledged'])
      .where('subscription.origin', '=', origin)
      .execute();
    let lost = 0;
    for (const row of rows) {
      const has = positions.get(streamAddress(work.home, row.token));
      if (has === undefined) continue;
      lost += Math.max(0, has - row.head);
      if (has < row.acknowledged)
        await work.db
          .updateTable('subscription')
          .set({ acknowledged: has })
          .where('stream', '=', row.id)
          .where('origin', '=', origin)
          .execute();
    }
    return lost;
  });
}

/** What people of ours took back after the backup, as the peer has it: each proven by its author's own key, so that nobody else can say so. */
async function takeBackAgain(bridge: Bridge, held: JsonObject): Promise<void> {
  const { context } = bridge;
  const state = await restoredState(context.db.reader);
  let done = 0;
  for (const activity of listOf(held['joinery:takenBack']).slice(0, 1_000)) {
    if (!isObject(activity) || activity.type !== 'Delete' || state === null) continue;
    const [id, actor, proof] = [textOf(activity.id), addressOf(activity.actor), readProof(activity)];
    const key = proof && (await ownKey(context.db.reader, proof.verificationMethod));
    if (id === null || actor === null || !proof || key?.owner !== actor || !verifyProof(activity, key.key)) continue;
    // Proofs are dated in whole seconds.
    if (Date.parse(proof.created) + 1_000 < Date.parse(state.asOf)) continue;
    const inbound = { id, type: 'Delete', actor, origin: context.config.origin, activity, through: null } as const;
    const { state: outcome } = await transact(context, { kind: 'system', what: 'restore' }, (work) =>
      firstTaker(bridge, work, { ...inbound, verified: 'proof', text: JSON.stringify(activity) }),
    );
    if (outcome === 'applied') done += 1;
  }
  if (done > 0) context.logger.info('rejoin.taken_back', { done });
}

/** Whether the peer gives back our own signed word, later than the backup, that we suspended it: then it stays suspended. */
async function wasSuspended({ context }: Bridge, origin: string, held: JsonObject): Promise<boolean> {
  const statement = held['joinery:agreement'];
  const state = await restoredState(context.db.reader);
  if (!isObject(statement) || statement.type !== 'Remove' || state === null) return false;
  const own = nodeActor(context.config.origin);
  if (addressOf(statement.actor) !== own || addressOf(statement.object) !== nodeActor(origin)) return false;
  const proof = readProof(statement);
  const key = proof && (await ownKey(context.db.reader, proof.verificationMethod));
  if (!proof || key?.owner !== own || !verifyProof(statement, key.key)) return false;
  // Proofs are dated in whole seconds.
  if (Date.parse(proof.created) + 1_000 < Date.parse(state.asOf)) return false;
  await transact(context, { kind: 'system', what: 'restore' }, (work: Work) =>
    suspendPartner(work, {
      origin,
      by: 'restore',
      reason: `Suspended on ${proof.created}, after the backup that this node was restored from: their node gave our signed notice back`,
    }),
  );
  context.logger.warn('rejoin.suspended', { origin });
  return true;
}
