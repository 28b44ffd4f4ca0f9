import {
  type ActivityDocument,
  countIn,
  firstText,
  type Inbound,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  newId,
  originOf,
  ownAddress,
  refuse,
  rememberClassification,
  streams,
  type Work,
} from '@joinery/core';
import { excerpt, plainText } from '@joinery/ui';
import { cleanName, sortName } from '../people/index.ts';
import { instant, rememberPeople } from './conversation-people.ts';
import { isReadLive } from './policy.ts';
import { rememberQuestions } from './requests/questions.ts';
import { groupByUri, putCountedNodes } from './store.ts';
import { askings, type GroupRow, histories, invitings, joinings, keepings, readings } from './tables.ts';

const longestSummary = 5_000;
const mostNodes = 5_000;

/** Whatever its node says otherwise; without a subject the names of those in it say enough. */
function ofConversation(document: JsonObject) {
  const name = cleanName(firstText(document.name) ?? '');
  return { reading: 'members', joining: 'invited', listed: 0, name, sort_name: sortName(name) } as const;
}

type Receipt = { fetchedAt: string; verified: Inbound['verified'] };

/** What another node's document says about its group. */
type RemoteGroup = Pick<
  GroupRow,
  | 'handle'
  | 'name'
  | 'sort_name'
  | 'summary'
  | 'reading'
  | 'joining'
  | 'listed'
  | 'history'
  | 'inviting'
  | 'asking'
  | 'keeping'
  | 'record_copy'
  | 'narrows'
  | 'joins_by'
  | 'agency'
  | 'inbox'
  | 'shared_inbox'
  | 'outbox_uri'
  | 'followers_uri'
  | 'moderators_uri'
  | 'featured_uri'
>;

/**
 * Stores or refreshes a group of another node, from a document of Joinery, Lemmy, NodeBB, Mbin, PieFed, Mobilizon, Discourse, PeerTube,
 * WordPress or GNU social. Deleted groups stay deleted; an unchecked copy and an older document change nothing.
 * @returns local id
 * @throws {Refusal} bad_request when it is not a group; forbidden when it claims to be one of ours
 */
export async function rememberRemoteGroup(work: Work, document: ActivityDocument, how: Receipt): Promise<string> {
  const uri = typeof document.id === 'string' ? document.id : '';
  const home = originOf(uri);
  if (home === null) refuse('bad_request', 'A group of another node needs an address as its id');
  if (home === work.home) refuse('forbidden', 'A document of another node cannot describe a group of this one');
  if (!listOf(document.type).includes('Group')) refuse('bad_request', 'This is not a group');
  const known = await groupByUri(work.db, uri);
  // What it is to people it stays.
  const kind = known?.kind ?? (document['joinery:kind'] === 'conversation' ? 'conversation' : 'group');
  const read = { ...readGroup(document, uri, home), ...(kind === 'conversation' ? ofConversation(document) : {}) };
  const figures = {
    ...count('member_count', document['joinery:memberCount'] ?? document.memberCount),
    ...count('post_count', document['joinery:postCount']),
  };
  if (!known) {
    const id = newId();
    await work.db
      .insertInto('groups')
      .values({
        id,
        uri,
        home,
        kind,
        ...read,
        local: 0,
        member_count: 0,
        post_count: 0,
        ...figures,
        // Lists of conversations go by it.
        last_post_at: instant(document['joinery:lastPost'], work.now) ?? (kind === 'conversation' ? work.now : null),
        summarised_at: null,
        withheld_at: null,
        opened_at: null,
        shut_at: null,
        // What came after a conversation began is told by that instant.
        created_at: (kind === 'conversation' ? instant(document.published, work.now) : null) ?? work.now,
        updated_at: work.now,
        archived_at: document.postingRestrictedToMods === true && read.joins_by === 'Join' ? work.now : null,
        deleted_at: null,
        fetched_at: how.fetchedAt,
      })
      .execute();
    if (document['joinery:nodes'] !== undefined) await rememberNodes(work, { id }, document['joinery:nodes']);
    await rememberQuestions(work, id, document['joinery:questions']);
    await rememberClassification(work, { group: id, home }, document['joinery:classification']);
    const added = kind === 'conversation' ? await groupByUri(work.db, uri) : undefined;
    if (added) await rememberPeople(work, added, document['joinery:people'], how.verified);
    work.emit('group.remembered', streams.local, { group: id });
    return id;
  }
  if (known.deleted_at !== null || how.verified === 'unchecked') return known.id;
  if (known.fetched_at !== null && known.fetched_at > how.fetchedAt) return known.id;
  const archived = document.postingRestrictedToMods === true && read.joins_by === 'Join';
  const told = instant(document['joinery:lastPost'], work.now);
  const newest =
    [known.last_post_at, told]
      .filter((at) => at !== null)
      .sort()
      .at(-1) ?? null;
  const next: Partial<GroupRow> = {
    ...read,
    ...staysClosed(work, known, read),
    archived_at: archived ? (known.archived_at ?? work.now) : null,
  };
  const changed = (Object.keys(next) as (keyof typeof next)[]).some((key) => next[key] !== known[key]);
  await work.db
    .updateTable('groups')
    .set({
      ...next,
      ...figures,
      last_post_at: newest,
      fetched_at: how.fetchedAt,
      ...(changed ? { updated_at: work.now } : {}),
    })
    .where('id', '=', known.id)
    .execute();
  if (document['joinery:nodes'] !== undefined) await rememberNodes(work, known, document['joinery:nodes']);
  await rememberQuestions(work, known.id, document['joinery:questions']);
  await rememberPeople(work, known, document['joinery:people'], how.verified);
  const labelled = await rememberClassification(
    work,
    { group: known.id, home: known.home },
    document['joinery:classification'],
  );
  if (changed || labelled) work.emit('group.updated', streams.local, { group: known.id });
  if (isReadLive({ ...known, ...next }) !== isReadLive(known))
    work.emit('group.keeping_changed', streams.local, { group: known.id });
  return known.id;
}

/**
 * What was written in a closed group was written for its members: its host alone cannot show it to others by calling the group open. It stays closed here, and nobody reads
 * or writes in it until its host calls it closed again, and confirms the members.
 */
function staysClosed(work: Work, known: GroupRow, read: RemoteGroup): Partial<GroupRow> {
  if (known.reading !== 'members') return {};
  if (read.reading === 'members') return { opened_at: null };
  return {
    reading: 'members',
    opened_at: known.opened_at ?? work.now,
    withheld_at: known.withheld_at ?? work.now,
  };
}

function readGroup(document: JsonObject, uri: string, home: string): RemoteGroup {
  const host = new URL(home).host;
  const handle = readHandle(document.preferredUsername, uri) || host;
  const name = cleanName(firstText(document.name) ?? firstText(document.nameMap) ?? '') || handle;
  const joinery = typeof document['joinery:joining'] === 'string';
  const agency = document['joinery:agency'];
  const agencyName =
    isObject(agency) && originOf(String(agency.id ?? '')) === home ? cleanName(firstText(agency.name) ?? '') : '';
  return {
    handle,
    name,
    sort_name: sortName(name),
    summary: readSummary(document),
    // A group that says nothing is for the people of this node: what the web may read is decided where it lives.
    reading: oneOf(readings, document['joinery:reading']) ?? 'partners',
    joining: readJoining(document),
    listed: document['joinery:listed'] === false || document.discoverable === false ? 0 : 1,
    history: oneOf(histories, document['joinery:history']) ?? 'all',
    inviting: oneOf(invitings, document['joinery:inviting']) ?? 'facilitators',
    asking: oneOf(askings, document['joinery:asking']) ?? 'partners',
    keeping: oneOf(keepings, document['joinery:keeping']) ?? 'leased',
    record_copy: document['joinery:recordCopy'] === true ? 1 : 0,
    narrows: document['joinery:narrows'] === true ? 1 : 0,
    joins_by: joinery ? 'Join' : 'Follow',
    agency: agencyName || null,
    inbox: ownAddress(document.inbox, home),
    shared_inbox: isObject(document.endpoints) ? ownAddress(document.endpoints.sharedInbox, home) : null,
    outbox_uri: ownAddress(document.outbox, home),
    followers_uri: ownAddress(document.followers, home),
    moderators_uri: ownAddress(document.moderators, home) ?? moderatorsIn(document.attributedTo, uri, home),
    featured_uri: ownAddress(document.featured, home),
  };
}

function readJoining(document: JsonObject): GroupRow['joining'] {
  const said = oneOf(joinings, document['joinery:joining']);
  if (said) return said;
  // Mobilizon says `openness`; most others only whether a Follow waits for somebody.
  if (document.openness === 'invite_only') return 'invited';
  return document.manuallyApprovesFollowers === true || document.openness === 'moderated' ? 'request' : 'open';
}

/** FEP-1b12: `attributedTo` is the moderators collection; PeerTube lists the owning persons there instead. */
function moderatorsIn(value: Json | undefined, uri: string, home: string): string | null {
  const addresses = listOf(value).filter((item) => typeof item === 'string');
  const address = addresses.find((item) => item !== uri && originOf(item) === home);
  return address ?? null;
}

function readSummary(document: JsonObject): string {
  const { source } = document;
  if (isObject(source) && typeof source.content === 'string' && source.content.length <= longestSummary) {
    return source.content.replace(/\r\n?/g, '\n').trim();
  }
  const html = firstText(document.summary) ?? '';
  if (html.length > longestSummary * 20) return '';
  const text = plainText(html);
  return text.length <= longestSummary ? text : excerpt(html, 1_000);
}

function readHandle(value: Json | undefined, uri: string): string {
  const given = typeof value === 'string' ? value : (new URL(uri).pathname.split('/').filter(Boolean).at(-1) ?? '');
  return cleanName(given, 64).replace(/[\s@/:?#<>"'&]/g, '');
}

/**
 * Stores the members per node that a group's host sent (`joinery:nodes`), in place of what it sent before. Rows that make no sense are left out.
 */
async function rememberNodes(work: Work, group: Pick<GroupRow, 'id'>, value: Json | undefined): Promise<void> {
  const rows = new Map<string, { origin: string; agency: string; members: number }>();
  for (const item of listOf(value).slice(0, mostNodes)) {
    if (!isObject(item) || typeof item.origin !== 'string') continue;
    const origin = originOf(item.origin);
    const members = countIn(item.members);
    if (origin === null || members === null) continue;
    rows.set(origin, { origin, agency: cleanName(firstText(item.agency) ?? '') || new URL(origin).host, members });
  }
  await putCountedNodes(work, group.id, rows.values());
}

function count<Name extends string>(name: Name, value: Json | undefined): { [K in Name]?: number } {
  const number = countIn(value);
  return number === null ? {} : ({ [name]: number } as { [K in Name]: number });
}

function oneOf<T extends string>(allowed: readonly T[], value: Json | undefined): T | undefined {
  return allowed.find((item) => item === value);
}
