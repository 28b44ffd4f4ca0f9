import { prepareQuery, type Reader, refuse, type Trust, type Work } from '@joinery/core';
import {
  canModerate,
  canSeeMembers,
  type GroupFacts,
  type GroupRow,
  groupById,
  isBanned,
  isMember,
  isShut,
  mayReadGroup,
  membershipOf,
  postRefusal,
  scopeOf,
  standingOfSender,
} from '@joinery/slices/groups';
import { isGuest, personById } from '../people/index.ts';
import type { Standing } from './policy.ts';
import type { PostRevisionRow, PostRow } from './tables.ts';

/** @returns the post with this local id, deleted ones included */
export async function postById(db: Reader, id: string): Promise<PostRow | undefined> {
  return (await byId(db, { id }))[0];
}

const byId = prepareQuery((db, { id }: { id: string }) => db.selectFrom('post').selectAll().where('id', '=', id));

/** @returns the post with this ActivityPub id, deleted ones included */
export async function postByUri(db: Reader, uri: string): Promise<PostRow | undefined> {
  return (await byUri(db, { uri }))[0];
}

const byUri = prepareQuery((db, { uri }: { uri: string }) => db.selectFrom('post').selectAll().where('uri', '=', uri));

/** @throws {Refusal} not_found */
export async function requirePost(db: Reader, id: string): Promise<PostRow> {
  return (await postById(db, id)) ?? refuse('not_found', 'There is no such post');
}

/** The first post of the thread of a post. @throws {Refusal} not_found */
export async function requireTopic(db: Reader, post: PostRow): Promise<PostRow> {
  return post.topic_id === post.id ? post : requirePost(db, post.topic_id);
}

/** @throws {Refusal} not_found */
export async function requireGroup(db: Reader, id: string): Promise<GroupRow> {
  return (await groupById(db, id)) ?? refuse('not_found', 'There is no such group');
}

/** The current text of a post; undefined once it is deleted. */
export async function currentRevision(
  db: Reader,
  { id, revision }: Pick<PostRow, 'id' | 'revision'>,
): Promise<PostRevisionRow | undefined> {
  return (await textOf(db, { id, revision }))[0];
}

const textOf = prepareQuery((db, { id, revision }: { id: string; revision: number }) =>
  db.selectFrom('post_revision').selectAll().where('post_id', '=', id).where('number', '=', revision),
);

/** The first message of a conversation, which the others answer. */
export async function topicOf(db: Reader, conversation: string): Promise<string | undefined> {
  return (await firstOf(db, { conversation }))[0]?.id;
}

const firstOf = prepareQuery((db, { conversation }: { conversation: string }) =>
  db
    .selectFrom('post')
    .select('id')
    .where('group_id', '=', conversation)
    .where('reply_to', 'is', null)
    .orderBy('id')
    .limit(1),
);

/** All texts of a post, the newest first. */
export function revisionsOf(db: Reader, post: string): Promise<PostRevisionRow[]> {
  return db
    .selectFrom('post_revision')
    .selectAll()
    .where('post_id', '=', post)
    .orderBy('number', 'desc')
    .limit(200)
    .execute();
}

/**
 * What a person may do in a group, now.
 * @param person local or remote; null for somebody who is not signed in
 */
export async function standingOf(
  db: Reader,
  group: GroupFacts & Pick<GroupRow, 'kind'>,
  person: string | null,
  now: string,
): Promise<Standing> {
  const converses = group.kind === 'conversation';
  if (person === null) {
    const reads = mayReadGroup(group, { kind: 'nobody' }, null);
    return { person, reads, banned: false, onlyReads: false, posting: 'signed_out', moderates: false, converses };
  }
  const membership = await membershipOf(db, group.id, person);
  const known = await personById(db, person);
  const guest = known !== undefined && isGuest(known);
  const sender = await standingOfSender(db, group, known, membership);
  return {
    person,
    // What people of other nodes write in a group that a restore keeps shut is kept with it: what they read, their own node knows.
    reads:
      (isShut(group) && known?.local === 0 && isMember(sender)) ||
      mayReadGroup(group, { kind: 'person', person, administrator: false, guest }, membership),
    banned: isBanned(membership, now),
    onlyReads: !canSeeMembers(guest, membership),
    posting: postRefusal(group, sender, now),
    moderates: canModerate(group, membership),
    converses,
  };
}

/**
 * What is written in a closed group elsewhere goes to its node as a whole: not when the agreement covers no closed groups (any more), or none as confidential as this one,
 * although it covers something else and so the lane runs.
 * @throws {Refusal} no_agreement
 */
export function assertMayTell(work: Pick<Work, 'trust'>, group: GroupRow): void {
  if (group.local === 1 || group.reading !== 'members') return;
  if (!work.trust.mayFederate(group.home, scopeOf(group), 'out', group.id).allowed)
    refuse('no_agreement', 'No agreement with the node of this group covers it');
}

/** Whether a node may send what it sends: agreements can end between receiving and applying. */
export function agrees(trust: Trust, origin: string, group: GroupRow): boolean {
  return trust.mayFederate(origin, scopeOf(group), 'in', group.local === 1 ? group.id : undefined).allowed;
}
