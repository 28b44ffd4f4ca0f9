import { type Inbound, originOf, type Work } from '@joinery/core';

/**
 * Remembers that an owner took an address back. Only the origin of the address can. What only a group vouches for, since nobody here may ask the owner's node, counts for
 * what comes through that group: it may have made the key up.
 */
export async function rememberTombstone(work: Work, uri: string, inbound: Inbound): Promise<void> {
  if (originOf(uri) !== inbound.origin || inbound.verified === 'unchecked') return;
  const isVouched = inbound.through !== null && !work.trust.mayFederate(inbound.origin, null, 'in').allowed;
  const actor = isVouched && inbound.through !== null ? inbound.through : inbound.actor;
  await work.db
    .insertInto('post_tombstone')
    .values({ uri, actor, at: work.now })
    .onConflict((conflict) => conflict.columns(['uri', 'actor']).doNothing())
    .execute();
}

/** @param through address of the group that tells of it; null when its author does */
export async function wasTakenBack(work: Work, uri: string, actor: string, through: string | null): Promise<boolean> {
  const row = await work.db
    .selectFrom('post_tombstone')
    .select('uri')
    .where('uri', '=', uri)
    .where('actor', 'in', through === null ? [actor] : [actor, through])
    .executeTakeFirst();
  return row !== undefined;
}
