import {
  type ActorKeys,
  type By,
  type Context,
  createActorKeys,
  type JsonObject,
  newId,
  publicKeysOf,
  type Reader,
  refuse,
  renewActorKeys,
  restoredState,
  transact,
  type Work,
} from '@joinery/core';
import { streamOf } from './addresses.ts';
import { canManage } from './policy.ts';
import { holdGroup, membershipOf } from './store.ts';

export const keysJob = 'groups.keys';

/** Where an administrator looks at what a restore has left to do. */
export const restoredPath = '/administration/restored';
/** Where they renew the keys that came back from the backup. */
export const endedKeysPath = `${restoredPath}/keys`;

/**
 * Gives a group of this node new keys. The old ones end at once: its nodes are told to read the new ones where the group lives, and take nothing more that is signed with the old.
 * @param input.by local id of an owner; null for the command line
 * @param input.reason noted in the group, for its members to read
 * @throws {Refusal} not_found, forbidden
 */
export async function renewGroupKeys(
  work: Work,
  input: { group: string; by: string | null; reason: string; keys: ActorKeys },
): Promise<void> {
  const group = await holdGroup(work, input.group);
  if (group?.kind !== 'group' || group.local !== 1 || group.deleted_at !== null)
    return refuse('not_found', 'There is no such group here');
  if (input.by !== null && !canManage(group, await membershipOf(work.db, group.id, input.by)))
    refuse('forbidden', 'Only owners change the group');
  await renewActorKeys(work, group.uri, input.keys);
  const change = { id: newId(), group_id: group.id, field: 'key', before: '', after: input.reason };
  await work.db
    .insertInto('group_change')
    .values({ ...change, by_id: input.by, at: work.now })
    .execute();
  work.emit('group.keys_renewed', streamOf(group), { group: group.id });
}

/** Since when a group of this node has the keys that it signs with. */
export async function keysSince(db: Reader, group: { uri: string }): Promise<string | null> {
  const [newest] = (await publicKeysOf(db, group.uri)).filter((key) => key.retired_at === null);
  return newest?.created_at ?? null;
}

/**
 * Groups of this node that came back from a backup with keys of before a renewal: other nodes have told that these have ended, and take nothing that is signed with them.
 * Whether there are any, and never which, is for those who look after the node.
 */
export async function groupsWithEndedKeys(db: Reader): Promise<string[]> {
  const ended = (await restoredState(db))?.endedKeys ?? [];
  if (ended.length === 0) return [];
  const rows = await db
    .selectFrom('groups')
    .innerJoin('key', 'key.actor', 'groups.uri')
    .select('groups.id')
    .distinct()
    .where('key.id', 'in', ended)
    .where('key.retired_at', 'is', null)
    .where('groups.local', '=', 1)
    .where('groups.kind', '=', 'group')
    .where('groups.deleted_at', 'is', null)
    .orderBy('groups.id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Gives every group with keys that have ended elsewhere new ones. @returns how many */
export async function renewEndedKeys(context: Context, by: By, reason: string): Promise<number> {
  const groups = await groupsWithEndedKeys(context.db.reader);
  for (const group of groups) {
    const keys = await createActorKeys();
    await transact(context, by, async (work) => {
      // Somebody may have renewed them meanwhile.
      if ((await groupsWithEndedKeys(work.db)).includes(group))
        await renewGroupKeys(work, { group, by: null, reason, keys });
    });
  }
  return groups.length;
}

/** A group elsewhere says that it has other keys. Nothing that says so is believed: they are read where the group lives. */
async function readKeys({ ports }: Context, data: JsonObject): Promise<void> {
  await ports.closedGroups.renewKey(String(data.group));
}

export const keyJobs = { [keysJob]: readKeys };
