import { z } from '@hono/zod-openapi';
import { type GuestJson, guestJson } from './label.ts';
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
} & GuestJson;

/** Whose guest a person is, as a schema of the API. */
export const guestSchema = z
  .object({ of: z.string(), until: z.string().openapi({ description: 'Last day, as 2027-02-20' }) })
  .optional()
  .openapi({ description: 'Only of guests: people of no agency of their node' });

/** The same as a schema of the API. */
export const personSchema = z
  .object({
    id: z.string(),
    uri: z.string(),
    home: z.string(),
    handle: z.string(),
    name: z.string(),
    agency: z.string(),
    role: z.string(),
    summary: z.string().openapi({ description: 'Safe HTML' }),
    disabled: z.boolean(),
    fetchedAt: z.string().optional(),
    guest: guestSchema,
  })
  .openapi('Person');

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
    ...guestJson(person),
    ...(person.fetched_at === null ? {} : { fetchedAt: person.fetched_at }),
  };
}
