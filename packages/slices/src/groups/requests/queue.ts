import { isRefusal, type Reader, refuse, savepoint, type Work } from '@joinery/core';
import { type ListedMember, listMembers } from '../lists.ts';
import { approve, decline } from '../moderation.ts';
import { canModerate } from '../policy.ts';
import { membershipOf } from '../store.ts';
import type { GroupMemberRow, GroupRow } from '../tables.ts';
import { isActingDeputy } from './away.ts';

/** Requests shown at once. */
const most = 200;

/** Everybody who asks to take part, the longest waiting first. */
export async function waitingIn(db: Reader, group: string): Promise<ListedMember[]> {
  const rows = await listMembers(db, group, { states: ['requested'], limit: most });
  return rows.sort((one, other) => (one.standing.updated_at < other.standing.updated_at ? -1 : 1));
}

/** Whether somebody sees and decides requests: whoever runs the group, and a deputy while all of those are away. */
export async function mayDecide(
  db: Reader,
  group: GroupRow,
  standing: GroupMemberRow | undefined,
  now: string,
): Promise<boolean> {
  if (canModerate(group, standing)) return true;
  return standing?.state === 'member' && group.local === 1 && isActingDeputy(db, group.id, standing.person_id, now);
}

/**
 * Decides about several requests, the same for each. Who was decided about meanwhile is passed over: the first decision stands.
 * @returns how many were decided now, and how many somebody else was faster with
 */
export async function decideSeveral(
  work: Work,
  input: { group: string; people: readonly string[]; by: string | null; accept: boolean; reason: string },
): Promise<{ decided: number; faster: number }> {
  if (input.people.length > most) refuse('too_large', 'Too many at once');
  let decided = 0;
  let faster = 0;
  for (const person of new Set(input.people)) {
    const standing = await membershipOf(work.db, input.group, person);
    if (standing?.state !== 'requested') {
      faster += 1;
      continue;
    }
    const about = { group: input.group, person, by: input.by, ...(input.reason ? { reason: input.reason } : {}) };
    try {
      await savepoint(work, async (part) => void (await (input.accept ? approve(part, about) : decline(part, about))));
      decided += 1;
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'conflict') throw error;
      faster += 1;
    }
  }
  return { decided, faster };
}
