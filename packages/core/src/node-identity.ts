import type { Context } from './context.ts';
import { claimHandle } from './handles.ts';
import { createActorKeys, createKeyRing, saveActorKeys } from './keys.ts';
import { transact } from './work.ts';

/** Addresses of the two actors that every node has. */
export function nodeActor(origin: string): string {
  return `${origin}/node`;
}
export function agencyActor(origin: string): string {
  return `${origin}/agency`;
}

/**
 * Makes a new database this node's own: remembers the origin and makes the keys of node and agency. A database that belongs to another
 * origin is refused, since every address in it begins with that.
 * @returns true when it was empty
 * @throws in words
 */
export async function settleIdentity(context: Context): Promise<boolean> {
  const { origin } = context.config;
  const known = await context.db.reader
    .selectFrom('meta')
    .select('value')
    .where('name', '=', 'origin')
    .executeTakeFirst();
  if (known?.value === origin) {
    await refuseOtherSecret(context);
    return false;
  }
  if (known) {
    throw new Error(
      `This database belongs to ${known.value}, but JOINERY_ORIGIN is ${origin}. Every address in it begins with ${known.value}: set JOINERY_ORIGIN back, or choose another data folder with JOINERY_DATA`,
    );
  }
  const [node, agency] = await Promise.all([createActorKeys(), createActorKeys()]);
  const isOurs = await transact(context, { kind: 'system', what: 'first start' }, async (work) => {
    const inserted = await work.db
      .insertInto('meta')
      .values({ name: 'origin', value: origin })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirst();
    // Another process of this node was faster.
    if (inserted.numInsertedOrUpdatedRows === 0n) return false;
    await claimHandle(work, 'node', 'node', 'node');
    await claimHandle(work, 'agency', 'agency', 'agency');
    await saveActorKeys(work, nodeActor(origin), node);
    await saveActorKeys(work, agencyActor(origin), agency);
    return true;
  });
  return isOurs || settleIdentity(context);
}

/** A database that came back from a backup without its secret would look well until it has to sign something. */
async function refuseOtherSecret({ config, db, secret }: Context): Promise<void> {
  try {
    await createKeyRing(secret).find(db.reader, nodeActor(config.origin), 'rsa');
  } catch (error) {
    throw new Error(
      `The keys in the database were encrypted with another secret than that in ${config.secretFile}: put the file from the same backup back`,
      { cause: error },
    );
  }
}
