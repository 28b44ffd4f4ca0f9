import type { Searchable } from '@joinery/core';
import {
  guestLabel,
  type PersonRow,
  peopleByIds,
  personById,
  personJson,
  personLabel,
  personSchema,
} from '@joinery/slices/people';
import { seenPosts } from '@joinery/slices/posts';
import { isLanguage, plainText } from '@joinery/ui';
import { sql } from 'kysely';
import { messages } from './messages.ts';

/** People of this node, and of others as far as a group leads to them. */
export const personKind: Searchable = {
  kind: 'person',
  order: 30,
  label: (language) => messages(isLanguage(language) ? language : 'en')('people'),
  one: (language) => messages(isLanguage(language) ? language : 'en')('person'),
  entry: async (db, id) => {
    const person = await personById(db, id);
    if (!person || person.deleted_at !== null || person.disabled_at !== null) return null;
    return {
      title: person.name,
      text: textOf(person),
      at: person.created_at,
      group: null,
      circle: null,
      author: person.id,
      language: null,
    };
  },
  ids: async (db, after, limit) => {
    const rows = await db
      .selectFrom('person')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => row.id);
  },
  events: {
    'person.created': ({ data }) => data.person,
    'person.remembered': ({ data }) => data.person,
    'person.updated': ({ data }) => data.person,
    'person.disabled': ({ data }) => data.person,
    'person.enabled': ({ data }) => data.person,
    'person.deleted': ({ data }) => data.person,
  },
  // Everybody here is in the list of people; a guest has none, and knows those whom a group leads to. Somebody of another node is known only through groups: nobody learns of them by a group hidden from them.
  mayFind: (id, reader) => sql`exists (select 1 from person
    where person.id = ${id} and person.deleted_at is null and person.disabled_at is null and (${reader.guest ? sql`person.id = ${reader.person}` : sql`person.local = 1`}
      or exists (select 1 from group_member as theirs
        where theirs.person_id = person.id and theirs.state = 'member' and theirs.group_id in (select id from read_group))
      or exists (select 1 from post
        inner join post as topic on topic.id = post.topic_id and topic.removed_at is null
        where post.author_id = person.id and post.status = 'accepted' and post.removed_at is null and post.deleted_at is null
          and ${seenPosts(reader.person)} and post.group_id in (select id from read_group))))`,
  results: async (context, _visitor, ids, language) => {
    const people = await peopleByIds(context.db.reader, ids);
    return [...people.values()].flatMap((person) => {
      if (person.deleted_at !== null || person.disabled_at !== null) return [];
      const label = personLabel(person, isLanguage(language) ? language : 'en');
      return [
        {
          id: person.id,
          href: label.href,
          title: person.name,
          text: textOf(person),
          language: null,
          at: null,
          author: null,
          group: null,
          source: person.local === 1 ? null : { agency: person.agency, node: label.node ?? '' },
          facts: [guestLabel(person, isLanguage(language) ? language : 'en')].filter((fact) => fact !== null),
          json: personJson(person),
        },
      ];
    });
  },
  schema: personSchema,
};

/** What a profile says, and the address as people tell it to each other. */
function textOf(person: PersonRow): string {
  const address = `@${person.handle}@${new URL(person.home).host}`;
  return [person.role, person.agency, plainText(person.summary), address].filter(Boolean).join(' · ');
}
