import type { PersonRow } from './tables.ts';

/** A person as the API and the command line show them. */
export type PersonJson = {
  id: string;
  uri: string;
  home: string;
  handle: string;
  name: string;
  agency: string;
  role: string;
  summary: string;
  disabled: boolean;
  fetchedAt?: string;
};

/** A person as the API answers it. */
export function personJson(person: PersonRow): PersonJson {
  return {
    id: person.id,
    uri: person.uri,
    home: person.home,
    handle: person.handle,
    name: person.name,
    agency: person.agency,
    role: person.role,
    summary: person.summary,
    disabled: person.disabled_at !== null,
    ...(person.fetched_at === null ? {} : { fetchedAt: person.fetched_at }),
  };
}
