import type { Reader } from '@joinery/core';

/**
 * Streams of one node in which the place is kept: one for each of its groups, for each of its people of whom something is held, and one for this node, so that the
 * largest agency stays far below. Beyond it what arrives still counts, in whatever order it comes.
 */
const mostStreams = 20_000;

/** Whether the place in a stream of another node is kept: it is already, or there is room for one more. */
export async function keepsPlace(db: Reader, origin: string, stream: string): Promise<boolean> {
  const known = await db
    .selectFrom('peer_stream')
    .select('stream')
    .where('origin', '=', origin)
    .where('stream', '=', stream)
    .executeTakeFirst();
  if (known) return true;
  const { count } = await db
    .selectFrom('peer_stream')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('origin', '=', origin)
    .executeTakeFirstOrThrow();
  return Number(count) < mostStreams;
}
