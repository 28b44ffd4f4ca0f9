import { createPublicKey, type KeyObject } from 'node:crypto';
import { originOf, type Reader, transact } from '@joinery/core';
import type { Bridge } from '../bridge.ts';
import { fetchAndRemember } from '../fetch.ts';

/** The key of a group elsewhere that was pinned when somebody here joined it: it alone proves the group's tokens. */
export async function pinnedKey(db: Reader, group: string): Promise<KeyObject | undefined> {
  const row = await db.selectFrom('group_key').select('public').where('group_uri', '=', group).executeTakeFirst();
  return row && createPublicKey(row.public);
}

/** The Ed25519 key that a group's own document names: what is pinned when there is none yet. */
export async function keyToPin(bridge: Bridge, group: string): Promise<KeyObject | undefined> {
  const known = await namedKey(bridge, group);
  if (known) return known;
  await fetchAndRemember(bridge, group, 'key of a closed group');
  return namedKey(bridge, group);
}

async function namedKey(bridge: Bridge, group: string): Promise<KeyObject | undefined> {
  const rows = await bridge.context.db.reader
    .selectFrom('remote_key')
    .select('public')
    .where('owner', '=', group)
    .where('through', 'is', null)
    .where('ended_at', 'is', null)
    .orderBy('fetched_at', 'desc')
    .execute();
  return rows.map((row) => createPublicKey(row.public)).find((key) => key.asymmetricKeyType === 'ed25519');
}

/** Keeps the key that a group's first token was proven with. The first one stays. */
export async function pinGroupKey(bridge: Bridge, group: string, key: KeyObject): Promise<void> {
  const text = key.export({ type: 'spki', format: 'pem' }).toString();
  await transact(bridge.context, { kind: 'system', what: 'closed groups' }, async (work) => {
    await work.db
      .insertInto('group_key')
      .values({ group_uri: group, public: text, pinned_at: work.now })
      .onConflict((conflict) => conflict.column('group_uri').doNothing())
      .execute();
  });
}

/**
 * Reads the keys of a group anew where it lives, and there alone: its pinned key gives way to the one that its document names. A key that has ended is never pinned again, also when
 * the group's node names it again. Who has stolen the old key can sign that there is a new one; they cannot answer at the group's address.
 * @returns whether another one is pinned now
 */
export async function renewPinnedKey(bridge: Bridge, group: string): Promise<boolean> {
  const { context } = bridge;
  const before = await pinnedKey(context.db.reader, group);
  if ((await fetchAndRemember(bridge, group, 'key of a group')) !== 'kept' || !before) return false;
  const named = await namedKey(bridge, group);
  if (!named || named.equals(before)) return false;
  await transact(context, { kind: 'system', what: 'closed groups' }, async (work) => {
    const text = named.export({ type: 'spki', format: 'pem' }).toString();
    await work.db
      .updateTable('group_key')
      .set({ public: text, pinned_at: work.now })
      .where('group_uri', '=', group)
      .execute();
  });
  context.logger.info('group.key_renewed', { origin: originOf(group) ?? '' });
  return true;
}

/** Nobody here is in the group any more: whoever joins it again pins what it has then. */
export async function unpinGroupKey(bridge: Bridge, group: string): Promise<void> {
  await transact(bridge.context, { kind: 'system', what: 'closed groups' }, async (work) => {
    await work.db.deleteFrom('group_key').where('group_uri', '=', group).execute();
  });
}
