import type { Language } from '@joinery/ui';
import { messages } from './messages.ts';
import type { PersonRow } from './tables.ts';

/** What pages need to show who somebody is: name, and always the agency, so that equal names stay apart. */
export type PersonLabel = {
  id: string;
  name: string;
  /** The profile on this node, also of people of other nodes. */
  href: string;
  agency: string;
  role: string;
  /** `handle@host`. */
  address: string;
  /** Host of the home node, when that is another one. */
  node: string | null;
  deleted: boolean;
};

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
    agency: person.agency,
    role: person.role,
    address: `${person.handle}@${host}`,
    node: person.local === 1 ? null : host,
    deleted: false,
  };
}

/** The author as the API shows it. */
export type PersonReference = { id: string; uri: string; name: string; agency: string; home: string };

/** Who somebody is, in the API: `author` of a post, `lead` of a group. */
export function personReference(person: PersonRow): PersonReference {
  return { id: person.id, uri: person.uri, name: person.name, agency: person.agency, home: person.home };
}
