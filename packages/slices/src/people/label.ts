import { formatDate, type Language } from '@joinery/ui';
import { messages } from './messages.ts';
import type { PersonRow } from './tables.ts';

/** What pages need to show who somebody is: name, and always the agency, so that equal names stay apart. */
export type PersonLabel = {
  id: string;
  name: string;
  /** The profile on this node, also of people of other nodes. */
  href: string;
  /** With whose guest they are, where they are one. */
  agency: string;
  role: string;
  /** `handle@host`. */
  address: string;
  /** Host of the home node, when that is another one. */
  node: string | null;
  deleted: boolean;
};

/** "Guest of Anna de Vries until 20 February 2027"; null for everybody else. */
export function guestLabel(person: Pick<PersonRow, 'guest_of' | 'guest_until'>, language: Language): string | null {
  if (person.guest_until === null) return null;
  const until = formatDate(language, 'UTC', `${person.guest_until}T00:00:00.000Z`);
  return messages(language)('guestOf', { name: person.guest_of ?? '', until });
}

/** The agency as it stands beside a name everywhere: of a guest with whose guest they are. */
export function agencyOfPerson(
  person: Pick<PersonRow, 'agency' | 'guest_of' | 'guest_until'>,
  language: Language,
): string {
  return [person.agency, guestLabel(person, language)].filter(Boolean).join(' · ');
}

/** The label of a person, or of somebody whom nobody here knows any more. */
export function personLabel(person: PersonRow | undefined, language: Language): PersonLabel {
  if (!person || person.deleted_at !== null) {
    const name = messages(language)('deletedPerson');
    return { id: person?.id ?? '', name, href: '', agency: '', role: '', address: '', node: null, deleted: true };
  }
  const { host } = new URL(person.home);
  return {
    id: person.id,
    name: person.name,
    href: `/people/${person.id}`,
    agency: agencyOfPerson(person, language),
    role: person.role,
    address: `${person.handle}@${host}`,
    node: person.local === 1 ? null : host,
    deleted: false,
  };
}

/** Of a guest: whose, and the last day. */
export type GuestJson = { guest?: { of: string; until: string } };
/** The author as the API shows it. */
export type PersonReference = { id: string; uri: string; name: string; agency: string; home: string } & GuestJson;

/** The member `guest` of a person in the API; absent for everybody else. */
export function guestJson({ guest_of, guest_until }: Pick<PersonRow, 'guest_of' | 'guest_until'>): GuestJson {
  return guest_until === null ? {} : { guest: { of: guest_of ?? '', until: guest_until } };
}

/** Who somebody is, in the API: `author` of a post, `lead` of a group. */
export function personReference(person: PersonRow): PersonReference {
  const { id, uri, name, agency, home } = person;
  return { id, uri, name, agency, home, ...guestJson(person) };
}
