import type {
  Activities,
  ActivityDocument,
  Inbound,
  InboundOutcome,
  Json,
  JsonObject,
  ObjectKind,
  Outgoing,
  Reader,
  Requester,
  StoredObject,
  Work,
} from '@joinery/core';
import { addressOf, isObject, listOf } from '@joinery/core';
import { personTypes, rememberRemotePerson } from './activities-remote.ts';
import { deletePerson } from './people.ts';
import { personById, personByUri } from './store.ts';
import type { PersonRow } from './tables.ts';

const everybody = 'https://www.w3.org/ns/activitystreams#Public';

/**
 * The ActivityStreams document of a person of this node. Keys, inbox and endpoints are added by federation.
 * What the person does, and the words about them, go only to nodes of partners.
 */
export function personDocument(person: PersonRow, to: { partner: boolean }): ActivityDocument {
  const shown = to.partner && person.disabled_at === null;
  return {
    id: person.uri,
    type: 'Person',
    preferredUsername: person.handle,
    name: person.name,
    url: person.uri,
    'joinery:agency': agencyDocument(person),
    ...guestMembers(person),
    ...(shown && person.role !== '' ? { 'joinery:role': person.role } : {}),
    ...(shown && person.summary !== '' ? { summary: person.summary } : {}),
    published: person.created_at,
    updated: person.updated_at,
  };
}

/** The agency of a person; that of a guest is another one than the node's, so it has no address. */
export function agencyDocument(person: Pick<PersonRow, 'agency' | 'agency_uri'>): JsonObject {
  const id = person.agency_uri;
  return { ...(id === null ? {} : { id }), type: 'Organization', name: person.agency };
}

/** `joinery:guestOf` and `joinery:guestUntil` of a guest; nothing for everybody else. */
export function guestMembers({ guest_of, guest_until }: Pick<PersonRow, 'guest_of' | 'guest_until'>): JsonObject {
  return guest_until === null ? {} : { 'joinery:guestOf': guest_of ?? '', 'joinery:guestUntil': guest_until };
}

/** How somebody of ours is now: their profile, which loses its role when they have left, or that they are gone. */
async function tell(outgoing: Outgoing, { data }: { data: { person: string } }): Promise<ActivityDocument | null> {
  const person = await personById(outgoing.db, data.person);
  if (person?.local !== 1) return null;
  if (person.deleted_at !== null)
    return { id: outgoing.id, type: 'Delete', actor: person.uri, to: [everybody], object: person.uri };
  return {
    id: outgoing.id,
    type: 'Update',
    actor: person.uri,
    ...(person.public_since === null ? {} : { to: [everybody] }),
    object: personDocument(person, { partner: outgoing.joineryPeer }),
  };
}

/** Person events as activities, and what other nodes say about their own people. */
export const activities: Activities = {
  toActivity: { 'person.told': tell },
  handlers: [
    { types: ['Update'], apply: applyUpdate },
    { types: ['Delete'], apply: applyDelete },
  ],
};

async function applyUpdate(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const { object } = inbound.activity;
  if (!isObject(object) || !isPersonType(object.type)) return null;
  if (object.id !== inbound.actor)
    return { state: 'ignored', why: 'only a person themselves can change their profile' };
  if (inbound.verified === 'unchecked') return { state: 'ignored', why: 'an unchecked copy changes no profile' };
  const known = await personByUri(work.db, inbound.actor);
  if (!known) return { state: 'ignored', why: 'nobody here knows this person' };
  if (known.deleted_at !== null) return { state: 'ignored', why: 'this person was deleted' };
  await rememberRemotePerson(work, object, { fetchedAt: work.now, verified: inbound.verified });
  return { state: 'applied' };
}

async function applyDelete(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  if (addressOf(inbound.activity.object) !== inbound.actor) return null;
  if (inbound.verified === 'unchecked') return { state: 'ignored', why: 'an unchecked copy deletes nobody' };
  const known = await personByUri(work.db, inbound.actor);
  // A group ends itself in the same words.
  if (!known) return null;
  if (known.local === 1) return { state: 'ignored', why: 'people of this node are deleted here' };
  return (await deletePerson(work, known.id))
    ? { state: 'applied' }
    : { state: 'ignored', why: 'this person was deleted already' };
}

function isPersonType(type: Json | undefined): boolean {
  return listOf(type).some((name) => personTypes.some((known) => known === name));
}

function stored(person: PersonRow): StoredObject {
  return {
    id: person.id,
    uri: person.uri,
    local: person.local === 1,
    deletedAt: person.deleted_at,
    type: person.type,
    handle: person.handle,
    inbox: person.shared_inbox ?? person.inbox,
  };
}

/** The things behind `/people/<id>`. */
export const people: ObjectKind = {
  path: 'people',
  load: async (db, by) => {
    const person = 'id' in by ? await personById(db, by.id) : await personByUri(db, by.uri);
    return person && stored(person);
  },
  mayRead: mayReadPerson,
  isDiscoverable: async (db, object) => {
    const person = await personById(db, object.id);
    return person !== undefined && person.public_since !== null;
  },
  toDocument: async (outgoing, object) => {
    const person = await personById(outgoing.db, object.id);
    if (person?.local !== 1 || person.deleted_at !== null) return undefined;
    return personDocument(person, { partner: outgoing.joineryPeer });
  },
  remoteTypes: [...personTypes],
  saveRemote: rememberRemotePerson,
};

/**
 * Our own people and nodes with an agreement read every profile; strangers only that of people of this node who have posted where strangers can read.
 */
async function mayReadPerson(db: Reader, requester: Requester, object: StoredObject): Promise<boolean> {
  if (requester.kind === 'node') return true;
  // Whom a guest sees depends on their groups: pages ask `canSeePerson`.
  if (requester.kind === 'person') return !requester.guest || requester.person === object.id;
  if (!object.local) return false;
  if (requester.kind === 'peer' && requester.trust.mayFederate(requester.origin, null, 'out').allowed) return true;
  const person = await personById(db, object.id);
  return person !== undefined && person.public_since !== null;
}
