import {
  type ActorKeys,
  claimHandle,
  freeHandle,
  isRefusal,
  newId,
  refuse,
  saveActorKeys,
  streams,
  type Work,
} from '@joinery/core';
import { renderMarkdown } from '@joinery/ui';
import { cleanName, sortName } from './names.ts';
import { personById } from './store.ts';
import type { PersonRow } from './tables.ts';

/** What a new person of this node is made of. Checked and cleaned before (`input.ts`). */
export type NewPerson = {
  name: string;
  /** Made of the name when it is missing. */
  handle?: string | undefined;
  role?: string | undefined;
  /** Markdown. */
  summary?: string | undefined;
  /** Name of the agency that runs this node. */
  agency: string;
  language: string;
  /** IANA name. */
  timeZone: string;
  /** From `createActorKeys()`, made before the unit of work. */
  keys: ActorKeys;
  /** Of whom they are a guest, and until which day. */
  guest?: Guest | undefined;
};

/** Whose guest somebody is: local id of the sponsor, their name as shown, and the last day. */
export type Guest = { sponsor: string; of: string; until: string };

// A handle is made of Latin letters; a name without any would leave nothing of itself.
const hasLatinLetter = /[a-z]/i;
/** Looks for a free handle. */
const mostTries = 5;

/** Two of one name may come at once: whoever wished for no handle gets the next free one. */
async function takeHandle(work: Work, id: string, wished: string | undefined, name: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const handle = wished ?? (await freeHandle(work.db, hasLatinLetter.test(name) ? name : 'person'));
    try {
      await claimHandle(work, handle, 'person', id);
      return handle;
    } catch (error) {
      if (wished !== undefined || tries === mostTries || !isRefusal(error) || error.code !== 'handle_taken')
        throw error;
    }
  }
}

/**
 * Adds a person to this node. Sign-in is separate: see `addPerson`.
 * @throws {Refusal} invalid, handle_taken
 */
export async function createPerson(work: Work, input: NewPerson): Promise<PersonRow> {
  const name = cleanName(input.name);
  if (name === '') refuse('invalid', 'A person needs a name', [{ field: 'name', code: 'required' }]);
  const id = newId();
  const handle = await takeHandle(work, id, input.handle, name);
  const person: PersonRow = {
    id,
    uri: `${work.home}/people/${id}`,
    home: work.home,
    type: 'Person',
    handle,
    name,
    sort_name: sortName(name),
    summary: renderMarkdown(input.summary ?? ''),
    summary_source: input.summary ?? '',
    role: cleanName(input.role ?? ''),
    agency: input.agency,
    // A guest is of another agency, which has no address here.
    agency_uri: input.guest ? null : `${work.home}/agency`,
    language: input.language,
    time_zone: input.timeZone,
    inbox: null,
    shared_inbox: null,
    local: 1,
    guest_sponsor: input.guest?.sponsor ?? null,
    guest_of: input.guest?.of ?? null,
    guest_until: input.guest?.until ?? null,
    public_since: null,
    disabled_at: null,
    deleted_at: null,
    fetched_at: null,
    created_at: work.now,
    updated_at: work.now,
  };
  await work.db.insertInto('person').values(person).execute();
  await saveActorKeys(work, person.uri, input.keys);
  work.emit('person.created', streams.local, { person: id });
  return person;
}

/** What a person can change about themselves; a missing member stays as it is. */
export type ProfileChange = {
  name?: string | undefined;
  role?: string | undefined;
  /** Markdown. */
  summary?: string | undefined;
  language?: string | undefined;
  timeZone?: string | undefined;
};

/**
 * Changes the profile of a person of this node. Says nothing when nothing changes.
 * @throws {Refusal} not_found, invalid
 */
export async function updateProfile(work: Work, id: string, change: ProfileChange): Promise<PersonRow> {
  const person = await localPerson(work, id);
  const name = change.name === undefined ? person.name : cleanName(change.name);
  if (name === '') refuse('invalid', 'A person needs a name', [{ field: 'name', code: 'required' }]);
  const next = {
    name,
    sort_name: sortName(name),
    role: change.role === undefined ? person.role : cleanName(change.role),
    summary: change.summary === undefined ? person.summary : renderMarkdown(change.summary),
    summary_source: change.summary ?? person.summary_source,
    language: change.language ?? person.language,
    time_zone: change.timeZone ?? person.time_zone,
  };
  const same = (Object.keys(next) as (keyof typeof next)[]).every((key) => next[key] === person[key]);
  if (same) return person;
  await work.db
    .updateTable('person')
    .set({ ...next, updated_at: work.now })
    .where('id', '=', id)
    .execute();
  work.emit('person.updated', streams.local, { person: id });
  return { ...person, ...next, updated_at: work.now };
}

/**
 * Notes another name of the agency with people of this node who still have the old one.
 * @returns how many were changed, at most `limit`
 */
export async function renameAgency(work: Work, agency: string, limit: number): Promise<number> {
  const people = await work.db
    .selectFrom('person')
    .select('id')
    .where('local', '=', 1)
    .where('deleted_at', 'is', null)
    .where('agency', '!=', agency)
    .where('guest_until', 'is', null)
    .limit(limit)
    .execute();
  for (const { id } of people) {
    await work.db.updateTable('person').set({ agency, updated_at: work.now }).where('id', '=', id).execute();
    work.emit('person.updated', streams.local, { person: id });
  }
  return people.length;
}

/**
 * Marks that a person of this node has left. Sessions and tokens end through core's accounts in the same unit of work
 * (`disableLeaver`); memberships end through the event.
 * @returns false when that was so already
 * @throws {Refusal} not_found
 */
export async function disablePerson(work: Work, id: string): Promise<boolean> {
  const person = await localPerson(work, id);
  if (person.disabled_at !== null) return false;
  await work.db
    .updateTable('person')
    .set({ disabled_at: work.now, updated_at: work.now })
    .where('id', '=', id)
    .execute();
  work.emit('person.disabled', streams.local, { person: id });
  return true;
}

/**
 * Takes back `disablePerson`.
 * @returns false when the person was not disabled
 * @throws {Refusal} not_found
 */
export async function enablePerson(work: Work, id: string): Promise<boolean> {
  const person = await localPerson(work, id);
  if (person.disabled_at === null) return false;
  await work.db.updateTable('person').set({ disabled_at: null, updated_at: work.now }).where('id', '=', id).execute();
  work.emit('person.enabled', streams.local, { person: id });
  return true;
}

/**
 * Notes that a person of this node has posted where strangers can see it (a listed group that is not closed): from now on their
 * address and WebFinger answer strangers. Called by posts; does nothing the second time, nor for people of other nodes.
 */
export async function markPublic(work: Work, id: string): Promise<void> {
  await work.db
    .updateTable('person')
    .set({ public_since: work.now })
    .where('id', '=', id)
    .where('local', '=', 1)
    .where('public_since', 'is', null)
    .execute();
}

/**
 * Takes a person out for good; a tombstone stays, so that nothing late brings them back. For people of other nodes: only when their
 * own node says so. What they wrote is the business of posts, memberships that of groups: both through the event.
 * @returns false when that was so already
 * @throws {Refusal} not_found
 */
export async function deletePerson(work: Work, id: string): Promise<boolean> {
  const person = await personById(work.db, id);
  if (!person) refuse('not_found', 'No such person');
  if (person.deleted_at !== null) return false;
  await work.db
    .updateTable('person')
    .set({
      name: '',
      sort_name: '',
      summary: '',
      summary_source: '',
      role: '',
      deleted_at: work.now,
      updated_at: work.now,
    })
    .where('id', '=', id)
    .execute();
  work.emit('person.deleted', streams.local, { person: id });
  return true;
}

async function localPerson(work: Work, id: string): Promise<PersonRow> {
  const person = await personById(work.db, id);
  if (person?.local !== 1 || person.deleted_at !== null) refuse('not_found', 'No such person on this node');
  return person;
}
