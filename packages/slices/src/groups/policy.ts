import type { RefusalCode, Requester } from '@joinery/core';
import type { NodeFacts } from './access.ts';
import { scopeOf } from './addresses.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

/** What the rules need to know of a group. */
export type GroupFacts = Pick<
  GroupRow,
  'id' | 'local' | 'reading' | 'joining' | 'listed' | 'withheld_at' | 'shut_at' | 'archived_at' | 'deleted_at'
>;
/** What the rules need to know of a person's standing; null or undefined when there is none. */
export type Standing = Pick<GroupMemberRow, 'state' | 'role' | 'following' | 'banned_until'> | null | undefined;

/** What a missing group is asked as, so that it takes the same statements as a hidden one. */
export const absent: GroupFacts = {
  ...{ id: '', local: 1, reading: 'members', joining: 'invited', listed: 0 },
  ...{ withheld_at: null, shut_at: null, archived_at: null, deleted_at: null },
};

/** A ban holds until its end, or for good. */
export function isBanned(standing: Standing, now: string): boolean {
  return standing?.state === 'banned' && (standing.banned_until === null || standing.banned_until > now);
}

/** Takes part: let in, and neither left, removed nor banned since, nor waiting to be confirmed after a restore. */
export function isMember(standing: Standing): boolean {
  return standing?.state === 'member';
}

/** A restore keeps it shut: what was taken back in it after the backup is there again, and whoever runs it has not looked yet. */
export function isShut(group: Pick<GroupRow, 'shut_at'>): boolean {
  return group.shut_at !== null;
}

/** Whether somebody ran the group as of the backup, or runs it now: while a restore keeps it shut they look at it and open it. */
export function canConfirm(standing: Standing): boolean {
  return (standing?.state === 'unconfirmed' || standing?.state === 'member') && standing.role !== 'member';
}

/** Was invited, whether they have joined since or not: all that opens a group to a guest. */
function isInvited(standing: Standing): boolean {
  return isMember(standing) || standing?.state === 'invited';
}

/** Whether somebody of this node who may know of a group reads what is in it, by what they are to it. */
export function readsWithin(group: Pick<GroupFacts, 'local' | 'reading'>, standing: Standing): boolean {
  return group.reading !== 'members' || isMember(standing) || (group.local === 1 && standing?.state === 'invited');
}

/**
 * Whether how much is written in a group, and when last, is told: to nobody who may not read it, and not where new members see nothing of its past, since they would learn how
 * much of that there is. How many take part is told to all who may read.
 */
export function tellsFigures(group: Pick<GroupRow, 'reading' | 'history'>, mayRead: boolean): boolean {
  return mayRead && (group.reading !== 'members' || group.history === 'all');
}

/** Nothing of what people of other nodes write in it is kept here: each page asks for it where it was written. */
export function isReadLive(group: Pick<GroupRow, 'local' | 'reading' | 'keeping'>): boolean {
  return group.local !== 1 && group.reading === 'members' && group.keeping === 'live';
}

/** The node that it lives on keeps a record copy of the files that people of other nodes bring, as all are told before they join. Never of what is read live. */
export function isRecorded(group: Pick<GroupRow, 'reading' | 'keeping' | 'record_copy' | 'deleted_at'>): boolean {
  return (
    group.reading === 'members' && group.keeping !== 'live' && group.record_copy === 1 && group.deleted_at === null
  );
}

/** Runs the group: approves, invites, removes, bans, and looks after its posts. */
export function canModerate(group: GroupFacts, standing: Standing): boolean {
  return group.deleted_at === null && isMember(standing) && standing?.role !== 'member';
}

/** Changes the group's name, rules and owners. Groups of other nodes are changed where they live. */
export function canManage(group: GroupFacts, standing: Standing): boolean {
  return group.local === 1 && canModerate(group, standing) && standing?.role === 'owner';
}

/** Invitations are made, like decisions on requests, where the group lives; by whom, the group says. A guest brings nobody in. */
export function canInvite(group: GroupFacts & Pick<GroupRow, 'inviting'>, standing: Standing, guest: boolean): boolean {
  if (group.local !== 1 || guest || group.deleted_at !== null) return false;
  if (group.inviting === 'members') return isMember(standing);
  return canModerate(group, standing) && (group.inviting === 'facilitators' || standing?.role === 'owner');
}

/**
 * Whether the people of a node may ask to take part; who is invited need not.
 * @param named nodes of the agencies that the group names
 */
export function mayAskFrom(
  group: GroupFacts & Pick<GroupRow, 'home' | 'asking'>,
  origin: string,
  named: readonly string[],
): boolean {
  return (
    origin === group.home || group.asking === 'partners' || (group.asking === 'agencies' && named.includes(origin))
  );
}

/** Decides requests to join: of a group elsewhere those that its node has told this one, which then carries the decision out. */
export function canApprove(group: GroupFacts, standing: Standing): boolean {
  return group.withheld_at === null && canModerate(group, standing);
}

/** A facilitator may remove and ban members; only an owner may do so to facilitators and owners. */
export function canRemove(group: GroupFacts, actor: Standing, target: Standing): boolean {
  if (!canModerate(group, actor)) return false;
  return actor?.role === 'owner' || !isMember(target) || target?.role === 'member';
}

/** Owners give and take every role; a facilitator of a group elsewhere may name others, which its node then decides. */
export function canChangeRole(group: GroupFacts, actor: Standing): boolean {
  return canModerate(group, actor) && actor?.role === 'owner';
}

/**
 * Why this person may not post, or null when they may.
 * @param now UTC instant: bans may have ended
 */
export function postRefusal(group: GroupFacts, standing: Standing, now: string): RefusalCode | null {
  if (group.deleted_at !== null) return 'gone';
  if (isBanned(standing, now)) return 'banned';
  if (standing?.state === 'requested') return 'needs_approval';
  if (!isMember(standing)) return 'not_member';
  return group.archived_at === null ? null : 'locked';
}

/** Takes part: writes topics and replies. */
export function canPost(group: GroupFacts, standing: Standing, now: string): boolean {
  return postRefusal(group, standing, now) === null;
}

/** Why a request to take part is refused, or null when it is taken (at once, or after approval). */
export function joinRefusal(group: GroupFacts, standing: Standing, now: string, guest: boolean): RefusalCode | null {
  if (group.deleted_at !== null) return 'gone';
  if (isBanned(standing, now)) return 'banned';
  if (group.archived_at !== null) return 'locked';
  return (group.joining === 'invited' && standing?.state !== 'invited') || (guest && !isInvited(standing))
    ? 'invitation_needed'
    : null;
}

/** From when on somebody who joins now sees what is written; null for everything. Open groups show their past to whoever may read them. */
export function seesFrom(group: GroupFacts & Pick<GroupRow, 'history'>, now: string): string | null {
  return group.reading === 'members' && group.history === 'joining' ? now : null;
}

/** Whether the next request makes a member at once. */
export function joinsAtOnce(group: GroupFacts, standing: Standing): boolean {
  return group.joining === 'open' || standing?.state === 'invited';
}

/**
 * Who may read a group and what is in it.
 * Nodes read only groups of this node, by agreement, and closed ones only while somebody of theirs is a member.
 * A group of another node is for the people of this node; closed ones here are for their members; what a deleted group of this node held is there for nobody. A guest reads what anybody on the web may read, and
 * the groups of this node that they were invited to.
 * What a restore keeps shut is for nobody but those who run it.
 */
export function mayReadGroup(group: GroupFacts, requester: Requester, standing: Standing, node?: NodeFacts): boolean {
  if (requester.kind !== 'node' && group.local === 1 && group.deleted_at !== null) return false;
  if (isShut(group)) return requester.kind === 'node' || (requester.kind === 'person' && canConfirm(standing));
  switch (requester.kind) {
    case 'node':
      return true;
    case 'nobody':
      return group.local === 1 && group.reading === 'web';
    case 'peer':
      return (
        group.local === 1 &&
        (group.reading !== 'members' || node?.people === 'member') &&
        requester.trust.mayFederate(requester.origin, scopeOf(group), 'out', group.id).allowed
      );
    case 'person':
      if (requester.guest) return group.local === 1 && (group.reading === 'web' || isInvited(standing));
      if (group.withheld_at !== null) return false;
      return readsWithin(group, standing);
  }
}

/** Seeing who is in a group that one reads: a guest, who reads a group on the web as anybody on the web does, only where they were invited. */
export function canSeeMembers(guest: boolean, standing: Standing): boolean {
  return !guest || isInvited(standing);
}

/** Whether strangers may know of the group: WebFinger and lists (`federation.md`, addresses that answer a stranger). */
export function isPubliclyKnown(group: GroupFacts): boolean {
  const isOpen = group.reading !== 'members' && !isShut(group);
  return group.local === 1 && group.listed === 1 && isOpen && group.deleted_at === null;
}

/**
 * A closed group's name and purpose: listed ones are known to the people of this node, and to nodes whose people may ask to join; hidden ones to nodes with somebody in
 * them, or invited.
 */
export function mayKnowGroup(group: GroupFacts, requester: Requester, standing: Standing, node?: NodeFacts): boolean {
  if (mayReadGroup(group, requester, standing, node)) return true;
  if (isShut(group)) return false;
  if (requester.kind === 'peer')
    return (
      group.local === 1 &&
      isKnownThere(group, node) &&
      requester.trust.mayFederate(requester.origin, scopeOf(group), 'out', group.id).allowed
    );
  if (requester.kind !== 'person' || requester.guest) return false;
  return group.listed === 1 || (standing !== null && standing !== undefined && standing.state !== 'none');
}

/** Whether a node with an agreement that covers it may know of a group of ours. */
export function isKnownThere(group: GroupFacts, node: NodeFacts | undefined): boolean {
  if (isShut(group)) return false;
  if (group.reading !== 'members') return true;
  return node !== undefined && (node.people !== 'none' || (group.listed === 1 && node.mayAsk));
}
