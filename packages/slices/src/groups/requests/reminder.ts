import { type Context, enqueueJob, type JsonObject, streams, transact, type Work } from '@joinery/core';
import { groupById, membershipOf } from '../store.ts';
import { isRunHere } from './elsewhere.ts';

const remindJob = 'groups.remind';
const daysBetween = 3;

/**
 * Somebody asks to join a group of ours, or one elsewhere that people of this node run: whoever has the requests is reminded when it waits for three days, and every
 * three days from then on.
 */
export async function remindLater(work: Work, { group, person }: { group: string; person: string }): Promise<void> {
  const row = await groupById(work.db, group);
  const standing = await membershipOf(work.db, group, person);
  if (!row || standing?.state !== 'requested' || (row.local !== 1 && !(await isRunHere(work, group)))) return;
  await enqueueJob(work, remindJob, { group, person }, { key: `${group} ${person} ${work.now}`, runAt: next(work) });
}

const next = ({ now }: Work): string => new Date(Date.parse(now) + daysBetween * 86_400_000).toISOString();

/** Background work. What was decided meanwhile reminds nobody. */
export const reminderJobs = {
  [remindJob]: async (context: Context, data: JsonObject): Promise<void> => {
    const about = { group: String(data.group), person: String(data.person) };
    await transact(context, { kind: 'system', what: remindJob }, async (work) => {
      const group = await groupById(work.db, about.group);
      const standing = await membershipOf(work.db, about.group, about.person);
      if (!group || group.deleted_at !== null || standing?.state !== 'requested') return;
      // Who withdrew and asked again waits from then on.
      const due = new Date(Date.parse(work.now) - daysBetween * 86_400_000).toISOString();
      if (standing.updated_at <= due) work.emit('group.request_waits', streams.local, about);
      await enqueueJob(work, remindJob, about, {
        key: `${about.group} ${about.person} ${work.now}`,
        runAt: next(work),
      });
    });
  },
};
