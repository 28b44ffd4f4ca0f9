import {
  type ActivityDocument,
  classificationDocument,
  type JsonObject,
  type Outgoing,
  type Reader,
} from '@joinery/core';
import { collectionUris } from './addresses.ts';
import { peopleDocument } from './conversation-people.ts';
import { tellsFigures } from './policy.ts';
import { questionsDocument } from './requests/questions.ts';
import { countedNodes, membersWithRole } from './store.ts';
import type { GroupRow } from './tables.ts';

/** Everybody (ActivityStreams 2.0 §5.6, ActivityPub §5.6). */
export const publicCollection = 'https://www.w3.org/ns/activitystreams#Public';

/**
 * Whom the group addresses. Only a group that anyone on the web may read says `Public`: software that publishes whatever is public
 * must not do so with the others.
 */
export function addressing(group: Pick<GroupRow, 'uri' | 'reading' | 'followers_uri'>): {
  to: string[];
  cc?: string[];
} {
  const followers = group.followers_uri ?? collectionUris(group.uri).followers;
  return group.reading === 'web' ? { to: [publicCollection], cc: [followers] } : { to: [followers] };
}

/**
 * What a group passes on to its nodes (FEP-1b12): `Announce` by the group around an activity. The inner one keeps its own id; without one
 * it gets `<id of the outer>/activity`.
 */
export function announce(
  outgoing: Pick<Outgoing, 'id'>,
  group: Pick<GroupRow, 'uri' | 'reading' | 'followers_uri'>,
  inner: ActivityDocument,
): ActivityDocument {
  return {
    id: outgoing.id,
    type: 'Announce',
    actor: group.uri,
    ...addressing(group),
    object: { ...inner, id: inner.id ?? `${outgoing.id}/activity` },
  };
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const paragraphs = (text: string): string =>
  text
    .split(/\n{2,}/)
    .filter((part) => part.trim() !== '')
    .map((part) => `<p>${part.trim().replace(/[&<>"]/g, (character) => escapes[character] ?? character)}</p>`)
    .join('');

/** Members per node, as the group's node tells its peers. */
async function nodesOf(db: Reader, group: string): Promise<JsonObject[]> {
  const nodes = await countedNodes(db, group);
  return nodes.map(({ origin, agency, members }) => ({ origin, agency, members }));
}

/**
 * The document of a group of this node. Keys, inbox and endpoints are added by federation.
 * @param forMembers it goes to nodes of members: of a closed group the others learn its name and purpose, not what happens in it
 */
export async function groupDocument(
  db: Reader,
  origin: string,
  group: GroupRow,
  joineryPeer: boolean,
  forMembers = group.reading !== 'members',
): Promise<JsonObject> {
  const addresses = collectionUris(group.uri);
  const [lead] = await membersWithRole(db, group.id, ['owner']);
  const classification = await classificationDocument(db, group.id, `${origin}/agency`);
  return {
    id: group.uri,
    type: 'Group',
    preferredUsername: group.handle,
    name: group.name,
    summary: paragraphs(group.summary),
    source: { content: group.summary, mediaType: 'text/plain' },
    url: group.uri,
    attributedTo: addresses.moderators,
    followers: addresses.followers,
    outbox: addresses.outbox,
    featured: addresses.featured,
    manuallyApprovesFollowers: group.joining !== 'open',
    postingRestrictedToMods: group.archived_at !== null,
    published: group.created_at,
    updated: group.updated_at,
    ...(group.kind === 'conversation' ? { 'joinery:kind': 'conversation' } : {}),
    'joinery:reading': group.reading,
    'joinery:joining': group.joining,
    'joinery:listed': group.listed === 1,
    'joinery:history': group.history,
    'joinery:inviting': group.inviting,
    'joinery:asking': group.asking,
    'joinery:keeping': group.keeping,
    'joinery:recordCopy': group.record_copy === 1,
    ...(group.reading === 'members' ? { 'joinery:narrows': true } : {}),
    ...(await questionsDocument(db, group)),
    ...(classification ? { 'joinery:classification': classification } : {}),
    ...(forMembers ? { 'joinery:memberCount': group.member_count } : {}),
    ...(tellsFigures(group, forMembers) ? { 'joinery:postCount': group.post_count } : {}),
    ...(tellsFigures(group, forMembers) && group.last_post_at !== null
      ? { 'joinery:lastPost': group.last_post_at }
      : {}),
    ...(forMembers ? await peopleDocument(db, group) : {}),
    ...(joineryPeer && forMembers ? { 'joinery:nodes': await nodesOf(db, group.id) } : {}),
    'joinery:agency': { id: `${origin}/agency`, ...(lead ? { name: lead.agency } : {}) },
  };
}
