import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  type ActivityDocument,
  addressOf,
  type DoorAnswer,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  nodeActor,
  originOf,
  type Reader,
  transact,
  type Work,
} from '@joinery/core';
import { LRUCache } from 'lru-cache';
import { type Fetcher, signedFetch } from './fetch.ts';
import { createForgeries, type Forgeries } from './forgeries.ts';
import { decodeMultikey } from './multikey.ts';
import { textOf, withoutFragment } from './read.ts';
import { pinKey } from './trust/partners.ts';

/** A public key of an actor elsewhere, ready to verify with. */
export type RemoteKey = {
  id: string;
  owner: string;
  key: KeyObject;
  through: string | null;
  fetchedAt: number;
  /** Of a lent key: the key that stands for a group's in the same request. */
  group?: { uri: string; key: KeyObject };
};

/** Finds public keys of actors elsewhere: memory, then table, then their owner's own node, nothing else. */
export type RemoteKeys = {
  /** Without network. */
  known: (db: Reader, id: string) => Promise<RemoteKey | undefined>;
  /**
   * With network: once per key and minute at most, so that forged signatures cannot make us fetch without end. A node that could not answer just then is asked
   * again after some seconds, since its next delivery comes as soon.
   */
  fetch: (id: string) => Promise<RemoteKey | undefined>;
  /**
   * Stores the keys in an actor's document that came from its own address; what it named before and names no more has ended.
   * @param sentAt UTC instant at which it was asked for: of two answers the one that was asked for last holds, whichever is stored last
   */
  saveFromActor: (work: Work, document: ActivityDocument, sentAt?: string) => Promise<void>;
  /** After a commit of `saveFromActor`: what others have read meanwhile is not used any more. */
  forget: (document: ActivityDocument) => void;
  /** Stores a key that a group vouches for (`joinery:authorKey`); never replaces one that came from its owner. */
  saveVouched: (work: Work, key: { id: string; owner: string; multibase: string; through: string }) => Promise<void>;
  forgeries: Forgeries;
  /**
   * Knows a throw-away key for a request that this process makes to itself, to prove what its owner would get. In memory only; `known` does not know
   * it, so no activity and no proof is ever believed by it.
   * @param key.id unguessable
   * @returns forgets it again
   */
  lend: (key: Pick<RemoteKey, 'id' | 'owner' | 'key' | 'group'>) => () => void;
  lent: (id: string) => RemoteKey | undefined;
};

const refetchMilliseconds = 60_000;
const askAgainMilliseconds = 3_000;

/** @param fetcher signs and sends the request for an unknown key */
export function createRemoteKeys(
  fetcher: Fetcher & { context: Parameters<typeof transact>[0] & Fetcher['context'] },
): RemoteKeys {
  // Briefly: another process may learn that a key has ended.
  const memory = new LRUCache<string, RemoteKey>({ max: 5_000, ttl: 1_000 });
  const asked = new LRUCache<string, number>({ max: 5_000 });
  const running = new Map<string, Promise<RemoteKey | undefined>>();
  const lent = new Map<string, RemoteKey>();
  const { context } = fetcher;

  const known = async (db: Reader, id: string) => {
    const cached = memory.get(id);
    if (cached) return cached;
    const row = await db.selectFrom('remote_key').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row || row.ended_at !== null) return undefined;
    const key = {
      id,
      owner: row.owner,
      key: createPublicKey(row.public),
      through: row.through,
      fetchedAt: Date.parse(row.fetched_at),
    };
    // What a unit of work sees may yet be taken back.
    if (db === context.db.reader) memory.set(id, key);
    return key;
  };
  const save = async (
    work: Work,
    keys: { id: string; owner: string; pem: string; through: string | null; rotation?: string | null }[],
    sentAt = work.now,
  ) => {
    for (const { id, owner, pem, through, rotation } of keys) {
      // Another key of a partner's server actor than the pinned one: the old one stays, and the partner stops until a person has decided.
      const origin = originOf(owner);
      const ofNode = through === null && origin !== null && owner === nodeActor(origin) && id.endsWith('#main-key');
      if (ofNode && (await pinKey(work, origin, pem, rotation ?? null)) === 'changed') continue;
      const before = await work.db.selectFrom('remote_key').selectAll().where('id', '=', id).executeTakeFirst();
      if (before && through === null && before.through === null && before.fetched_at > sentAt) continue;
      // One that has ended never holds again, whoever names it.
      const ended = before?.public === pem ? before.ended_at : null;
      const row = { owner, public: pem, through, fetched_at: sentAt, ended_at: ended };
      await work.db
        .insertInto('remote_key')
        .values({ id, ...row })
        .onConflict((conflict) =>
          through === null ? conflict.column('id').doUpdateSet(row) : conflict.column('id').doNothing(),
        )
        .execute();
      memory.delete(id);
    }
  };
  /** What an actor's own document names; what it named before has ended, but for a node's own key, which ends by a decision of ours. */
  const saveOwn = async (work: Work, document: JsonObject, sentAt = work.now) => {
    const keys = keysIn(document);
    await save(work, keys, sentAt);
    const [first] = keys;
    if (!first || first.owner === nodeActor(originOf(first.owner) ?? '')) return;
    const ended = await work.db
      .updateTable('remote_key')
      .set({ ended_at: work.now })
      .where('owner', '=', first.owner)
      .where('through', 'is', null)
      .where('ended_at', 'is', null)
      .where('fetched_at', '<=', sentAt)
      .where(
        'id',
        'not in',
        keys.map(({ id }) => id),
      )
      .returning('id')
      .execute();
    for (const { id } of ended) memory.delete(id);
  };
  // Until it was committed, others still read the old one and kept it in memory.
  const forget = (document: ActivityDocument) => {
    for (const { id } of keysIn(document)) memory.delete(id);
  };
  const ask = async (id: string): Promise<RemoteKey | undefined> => {
    const sentAt = context.clock.now().toISOString();
    const { document, answered } = await fetchOwner(fetcher, id);
    if (!answered) asked.set(id, context.clock.now().getTime() - refetchMilliseconds + askAgainMilliseconds);
    if (!document) return undefined;
    const owner = String(document.id);
    await transact(context, { kind: 'peer', origin: originOf(owner) ?? '' }, (work) => saveOwn(work, document, sentAt));
    forget(document);
    return known(context.db.reader, id);
  };
  return {
    known,
    forgeries: createForgeries(context.clock),
    lend: (key) => {
      const { id } = key;
      lent.set(id, { ...key, through: null, fetchedAt: context.clock.now().getTime() });
      return () => lent.delete(id);
    },
    lent: (id) => lent.get(id),
    fetch: (id) => {
      // Requests that come together share one look-up: the later ones must not be told that there is no such key.
      const already = running.get(id);
      if (already) return already;
      const now = context.clock.now().getTime();
      if (now - (asked.get(id) ?? Number.NEGATIVE_INFINITY) < refetchMilliseconds) return known(context.db.reader, id);
      asked.set(id, now);
      const promise = ask(id).finally(() => running.delete(id));
      running.set(id, promise);
      return promise;
    },
    saveFromActor: saveOwn,
    forget,
    saveVouched: async (work, { id, owner, multibase, through }) => {
      const key = decodeMultikey(multibase);
      if (!key || originOf(id) !== originOf(owner)) return;
      await save(work, [{ id, owner, pem: pem(key), through }]);
    },
  };
}

const mostEnded = 1_000;

/** Ids of keys that actors of a node have named themselves and name no more, the last first. */
export async function endedKeysOf(db: Reader, origin: string): Promise<string[]> {
  const rows = await db
    .selectFrom('remote_key')
    .select('id')
    .where('ended_at', 'is not', null)
    .where('through', 'is', null)
    .where('owner', '>', `${origin}/`)
    .where('owner', '<', `${origin}0`)
    .orderBy('ended_at', 'desc')
    .orderBy('id')
    .limit(mostEnded)
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * The actor that owns a key, from its own address. A key that is a document of its own (GoToSocial) leads to its owner, which must name that key: what a
 * key says of its owner counts for nothing.
 */
async function fetchOwner(fetcher: Fetcher, keyId: string): Promise<{ document?: JsonObject; answered: boolean }> {
  const answer = await signedFetch(fetcher, withoutFragment(keyId), 'key of an actor');
  if (!answer.ok || !answer.document) return { answered: isFinal(answer) };
  const document = answer.document;
  if (keysIn(document).some((key) => key.id === keyId)) return { document, answered: true };
  const owner = addressOf(document.owner) ?? addressOf(document.controller);
  if (!owner || originOf(owner) !== originOf(keyId) || withoutFragment(owner) === withoutFragment(keyId))
    return { answered: true };
  const second = await signedFetch(fetcher, owner, 'owner of a key');
  if (!second.ok || !second.document) return { answered: isFinal(second) };
  return keysIn(second.document).some((key) => key.id === keyId)
    ? { document: second.document, answered: true }
    : { answered: true };
}

/** Whether the node has said that there is no such key, rather than being away, busy, or not allowing us yet. */
function isFinal(answer: DoorAnswer): boolean {
  return answer.ok || answer.status === 404 || answer.status === 410;
}

/** Keys that an actor's document names as its own: RSA in `publicKey` (PEM), Ed25519 in `assertionMethod` (Multikey, FEP-521a). */
function keysIn(
  document: ActivityDocument,
): { id: string; owner: string; pem: string; through: null; rotation: string | null }[] {
  const owner = textOf(document.id);
  if (owner === null) return [];
  const read = (value: Json) => {
    if (!isObject(value)) return [];
    const id = textOf(value.id);
    const claimed = addressOf(value.owner) ?? addressOf(value.controller) ?? owner;
    const key = publicKeyOf(value);
    if (id === null || key === null || claimed !== owner || originOf(id) !== originOf(owner)) return [];
    return [{ id, owner, pem: pem(key), through: null, rotation: textOf(document['joinery:rotation']) }];
  };
  return [...listOf(document.publicKey), ...listOf(document.assertionMethod)].slice(0, 10).flatMap(read);
}

/** RSA from 2048 to 8192 bits or Ed25519; anything weaker is not a key. */
function publicKeyOf(value: JsonObject): KeyObject | null {
  const multibase = textOf(value.publicKeyMultibase);
  if (multibase !== null) return decodeMultikey(multibase);
  const text = textOf(value.publicKeyPem);
  if (text === null || text.length > 10_000) return null;
  try {
    const key = createPublicKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === 'rsa' && bits >= 2_048 && bits <= 8_192 ? key : null;
  } catch {
    return null;
  }
}

function pem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
