import type { Tone, Translate } from '@joinery/ui';
import type { messages } from './messages.ts';
import { isBanned, isMember } from './policy.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

export type T = ReturnType<typeof messages> extends Translate<infer Key> ? Translate<Key> : never;

/** Host of the node of a group elsewhere. */
export const hostOf = (origin: string): string => new URL(origin).host;

/** Who leads the group, as one would say it: the agency its node names, or the node itself. */
export const agencyOf = (group: GroupRow, own: string): string =>
  group.local === 1 ? own : (group.agency ?? hostOf(group.home));

export type BadgeModel = { tone: Tone; text: string };

/** What a group is and what the visitor is in it, in one or two words each. */
export function badgesOf(group: GroupRow, standing: GroupMemberRow | undefined, now: string, t: T): BadgeModel[] {
  const badges: BadgeModel[] = [];
  if (isMember(standing)) badges.push({ tone: 'success', text: roleText(standing?.role ?? 'member', t) });
  if (standing?.state === 'unconfirmed') badges.push({ tone: 'warning', text: t('badgeShut') });
  if (standing?.state === 'requested') badges.push({ tone: 'info', text: t('badgeRequested') });
  if (standing?.state === 'invited') badges.push({ tone: 'info', text: t('badgeInvited') });
  if (isBanned(standing, now)) badges.push({ tone: 'danger', text: t('badgeBanned') });
  if (standing?.following === 1 && !isMember(standing)) badges.push({ tone: 'accent', text: t('badgeFollowing') });
  if (group.reading === 'web') badges.push({ tone: 'neutral', text: t('badgeWeb') });
  if (group.reading === 'members')
    badges.push({ tone: 'neutral', text: group.listed === 1 ? t('badgeClosed') : t('badgeHidden') });
  else if (group.joining !== 'open') badges.push({ tone: 'neutral', text: t('badgeOnRequest') });
  if (group.reading === 'members' && group.keeping === 'live') badges.push({ tone: 'info', text: t('badgeLive') });
  if (group.archived_at !== null) badges.push({ tone: 'warning', text: t('badgeArchived') });
  if (group.deleted_at !== null) badges.push({ tone: 'warning', text: t('badgeGone') });
  return badges;
}

/** The word for a role, in the language of `t`. */
export function roleText(role: GroupMemberRow['role'], t: T): string {
  if (role === 'owner') return t('badgeOwner');
  return role === 'facilitator' ? t('badgeFacilitator') : t('badgeMember');
}

/** "3 new"; counts beyond 99 are not told. */
export function newText(count: number, t: T): string {
  return t('newCount', { count, shown: count > 99 ? '99+' : count });
}
