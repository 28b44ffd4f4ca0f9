import {
  type AfterEffects,
  type Context,
  type Decision,
  enqueueJob,
  mayReadClosed,
  transact,
  type Work,
} from '@joinery/core';
import { scopeOf } from '@joinery/slices/groups';
import { refusePost } from './acceptance.ts';
import { askForReceipt } from './delivery/asking.ts';
import { postById } from './store.ts';

/**
 * What follows here when agreements cover less than they did, in closed groups of other nodes: what waits for a group that it may not be told to is refused to its author,
 * and nodes that were given something of ours and may not have it any more are asked to drop it.
 */

const weighJob = 'posts.agreements';

/** What a decision here took back. What ended as a whole is told to the other node by the agreement itself. */
const narrowed: Decision['reason'][] = [
  'scope_missing',
  'group_not_named',
  'classification_too_high',
  'wrong_direction',
];
const over: Decision['reason'][] = [...narrowed, 'suspended', 'blocked', 'expired', 'not_listed'];

async function weigh(context: Context): Promise<void> {
  await context.ports.trust.refresh?.();
  await refuseWaiting(context);
  await askForCopies(context);
}

async function refuseWaiting(context: Context): Promise<void> {
  const waiting = await context.db.reader
    .selectFrom('post')
    .innerJoin('groups', 'groups.id', 'post.group_id')
    .select(['post.id', 'post.group_id', 'groups.home'])
    .where('post.status', '=', 'waiting')
    .where('post.local', '=', 1)
    .where('groups.local', '=', 0)
    .where('groups.reading', '=', 'members')
    .execute();
  const { trust } = context.ports;
  const stopped = waiting.filter(({ home, group_id }) => {
    const { allowed, reason } = trust.mayFederate(home, scopeOf({ reading: 'members' }), 'out', group_id);
    return !allowed && over.includes(reason);
  });
  if (stopped.length === 0) return;
  await transact(context, { kind: 'system', what: weighJob }, async (work) => {
    for (const { id } of stopped) {
      const post = await postById(work.db, id);
      if (post) await refusePost(work, post, 'no_agreement');
    }
  });
}

async function askForCopies(context: Context): Promise<void> {
  const given = await context.db.reader
    .selectFrom('post_fetch')
    .innerJoin('post', 'post.id', 'post_fetch.post_id')
    .innerJoin('groups', 'groups.id', 'post.group_id')
    .select(['groups.id', 'groups.uri', 'groups.home', 'post_fetch.origin'])
    .distinct()
    .where('groups.local', '=', 0)
    .where('groups.reading', '=', 'members')
    .execute();
  const left = given.filter((row) => {
    const { allowed, reason } = mayReadClosed(context.ports.trust, row.origin, row, 'out');
    return row.origin !== row.home && !allowed && narrowed.includes(reason);
  });
  // Also where it has said before that it dropped them: that may be from before it read them again, and whoever has none answers the same once more.
  for (const { uri, origin } of left)
    await transact(context, { kind: 'system', what: weighJob }, (work) => askForReceipt(work, uri, origin));
}

/** Weighed in a job: only outside this change can the list be read that it leaves behind. */
const weighSoon = (work: Work, event: { id: string }): Promise<void> =>
  enqueueJob(work, weighJob, {}, { key: event.id });

export const agreementEffects = { 'partner.changed': weighSoon, 'partner.ended': weighSoon } satisfies AfterEffects;
export const agreementJobs = { [weighJob]: weigh };
