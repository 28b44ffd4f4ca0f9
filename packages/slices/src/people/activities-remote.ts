import {
  type ActivityDocument,
  firstText,
  type Inbound,
  isObject,
  type Json,
  listOf,
  newId,
  originOf,
  ownAddress,
  refuse,
  streams,
  type Work,
} from '@joinery/core';
import { excerpt, sanitizeContent } from '@joinery/ui';
import { cleanName, sortName } from './names.ts';
import { personByUri } from './store.ts';
import type { PersonRow } from './tables.ts';

/** ActivityStreams types of actors that write posts and are shown as people. Groups have a slice of their own. */
export const personTypes = ['Person', 'Service', 'Application', 'Organization'] as const;

const longestSummary = 5_000;

/** How a document came here. */
export type Receipt = { fetchedAt: string; verified: Inbound['verified'] };

/** What a document of another node says about a person, read tolerantly, cleaned, and believed only where that node may say so. */
type RemotePerson = Pick<
  PersonRow,
  | 'type'
  | 'handle'
  | 'name'
  | 'sort_name'
  | 'summary'
  | 'role'
  | 'agency'
  | 'agency_uri'
  | 'inbox'
  | 'shared_inbox'
  | 'guest_of'
  | 'guest_until'
>;

/**
 * Stores or refreshes a person of another node. Deleted people stay deleted; an unchecked copy and an older document change nothing.
 * @param document that was fetched at its own address, or is proven
 * @returns local id
 * @throws {Refusal} bad_request when it is not an actor; forbidden when it claims to be one of ours
 */
export async function rememberRemotePerson(work: Work, document: ActivityDocument, how: Receipt): Promise<string> {
  const uri = typeof document.id === 'string' ? document.id : '';
  const home = originOf(uri);
  if (home === null) refuse('bad_request', 'A person of another node needs an address as its id');
  if (home === work.home) refuse('forbidden', 'A document of another node cannot describe a person of this one');
  const read = readPerson(work, document, uri, home);
  const known = await personByUri(work.db, uri);
  if (!known) {
    const id = newId();
    const added: PersonRow = {
      id,
      uri,
      home,
      ...read,
      summary_source: '',
      language: 'en',
      time_zone: 'UTC',
      local: 0,
      guest_sponsor: null,
      public_since: null,
      disabled_at: null,
      deleted_at: null,
      fetched_at: how.fetchedAt,
      created_at: work.now,
      updated_at: work.now,
    };
    // Two processes may meet the same stranger at once: the first row stands.
    const done = await work.db
      .insertInto('person')
      .values(added)
      .onConflict((conflict) => conflict.column('uri').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (done) work.emit('person.remembered', streams.local, { person: done.id });
    return done?.id ?? (await personByUri(work.db, uri))?.id ?? id;
  }
  if (known.deleted_at !== null || how.verified === 'unchecked') return known.id;
  if (known.fetched_at !== null && known.fetched_at > how.fetchedAt) return known.id;
  const changed = (Object.keys(read) as (keyof RemotePerson)[]).some((key) => read[key] !== known[key]);
  await work.db
    .updateTable('person')
    .set(changed ? { ...read, fetched_at: how.fetchedAt, updated_at: work.now } : { fetched_at: how.fetchedAt })
    .where('id', '=', known.id)
    .execute();
  if (changed) work.emit('person.updated', streams.local, { person: known.id });
  return known.id;
}

function readPerson(work: Work, document: ActivityDocument, uri: string, home: string): RemotePerson {
  const type = personTypes.find((name) => listOf(document.type).includes(name));
  if (!type) refuse('bad_request', 'This is not a person');
  const host = new URL(home).host;
  const handle = readHandle(document.preferredUsername, uri) || host;
  const name = cleanName(firstText(document.name) ?? firstText(document.nameMap) ?? '') || handle;
  const guest = readGuest(document);
  const agency = readAgency(document['joinery:agency'], home, guest.guest_until !== null);
  // The allow-list knows the agency by the name that we agreed upon: what a node calls itself comes second.
  const listed = work.trust.mayFederate(home, null, 'in').agency;
  return {
    type,
    handle,
    name,
    sort_name: sortName(name),
    summary: readSummary(firstText(document.summary) ?? ''),
    role: cleanName(firstText(document['joinery:role']) ?? ''),
    // A guest is not of the agency that runs their node.
    agency: (guest.guest_until === null ? cleanName(listed ?? '') : '') || agency.name || host,
    agency_uri: agency.uri,
    ...guest,
    inbox: ownAddress(document.inbox, home),
    shared_inbox: isObject(document.endpoints) ? ownAddress(document.endpoints.sharedInbox, home) : null,
  };
}

function readHandle(value: Json | undefined, uri: string): string {
  const given = typeof value === 'string' ? value : (new URL(uri).pathname.split('/').filter(Boolean).at(-1) ?? '');
  return cleanName(given, 64).replace(/[\s@/:?#<>"'&]/g, '');
}

/** Whose guest somebody is at their own node, and until which day; a day without a name, or the other way round, says nothing. */
function readGuest(document: ActivityDocument): Pick<PersonRow, 'guest_of' | 'guest_until'> {
  const guest_of = cleanName(firstText(document['joinery:guestOf']) ?? '');
  const until = document['joinery:guestUntil'];
  const isDay = typeof until === 'string' && /^\d{4}-\d\d-\d\d$/.test(until) && !Number.isNaN(Date.parse(until));
  return guest_of !== '' && isDay ? { guest_of, guest_until: until } : { guest_of: null, guest_until: null };
}

/** An agency is believed only when it lives on the same node as the person; that of a guest is a name which that node vouches for. */
function readAgency(value: Json | undefined, home: string, guest: boolean): { name: string; uri: string | null } {
  const uri = isObject(value) && typeof value.id === 'string' && originOf(value.id) === home ? value.id : null;
  const name = isObject(value) && (uri !== null || guest) ? cleanName(firstText(value.name) ?? '') : '';
  return { name, uri };
}

function readSummary(html: string): string {
  // Far beyond what a profile holds: keep the words, since cutting HTML would break it.
  if (html.length > longestSummary * 20) return '';
  const safe = sanitizeContent(html);
  return safe.length <= longestSummary ? safe : sanitizeContent(escapeHtml(excerpt(safe, 1_000)));
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
