import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { LRUCache } from 'lru-cache';
import { prepareQuery } from './db/prepared.ts';
import type { KeyRow } from './db/schema.ts';
import { newId } from './ids.ts';
import type { Secret } from './secret.ts';
import type { Reader } from './slice.ts';
import type { Work } from './work.ts';

const generate = promisify(generateKeyPair);

type Pair = { public: string; private: string };

/** A new actor's keys as PEM (SPKI, PKCS#8); private ones in clear, only in memory. */
export type ActorKeys = { rsa: Pair; ed25519: Pair };

/**
 * Makes an actor's keys: RSA 2048 for HTTP signatures (what other software expects) and Ed25519 for proofs (FEP-521a). Takes about 0.1 s in the thread
 * pool: call it before the unit of work.
 */
export async function createActorKeys(): Promise<ActorKeys> {
  const [rsa, ed25519] = await Promise.all([generate('rsa', { modulusLength: 2048 }), generate('ed25519')]);
  return { rsa: pem(rsa), ed25519: pem(ed25519) };
}

function pem(pair: { publicKey: KeyObject; privateKey: KeyObject }): Pair {
  return {
    public: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    private: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/**
 * Stores the keys of a local actor, private ones encrypted. Key ids are `<actor>#main-key` and `<actor>#ed25519-key`.
 * @param suffix of later keys, whose ids are others
 */
export async function saveActorKeys(work: Work, actor: string, keys: ActorKeys, suffix = ''): Promise<void> {
  const row = (fragment: string, algorithm: KeyRow['algorithm'], pair: Pair): KeyRow => ({
    id: `${actor}#${fragment}${suffix}`,
    actor,
    algorithm,
    public: pair.public,
    private: work.secret.encrypt(pair.private),
    created_at: work.now,
    retired_at: null,
    revoked_at: null,
  });
  await work.db
    .insertInto('key')
    .values([row('main-key', 'rsa', keys.rsa), row('ed25519-key', 'ed25519', keys.ed25519)])
    .execute();
}

/** Gives a local actor other keys. The old ones end now: they stay published with their end, so that what they signed can be verified, and their private halves are erased. */
export async function renewActorKeys(work: Work, actor: string, keys: ActorKeys): Promise<void> {
  await work.db
    .updateTable('key')
    .set({ retired_at: work.now, private: '' })
    .where('actor', '=', actor)
    .where('retired_at', 'is', null)
    .execute();
  await saveActorKeys(work, actor, keys, `-${newId()}`);
}

/** Keys of an actor that were not revoked, newest first, without the private halves. */
export async function publicKeysOf(db: Reader, actor: string): Promise<Omit<KeyRow, 'private'>[]> {
  return publicKeys(db, { actor });
}

const publicKeys = prepareQuery((db, { actor }: { actor: string }) =>
  db
    .selectFrom('key')
    .select(['id', 'actor', 'algorithm', 'public', 'created_at', 'retired_at', 'revoked_at'])
    .where('actor', '=', actor)
    .where('revoked_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc'),
);

const signingKey = prepareQuery((db, { actor, algorithm }: { actor: string; algorithm: KeyRow['algorithm'] }) =>
  db
    .selectFrom('key')
    .select(['id', 'private'])
    .where('actor', '=', actor)
    .where('algorithm', '=', algorithm)
    .where('retired_at', 'is', null)
    .where('revoked_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);

/** A private key ready to sign with. */
export type SigningKey = { id: string; privateKey: KeyObject };

/** Finds signing keys by actor and algorithm; imported ones stay in memory (importing an RSA key costs more than signing with it). */
export function createKeyRing(secret: Secret) {
  const imported = new LRUCache<string, SigningKey>({ max: 2_000 });
  return {
    /** The key that an actor signs with now; undefined when it is not an actor of this node. */
    find: async (db: Reader, actor: string, algorithm: KeyRow['algorithm']): Promise<SigningKey | undefined> => {
      // Asked each time: another process may have renewed it.
      const [row] = await signingKey(db, { actor, algorithm });
      if (!row) return undefined;
      const cached = imported.get(row.id);
      if (cached) return cached;
      const key = { id: row.id, privateKey: createPrivateKey(secret.decrypt(row.private)) };
      imported.set(row.id, key);
      return key;
    },
  };
}

export type KeyRing = ReturnType<typeof createKeyRing>;
