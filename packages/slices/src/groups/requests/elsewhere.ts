import { type AfterEffects, type Reader, streams, type Work } from '@joinery/core';
import { type PersonRow, rememberRemotePerson } from '../../people/index.ts';
import { accessOf } from '../access.ts';
import { scopeOf } from '../addresses.ts';
import { groupById, membershipOf, membersWithRole, putMembership } from '../store.ts';
import type { GroupMemberRow, GroupRow } from '../tables.ts';
import { forgetAnswers, putAnswers } from './answers.ts';
import type { Answer } from './questions.ts';

/**
 * Requests to a group whose facilitators live on other nodes too. The group's node tells those nodes who asks and what was answered, for as long as it waits; they show it to
 * the facilitators alone, who decide there; the group's node carries the decision out, or finds that somebody was faster.
 */

/** So many requests are told at once to a node that somebody begins to run the group from. */
const most = 200;

/** Nodes of those who run a group of ours elsewhere, except where an agreement does not let them read it. */
async function deciding(work: Work, group: GroupRow): Promise<string[]> {
  const running = await membersWithRole(work.db, group.id, ['owner', 'facilitator']);
  const origins = new Set(running.filter(({ local }) => local !== 1).map(({ home }) => home));
  const allowed: string[] = [];
  for (const origin of origins) if (await mayTell(work, group, origin)) allowed.push(origin);
  return allowed;
}

/** Whether a node is told of requests now: somebody there runs the group, and what it may read of a closed one was not taken from it. */
export async function mayKnowRequests(db: Reader, group: GroupRow, origin: string): Promise<boolean> {
  if (group.local !== 1 || group.deleted_at !== null) return false;
  const running = await membersWithRole(db, group.id, ['owner', 'facilitator']);
  if (!running.some(({ home }) => home === origin)) return false;
  if (group.reading !== 'members') return true;
  return (await accessOf(db, group.id, origin))?.revoked_at === null;
}

const mayTell = async (work: Work, group: GroupRow, origin: string): Promise<boolean> =>
  work.trust.mayFederate(origin, scopeOf(group), 'out', group.id).allowed &&
  (await mayKnowRequests(work.db, group, origin));

/** Tells what became of a request to a group of ours: that it waits, or that it does so no more. */
async function tellRequest(work: Work, group: GroupRow, person: string): Promise<void> {
  for (const origin of await deciding(work, group))
    work.emit('group.request_told', streams.node(origin), { group: group.id, person });
}

/** What follows from a change of a standing for the facilitators on other nodes. */
export async function tellOfStanding(
  work: Work,
  { group, person }: { group: GroupRow; person: PersonRow },
  before: GroupMemberRow | undefined,
  after: GroupMemberRow,
): Promise<void> {
  if (group.local !== 1 || group.kind !== 'group') return;
  if ((before?.state === 'requested') !== (after.state === 'requested')) await tellRequest(work, group, person.id);
  const began = runs(after) && !runs(before);
  if (began && person.local !== 1) await tellAllTo(work, group, person.home);
}

/** Somebody of a node runs a group of ours from now on, or may read it again: it is told what waits. */
export async function tellAllTo(work: Work, group: GroupRow, origin: string): Promise<void> {
  if (!(await mayTell(work, group, origin))) return;
  const waiting = await work.db
    .selectFrom('group_member')
    .select('person_id')
    .where('group_id', '=', group.id)
    .where('state', '=', 'requested')
    .limit(most)
    .execute();
  for (const { person_id } of waiting)
    work.emit('group.request_told', streams.node(origin), { group: group.id, person: person_id });
}

/** Who asks has answered anew, or somebody elsewhere decided who may not: those who may are told again what waits. */
export async function tellAgain(work: Work, group: GroupRow, person: string): Promise<void> {
  if (group.local === 1 && (await membershipOf(work.db, group.id, person))?.state === 'requested')
    await tellRequest(work, group, person);
}

const runs = (standing: GroupMemberRow | undefined): boolean =>
  standing?.state === 'member' && standing.role !== 'member';

/** Whether somebody of this node runs a group. */
export async function isRunHere(work: Pick<Work, 'db'>, group: string): Promise<boolean> {
  return (await membersWithRole(work.db, group, ['owner', 'facilitator'])).some(({ local }) => local === 1);
}

/**
 * The node of a group elsewhere says that somebody asks to take part.
 * @param said name and agency of who asks, as that node knows them
 */
export async function hearRequest(
  work: Work,
  group: GroupRow,
  person: PersonRow | undefined,
  said: { id: string; document: Parameters<typeof rememberRemotePerson>[1]; answers: readonly Answer[] },
): Promise<boolean> {
  // Of the group's node alone: whatever is read at the person's own node later is newer.
  const receipt = { fetchedAt: new Date(0).toISOString(), verified: 'signature' as const };
  const id = person?.id ?? (await rememberRemotePerson(work, said.document, receipt));
  const standing = await membershipOf(work.db, group.id, id);
  if (person?.local === 1) {
    if (standing?.state !== 'requested') return false;
  } else {
    if (standing !== undefined && standing.state !== 'none' && standing.state !== 'requested') return false;
    if (standing?.state !== 'requested')
      await putMembership(work, group.id, id, { state: 'requested', role: 'member', reason: null });
    await putAnswers(work, { group: group.id, person: id }, said.answers);
  }
  work.emit('group.request_told', streams.local, { group: group.id, person: id });
  return true;
}

/** It waits no more. What somebody of this node asked is answered to them. */
export async function forgetRequest(work: Work, group: GroupRow, person: PersonRow): Promise<boolean> {
  if (person.local === 1 || (await membershipOf(work.db, group.id, person.id))?.state !== 'requested') return false;
  await putMembership(work, group.id, person.id, { state: 'none', reason: null });
  await forgetAnswers(work, { group: group.id, person: person.id });
  return true;
}

/** Nobody here runs a group elsewhere any more: who asks there, and what they answered, is nobody's business here. */
async function forgetAllUnlessRun(work: Work, id: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (!group || group.local === 1) return;
  const readable = group.deleted_at === null && group.withheld_at === null;
  if (readable && (await isRunHere(work, id))) return;
  await forgetAll(work, id);
}

/** Another node has ended its agreement with this one: who asks to join its groups is not for anybody here to know any more. */
export async function forgetRequestsOf(work: Work, origin: string): Promise<void> {
  const rows = await work.db
    .selectFrom('groups')
    .select('id')
    .where('home', '=', origin)
    .where('local', '=', 0)
    .where('reading', '=', 'members')
    .execute();
  for (const { id } of rows) await forgetAll(work, id);
}

async function forgetAll(work: Work, id: string): Promise<void> {
  const rows = await work.db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('person.id')
    .where('group_member.group_id', '=', id)
    .where('person.local', '=', 0)
    .where('group_member.state', '=', 'requested')
    .execute();
  for (const { id: person } of rows) {
    await putMembership(work, id, person, { state: 'none', reason: null });
    await forgetAnswers(work, { group: id, person });
  }
}

const afterChange = (work: Work, { data }: { data: { group: string } }) => forgetAllUnlessRun(work, data.group);

/** After each of these somebody may run a group elsewhere no more. */
export const elsewhereEffects = {
  'group.role_changed': afterChange,
  'group.left': afterChange,
  'group.removed': afterChange,
  'group.banned': afterChange,
  'group.access_lost': afterChange,
  'group.deleted': afterChange,
} satisfies AfterEffects;
