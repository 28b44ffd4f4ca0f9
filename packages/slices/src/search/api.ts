import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  type Environment,
  jsonAnswer,
  listOfItems,
  listQuery,
  refuse,
  requireVisitor,
  type Searchable,
} from '@joinery/core';
import { find, groupWithin } from './find.ts';
import { placeOf, readAsked, readSearch } from './input.ts';
import { countSearch } from './limit.ts';
import { longestQuery } from './query.ts';
import { markedHtml, markedText, snippetOf } from './snippet.ts';

/** REST of search. */
export function api(app: OpenAPIHono<Environment>, kinds: readonly Searchable[]): void {
  const text = z.string().max(longestQuery).optional();
  const names = kinds.map((searchable) => searchable.kind);
  const query = listQuery.extend({
    q: text.describe('Words, "words that follow each other", and -words that must not be there'),
    kind: text.describe(`One of ${names.join(', ')}; all unless given`),
    group: text.describe('Local id of the group to search within'),
    agency: text.describe('Part of the name of the author’s agency'),
    language: text.describe('Language of the post, such as nl'),
    since: text.describe('Day or instant from which'),
    until: text.describe('Day up to which, that day included, or instant before which'),
    order: text.describe('best (unless given): of the newest 1,000 those with the words in the title first; newest'),
  });
  const item = z.object({
    kind: z.string().describe(`One of ${names.join(', ')}`),
    title: z.string().describe('Safe HTML: text in which words are in <mark>'),
    snippet: z.string().describe('The same of the part of the text around the words'),
    item: z.union(kinds.map((searchable) => searchable.schema) as [z.ZodType, z.ZodType]),
  });
  app.openapi(
    createRoute({
      method: 'get',
      path: '/search',
      summary: 'What the person of the token may come upon: posts, groups and people',
      request: { query },
      responses: { 200: jsonAnswer(listOfItems(item), 'A page of what was found') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { context, language } = c.var;
      countSearch(context, visitor);
      const asked = readAsked((name) => c.req.query(name));
      const { search, faults } = readSearch(asked, names, visitor.person.timeZone);
      if (faults.length > 0) refuse('invalid', 'Some filters are not right', faults);
      if (search.group && !(await groupWithin(context.db.reader, visitor, search.group))) {
        refuse('not_found', 'There is no such group');
      }
      const { limit, cursor } = c.req.valid('query');
      const found = await find(context, kinds, visitor, search, { after: placeOf(cursor), limit, language });
      const items = found.items.map(({ kind, result }) => ({
        kind,
        title: markedHtml(markedText(result.title, search.query)),
        snippet: markedHtml(snippetOf(result.text, search.query)),
        item: result.json,
      }));
      return c.json({ items, next: found.next }, 200);
    },
  );
}
