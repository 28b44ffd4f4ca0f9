import { streams, type Work } from '@joinery/core';
import { type PersonRow, personById } from '../people/index.ts';
import { beginLease } from './leases.ts';
import { seesFrom } from './policy.ts';
import { changeStanding, outside } from './standing.ts';
import { groupById, membershipByActivity } from './store.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';
import type { StandingSaid } from './told.ts';

/** What a person of ours asked of a group of another node: the group's row, the person, and where they stand. */
export type Asked = { group: GroupRow; person: PersonRow; standing: GroupMemberRow };

/** What a request of ours was about; undefined when we never sent it. */
export async function askedBy(work: Work, activity: string): Promise<Asked | undefined> {
  const standing =
    (await membershipByActivity(work.db, 'join_activity', activity)) ??
    (await membershipByActivity(work.db, 'follow_activity', activity));
  if (!standing) return undefined;
  const group = await groupById(work.db, standing.group_id);
  const person = await personById(work.db, standing.person_id);
  return group && person && group.local !== 1 && person.local === 1 ? { group, person, standing } : undefined;
}

/** The group has let our person in, or lets them follow. Only what was asked for and still waits changes. */
export async function acceptedByHost(work: Work, asked: Asked, activity: string, said: StandingSaid): Promise<boolean> {
  const { group, person, standing } = asked;
  const joins = standing.join_activity === activity && standing.state === 'requested';
  const follows = standing.follow_activity === activity && standing.following === 0;
  if (!joins && !follows) return false;
  await changeStanding(work, asked, {
    ...(joins
      ? {
          state: 'member',
          role: 'member',
          joined_at: work.now,
          sees_from: seesFrom(group, work.now),
          invite_activity: null,
        }
      : {}),
    following: 1,
    reason: null,
    ...said,
  });
  if (joins) await beginLease(work, group);
  const data = { group: group.id, person: person.id };
  work.emit('group.answered', streams.local, { ...data, activity, accepted: true, code: null });
  work.emit(joins ? 'group.joined' : 'group.followed', streams.local, data);
  return true;
}

/** The group does not let our person in, or has ended what it let. `code` is its reason; `until` the end of a ban. */
export async function refusedByHost(
  work: Work,
  asked: Asked,
  activity: string,
  told: { code: string | null; reason: string | null; until: string | null },
): Promise<boolean> {
  const { group, person, standing } = asked;
  const wasMember = standing.state === 'member';
  const aboutJoin = standing.join_activity === activity;
  const reason = told.reason ?? told.code;
  const banned = told.code === 'banned';
  if (
    banned ||
    (aboutJoin && (wasMember || standing.follow_activity === null || standing.follow_activity === activity))
  ) {
    await changeStanding(work, asked, {
      ...outside,
      state: banned ? 'banned' : 'none',
      banned_until: banned ? told.until : null,
      reason,
    });
  } else if (aboutJoin) {
    await changeStanding(work, asked, { state: 'none', join_activity: null, invite_activity: null, reason });
  } else {
    await changeStanding(work, asked, { following: wasMember ? standing.following : 0, follow_activity: null, reason });
  }
  work.emit('group.answered', streams.local, {
    group: group.id,
    person: person.id,
    activity,
    accepted: false,
    code: told.code,
  });
  return true;
}
