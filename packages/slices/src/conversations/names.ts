import { fold, isId, type Reader } from '@joinery/core';
import { localPeople, type PersonRow, personById } from '@joinery/slices/people';

/** At most so many names are looked at, and so many people offered for one of them. */
const mostTerms = 30;
const mostOffered = 8;

/** Who is meant by what somebody typed. */
export type Meant = {
  people: PersonRow[];
  /** More than one may be meant, or a part of a name was typed: whoever typed it decides. */
  unclear: { term: string; candidates: PersonRow[] }[];
  /** Nobody here is called so. */
  unknown: string[];
  /** Somebody of another node is meant. */
  elsewhere: string[];
};

/**
 * Finds people of this node by handle, name or address of their page, as they were typed: separated by commas, semicolons or line ends.
 * @param origin of this node
 */
export async function peopleMeant(db: Reader, origin: string, typed: string): Promise<Meant> {
  const meant: Meant = { people: [], unclear: [], unknown: [], elsewhere: [] };
  const terms = typed.split(/[,;\n]/).map((term) => term.trim());
  for (const term of [...new Set(terms)].filter((one) => one !== '').slice(0, mostTerms)) {
    const found = await whoIs(db, origin, term.slice(0, 200));
    if (found === 'elsewhere') meant.elsewhere.push(term);
    else if (found.sure) meant.people.push(found.sure);
    else if (found.candidates.length > 0) meant.unclear.push({ term, candidates: found.candidates });
    else if (await isKnownElsewhere(db, term)) meant.elsewhere.push(term);
    else meant.unknown.push(term);
  }
  return meant;
}

type Found = { sure: PersonRow | undefined; candidates: PersonRow[] };

async function whoIs(db: Reader, origin: string, term: string): Promise<Found | 'elsewhere'> {
  const page = `${origin}/people/`;
  if (term.startsWith(page)) return { sure: await activePerson(db, term.slice(page.length)), candidates: [] };
  if (/^https?:\/\//i.test(term)) return 'elsewhere';
  const [handle = '', host] = term.replace(/^@/, '').toLowerCase().split('@');
  if (host !== undefined && host !== new URL(origin).host) return 'elsewhere';
  const named = await withHandle(db, handle);
  if (named || host !== undefined || term.startsWith('@')) return { sure: named, candidates: [] };
  const candidates = await localPeople(db, { search: term, limit: mostOffered });
  const same = candidates.filter((person) => fold(person.name) === fold(term));
  // A message to the wrong person cannot be called back: a part of a name is never enough.
  return { sure: same.length === 1 ? same[0] : undefined, candidates: same.length > 1 ? same : candidates };
}

/** Somebody of this node who has not left. */
export async function activePerson(db: Reader, id: string): Promise<PersonRow | undefined> {
  const person = isId(id) ? await personById(db, id) : undefined;
  return person?.local === 1 && person.disabled_at === null && person.deleted_at === null ? person : undefined;
}

function withHandle(db: Reader, handle: string): Promise<PersonRow | undefined> {
  return db
    .selectFrom('person')
    .selectAll()
    .where('local', '=', 1)
    .where('handle', '=', handle)
    .where('disabled_at', 'is', null)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

/** Whether somebody of another node who is known here is called exactly so. */
async function isKnownElsewhere(db: Reader, term: string): Promise<boolean> {
  const row = await db
    .selectFrom('person')
    .select('id')
    .where('local', '=', 0)
    .where('sort_name', '=', fold(term))
    .where('deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
