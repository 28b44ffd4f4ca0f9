import { type Context, newId, refuse, streams, transact } from '@joinery/core';
import { laneHealth } from '@joinery/federation';
import { guestLabel, guestsOf } from '@joinery/slices/people';
import { deliveryOf } from '@joinery/slices/posts';
import { closedShownHere, closedStates } from './states-closed.ts';

/** What the demo has something of to look at, in the order in which it is told. */
export const states = [
  'pinned',
  'edited',
  'locked',
  'removed with its reason',
  'deleted and confirmed by other nodes',
  'requests that wait',
  'partners about to end',
  'proposals that wait',
  'deliveries put aside',
  'guests with a sponsor and a last day',
  'people labelled as guests',
  'registrations that wait',
  'conversations',
  'conversations over nodes',
  ...closedStates,
] as const;
export type Shown = Record<(typeof states)[number], number>;

const day = 86_400_000;
const soonDays = 30;

/** How much of each there is on a node. */
export async function shownHere(context: Context): Promise<Shown> {
  const db = context.db.reader;
  const now = context.clock.now();
  const posts = await db
    .selectFrom('post')
    .select(['id', 'local', 'pinned_at', 'locked_at', 'removed_at', 'removed_reason', 'deleted_at', 'revision'])
    .execute();
  const own = posts.filter(({ local }) => local === 1);
  const deleted = await Promise.all(
    own.filter(({ deleted_at }) => deleted_at !== null).map(({ id }) => deliveryOf(db, id)),
  );
  const requests = await db
    .selectFrom('group_member')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select('person_id')
    .where('groups.local', '=', 1)
    .where('group_member.state', '=', 'requested')
    .execute();
  const ending = await db
    .selectFrom('partner')
    .select('id')
    .where('state', '=', 'allowed')
    .where('expires_at', '<', new Date(now.getTime() + soonDays * day).toISOString())
    .execute();
  const proposals = await db.selectFrom('proposal').select('origin').where('state', '=', 'unverified').execute();
  const lanes = await laneHealth(db, now);
  const guests = (await guestsOf(db, null)).filter(({ guest_sponsor }) => guest_sponsor !== null);
  const registrations = await db.selectFrom('registration').select('id').where('state', '=', 'waiting').execute();
  const conversations = await db
    .selectFrom('groups')
    .select('id')
    .where('kind', '=', 'conversation')
    .where('local', '=', 1)
    .execute();
  const overNodes = await db
    .selectFrom('groups')
    .innerJoin('group_member', 'group_member.group_id', 'groups.id')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('groups.id')
    .distinct()
    .where('groups.kind', '=', 'conversation')
    .where('groups.local', '=', 1)
    .where('group_member.state', '=', 'member')
    .where('person.local', '=', 0)
    .execute();
  return {
    pinned: own.filter(({ pinned_at }) => pinned_at !== null).length,
    edited: own.filter(({ revision, deleted_at }) => revision > 1 && deleted_at === null).length,
    locked: own.filter(({ locked_at }) => locked_at !== null).length,
    'removed with its reason': own.filter(({ removed_at, removed_reason }) => removed_at && removed_reason).length,
    'deleted and confirmed by other nodes': deleted.filter(({ deletedOn }) => deletedOn > 0).length,
    'requests that wait': requests.length,
    'partners about to end': ending.length,
    'proposals that wait': proposals.length,
    'deliveries put aside': lanes.reduce((sum, { parked }) => sum + parked.length, 0),
    'guests with a sponsor and a last day': guests.filter(({ guest_until }) => guest_until !== null).length,
    'people labelled as guests': guests.filter((one) => guestLabel(one, 'en') !== null).length,
    'registrations that wait': registrations.length,
    conversations: conversations.length,
    'conversations over nodes': overNodes.length,
    ...(await closedShownHere(db)),
  };
}

/** The deliveries to another node that failed for an hour, so that they were put aside. */
export async function parkedFor(context: Context, origin: string): Promise<string[]> {
  const lanes = await laneHealth(context.db.reader, context.clock.now());
  return lanes.flatMap((lane) => (lane.origin === origin ? lane.parked.map(({ id }) => id) : []));
}

/**
 * Notes the newest topic of a group as one that could not be sent to a node since two hours ago: nothing of the kind happens in the demo, and an hour is long
 * for whoever watches. Sent again, it arrives.
 */
export async function park(context: Context, group: string, origin: string): Promise<void> {
  const stream = streams.group(group);
  await transact(context, { kind: 'system', what: 'demo' }, async (work) => {
    const event = await work.db
      .selectFrom('log')
      .select(['id', 'stream_seq'])
      .where('stream', '=', stream)
      .where('name', '=', 'post.created')
      .orderBy('stream_seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!event) return refuse('not_found', 'Nothing was written in this group yet');
    const since = new Date(Date.parse(work.now) - day / 12).toISOString();
    await work.db
      .insertInto('lane_item')
      .values({
        ...{ id: newId(), origin, stream, stream_seq: event.stream_seq, event_id: event.id },
        ...{ state: 'parked', attempts: 5, retry_at: since, created_at: since },
        // What another node refused it could still fetch by itself, and would: this it cannot.
        error: 'not_built: The text could not be read from the disk',
      })
      .execute();
  });
}
