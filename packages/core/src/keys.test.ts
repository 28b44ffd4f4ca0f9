import { createPublicKey, sign, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { describeStores } from '../../../test/harness/store.ts';
import { createActorKeys, createKeyRing, publicKeysOf, saveActorKeys } from './keys.ts';
import { transact } from './work.ts';

const by = { kind: 'system', what: 'test' } as const;
const actor = 'http://localhost:20999/people/1';

describeStores('Keys of an actor', (open) => {
  it('sign what their public halves verify, and lie encrypted in the database', async () => {
    await using store = await open();
    const keys = await createActorKeys();
    await transact(store.context, by, (work) => saveActorKeys(work, actor, keys));
    const rows = await store.context.db.reader.selectFrom('key').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('PRIVATE KEY');
    const ring = createKeyRing(store.context.secret);
    const published = await publicKeysOf(store.context.db.reader, actor);
    expect(published.map((key) => key.id).sort()).toEqual([`${actor}#ed25519-key`, `${actor}#main-key`]);
    for (const key of published) {
      expect(key).not.toHaveProperty('private');
      const signing = await ring.find(store.context.db.reader, actor, key.algorithm);
      expect(signing?.id).toBe(key.id);
      if (!signing) continue;
      const digest = key.algorithm === 'rsa' ? 'sha256' : null;
      const signature = sign(digest, Buffer.from('text'), signing.privateKey);
      expect(verify(digest, Buffer.from('text'), createPublicKey(key.public), signature)).toBe(true);
    }
    expect(createPublicKey(keys.rsa.public).asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  it('are not found for an actor of another node, once retired, or once revoked', async () => {
    await using store = await open();
    const { reader } = store.context.db;
    const keys = await createActorKeys();
    await transact(store.context, by, (work) => saveActorKeys(work, actor, keys));
    const ring = createKeyRing(store.context.secret);
    expect(await ring.find(reader, 'https://elsewhere.example/people/1', 'rsa')).toBeUndefined();
    expect(await ring.find(reader, actor, 'rsa')).toBeDefined();
    await transact(store.context, by, async (work) => {
      const rows = work.db.updateTable('key').where('actor', '=', actor);
      await rows.where('algorithm', '=', 'rsa').set({ retired_at: work.now }).execute();
      await rows.where('algorithm', '=', 'ed25519').set({ revoked_at: work.now }).execute();
    });
    expect(await ring.find(reader, actor, 'rsa')).toBeUndefined();
    expect(await ring.find(reader, actor, 'ed25519')).toBeUndefined();
    // A retired key still proves what it signed; a revoked one proves nothing.
    expect((await publicKeysOf(reader, actor)).map((key) => key.algorithm)).toEqual(['rsa']);
  });
});
