import { type Context, fold, isId, isRefusal, type Reader } from '@joinery/core';
import { localPeople, type PersonRow, personById, personByUri } from '@joinery/slices/people';
import { reachedOrigins, reachOf } from './elsewhere.ts';

/** At most so many names are looked at, and so many people offered for one of them. */
const mostTerms = 30;
const mostOffered = 8;
/** So many addresses are looked up at other nodes for one form. */
const mostLookedUp = 12;

export type Node = Pick<Context, 'db' | 'config' | 'ports'>;

/** Who is meant by what somebody typed. */
export type Meant = {
  people: PersonRow[];
  /** More than one may be meant, or a part of a name was typed: whoever typed it decides. */
  unclear: { term: string; candidates: PersonRow[] }[];
  /** Nobody is called so. */
  unknown: string[];
  /** Somebody of another node is meant with whom nobody here can talk: the agreement with it does not cover that, or its software cannot keep it. */
  elsewhere: string[];
  software: string[];
};

/**
 * Finds people by handle, name, `name@node` or address of their page, as they were typed: separated by commas, semicolons or line ends. Of another node by name only those
 * whom a group or conversation leads whoever asks to.
 * @param asker local id of who typed it
 */
export async function peopleMeant(node: Node, typed: string, asker: string): Promise<Meant> {
  const meant: Meant = { people: [], unclear: [], unknown: [], elsewhere: [], software: [] };
  const terms = typed.split(/[,;\n]/).map((term) => term.trim());
  let lookUps = mostLookedUp;
  for (const term of [...new Set(terms)].filter((one) => one !== '').slice(0, mostTerms)) {
    const found = await whoIs(node, term.slice(0, 200), asker, () => {
      lookUps -= 1;
      return lookUps >= 0;
    });
    if (typeof found === 'string') meant[found].push(term);
    else if (found.sure) meant.people.push(found.sure);
    else if (found.candidates.length > 0) meant.unclear.push({ term, candidates: found.candidates });
    else meant.unknown.push(term);
  }
  return meant;
}

type Found = { sure: PersonRow | undefined; candidates: PersonRow[] };
const nobody: Found = { sure: undefined, candidates: [] };

async function whoIs(
  node: Node,
  term: string,
  asker: string,
  mayLookUp: () => boolean,
): Promise<Found | 'elsewhere' | 'software'> {
  const { config } = node;
  const db = node.db.reader;
  const page = `${config.origin}/people/`;
  if (term.startsWith(page)) return { sure: await activePerson(db, term.slice(page.length)), candidates: [] };
  if (/^https?:\/\//i.test(term)) return someoneElsewhere(node, term, mayLookUp);
  const [handle = '', host] = term.replace(/^@/, '').toLowerCase().split('@');
  if (host !== undefined && host !== new URL(config.origin).host)
    return someoneElsewhere(node, `${handle}@${host}`, mayLookUp);
  const named = await withHandle(db, handle);
  if (named || host !== undefined || term.startsWith('@')) return { sure: named, candidates: [] };
  const reached = await reachedOrigins(node);
  const candidates = [
    ...(await localPeople(db, { search: term, limit: mostOffered })),
    ...(await knownElsewhere(db, { search: term, asker, origins: reached, limit: mostOffered })),
  ].slice(0, mostOffered);
  const same = candidates.filter((person) => fold(person.name) === fold(term));
  if (candidates.length === 0) {
    const [other] = await knownElsewhere(db, { search: term, asker, origins: null, limit: mostOffered });
    if (other && fold(other.name) === fold(term))
      return (await reachOf(node, other.home)) === 'software' ? 'software' : 'elsewhere';
  }
  // A message to the wrong person cannot be called back: a part of a name is never enough.
  return { sure: same.length === 1 ? same[0] : undefined, candidates: same.length > 1 ? same : candidates };
}

/** Somebody of another node by their address: as known here, or as their node says now. */
async function someoneElsewhere(
  node: Node,
  address: string,
  mayLookUp: () => boolean,
): Promise<Found | 'elsewhere' | 'software'> {
  const db = node.db.reader;
  const known = address.includes('://') ? await personByUri(db, address) : await withAddress(db, address);
  try {
    const found = known ?? (mayLookUp() ? await lookUp(node, address) : undefined);
    if (!found) return nobody;
    if (found.deleted_at !== null || found.disabled_at !== null) return nobody;
    const reach = await reachOf(node, found.home);
    return reach === 'reached' ? { sure: found, candidates: [] } : reach;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.code === 'no_agreement' ? 'elsewhere' : nobody;
  }
}

async function lookUp({ db, ports }: Node, address: string): Promise<PersonRow | undefined> {
  const found = await ports.actors.resolve(address);
  return found.kind === 'people' ? personById(db.reader, found.id) : undefined;
}

/** Somebody of this node who has not left. */
async function activePerson(db: Reader, id: string): Promise<PersonRow | undefined> {
  const person = isId(id) ? await personById(db, id) : undefined;
  return person?.local === 1 && person.disabled_at === null && person.deleted_at === null ? person : undefined;
}

/** Somebody who was offered: of this node, or of another where a group or conversation leads whoever asks to them. */
export async function offeredPerson(node: Node, id: string, asker: string): Promise<PersonRow | undefined> {
  const db = node.db.reader;
  const person = isId(id) ? await personById(db, id) : undefined;
  if (!person || person.local === 1) return activePerson(db, id);
  const origins = await reachedOrigins(node);
  return (await knownElsewhere(db, { id, asker, origins, limit: 1 }))[0];
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

/** `name@node`, where exactly one person known here has it. */
async function withAddress(db: Reader, address: string): Promise<PersonRow | undefined> {
  const [handle = '', host = ''] = address.split('@');
  const rows = await db
    .selectFrom('person')
    .selectAll()
    .where('local', '=', 0)
    .where('handle', '=', handle)
    .where('home', 'in', [`https://${host}`, `http://${host}`])
    .where('deleted_at', 'is', null)
    .limit(2)
    .execute();
  return rows.length === 1 ? rows[0] : undefined;
}

/**
 * People of other nodes whom a group or conversation leads somebody to: both take part in it, or they wrote in a group that everybody here may read. Nobody learns of anybody
 * by a group that is hidden from them.
 * @param wanted.origins of the nodes that count; null for all
 */
export function knownElsewhere(
  db: Reader,
  wanted: { asker: string; origins: readonly string[] | null; limit: number } & ({ search: string } | { id: string }),
): Promise<PersonRow[]> {
  const { asker, origins, limit } = wanted;
  if (origins?.length === 0) return Promise.resolve([]);
  return db
    .selectFrom('person')
    .selectAll()
    .where('local', '=', 0)
    .where('type', '=', 'Person')
    .where('disabled_at', 'is', null)
    .where('deleted_at', 'is', null)
    .$if(origins !== null, (query) => query.where('home', 'in', origins ?? []))
    .$if('id' in wanted, (query) => query.where('id', '=', 'id' in wanted ? wanted.id : ''))
    .$if('search' in wanted, (query) => {
      const folded = fold('search' in wanted ? wanted.search : '').replace(/[\\%_]/g, (sign) => `\\${sign}`);
      return query.where((eb) =>
        eb.or([eb('sort_name', 'like', `${folded}%`), eb('sort_name', 'like', `% ${folded}%`)]),
      );
    })
    .where((eb) =>
      eb.or([
        eb.exists(
          eb
            .selectFrom('group_member as theirs')
            .innerJoin('group_member as mine', 'mine.group_id', 'theirs.group_id')
            .select('theirs.group_id')
            .whereRef('theirs.person_id', '=', 'person.id')
            .where('theirs.state', '=', 'member')
            .where('mine.person_id', '=', asker)
            .where('mine.state', '=', 'member'),
        ),
        eb.exists(
          eb
            .selectFrom('post')
            .innerJoin('groups', 'groups.id', 'post.group_id')
            .select('post.id')
            .whereRef('post.author_id', '=', 'person.id')
            .where('post.status', '=', 'accepted')
            .where('post.removed_at', 'is', null)
            .where('post.deleted_at', 'is', null)
            .where('groups.reading', '<>', 'members')
            .where('groups.shut_at', 'is', null),
        ),
      ]),
    )
    .orderBy('sort_name')
    .orderBy('id')
    .limit(limit)
    .execute();
}
