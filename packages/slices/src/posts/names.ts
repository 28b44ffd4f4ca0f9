import { prepareQuery, type Reader, type Work } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { type PersonRow, personByUri } from '@joinery/slices/people';
import { foldTag, namesIn, renderMarkdown } from '@joinery/ui';
import type { PostRow } from './tables.ts';

/** At most so many people are mentioned by one post, and so many tags counted: the others stay text. */
const mostNames = 20;

/** Whom a text mentions and how it is tagged, as its author's node says; unchecked. */
export type SaidNames = { mentions: string[]; tags: string[] };

/** People and tags of a text that are known here. */
type FoundNames = { people: PersonRow[]; tags: string[] };

/** Where the posts with a tag are listed on a node. */
export function tagAddress(origin: string, tag: string): string {
  return `${origin}/tags/${encodeURIComponent(tag)}`;
}

/**
 * Makes links of the names in a text that is written here. `@anna` is a person of this node, or else a member of the group; `@anna@host` anybody
 * whom this node knows. What leads nowhere stays text.
 */
export async function linkNames(
  work: Work,
  group: Pick<GroupRow, 'id'>,
  text: { content: string; source: string | null },
): Promise<{ content: string; names: FoundNames }> {
  const found = text.source === null ? { mentions: [], tags: [] } : namesIn(text.source);
  if (text.source === null || (found.mentions.length === 0 && found.tags.length === 0))
    return { content: text.content, names: { people: [], tags: [] } };
  const people = await peopleNamed(work.db, work.home, group.id, found.mentions);
  const tags = found.tags.slice(0, mostNames);
  const content = renderMarkdown(text.source, {
    mention: (name) => people.get(name)?.uri ?? null,
    tag: (tag) => (tags.includes(tag) ? tagAddress(work.home, tag) : null),
  });
  const each = new Map([...people.values()].map((person) => [person.id, person]));
  return { content, names: { people: [...each.values()], tags } };
}

/**
 * The people behind names in a text, by name.
 * @param home our own origin
 * @param group local id of the group that it is written in
 * @param names `anna` or `anna@host`
 */
export async function peopleNamed(
  db: Reader,
  home: string,
  group: string,
  names: readonly string[],
): Promise<Map<string, PersonRow>> {
  const people = new Map<string, PersonRow>();
  for (const name of names.slice(0, mostNames)) {
    const person = await personNamed(db, home, group, name);
    if (person) people.set(name, person);
  }
  return people;
}

async function personNamed(db: Reader, home: string, group: string, name: string): Promise<PersonRow | undefined> {
  const [handle = '', host] = name.split('@');
  const named = db
    .selectFrom('person')
    .selectAll('person')
    .where('person.handle', '=', handle)
    .where('person.deleted_at', 'is', null)
    .where('person.disabled_at', 'is', null);
  if (host !== undefined && host !== new URL(home).host) {
    return named
      .where('person.home', 'in', [`https://${host}`, `http://${host}`])
      .limit(1)
      .executeTakeFirst();
  }
  const ours = await named.where('person.local', '=', 1).executeTakeFirst();
  if (ours || host !== undefined) return ours;
  const members = await named
    .innerJoin('group_member', 'group_member.person_id', 'person.id')
    .where('group_member.group_id', '=', group)
    .where('group_member.state', '=', 'member')
    .limit(2)
    .execute();
  // Two of that name: nobody guesses who is meant.
  return members.length === 1 ? members[0] : undefined;
}

/** The people of this node among those whom a post of another node mentions, and its tags. */
export async function namesSaid(work: Work, said: SaidNames): Promise<FoundNames> {
  const people: PersonRow[] = [];
  const here = said.mentions.filter((uri) => uri.startsWith(`${work.home}/`));
  for (const uri of new Set(here.slice(0, mostNames))) {
    const person = await personByUri(work.db, uri);
    if (person?.local === 1 && person.deleted_at === null) people.push(person);
  }
  const tags = said.tags.map(foldTag).filter((tag) => /^[\p{L}\p{N}_]{1,60}$/u.test(tag));
  return { people, tags: [...new Set(tags)].slice(0, mostNames) };
}

/** Writes whom a post mentions and how it is tagged, over what stood there. */
export async function putNames(work: Work, post: string, names: FoundNames, isNew = false): Promise<void> {
  if (!isNew) await forgetNames(work, post);
  const { people, tags } = names;
  if (people.length > 0)
    await work.db
      .insertInto('post_mention')
      .values(people.map((person) => ({ post_id: post, person_id: person.id })))
      .execute();
  if (tags.length > 0)
    await work.db
      .insertInto('post_tag')
      .values(tags.map((tag) => ({ post_id: post, tag })))
      .execute();
}

/** A deleted post names nobody. */
export async function forgetNames(work: Work, post: string): Promise<void> {
  await work.db.deleteFrom('post_mention').where('post_id', '=', post).execute();
  await work.db.deleteFrom('post_tag').where('post_id', '=', post).execute();
}

/** Whom a post mentions, of this node and others. */
export function mentionedIn(db: Reader, { id }: Pick<PostRow, 'id'>): Promise<PersonRow[]> {
  return mentioned(db, { id });
}

const mentioned = prepareQuery((db, { id }: { id: string }) =>
  db
    .selectFrom('post_mention')
    .innerJoin('person', 'person.id', 'post_mention.person_id')
    .selectAll('person')
    .where('post_mention.post_id', '=', id)
    .orderBy('person.id'),
);
