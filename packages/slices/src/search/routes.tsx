import { type Environment, refuse, requireVisitor, type Searchable } from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { find, groupWithin } from './find.ts';
import { placeOf, readAsked, readSearch } from './input.ts';
import { countSearch } from './limit.ts';
import { messages } from './messages.ts';
import { SearchPage } from './views.tsx';

const perPage = 20;

/** The page of search. */
export function routes(app: Hono<Environment>, kinds: readonly Searchable[]): void {
  app.get('/search', async (c) => {
    const visitor = requireVisitor(c);
    const { context, language } = c.var;
    const t = messages(language);
    const asked = readAsked((name) => c.req.query(name));
    const names = kinds.map((searchable) => searchable.kind);
    const { search, faults } = readSearch(asked, names, readerOf(c).timeZone);
    const group = search.group ? await groupWithin(context.db.reader, visitor, search.group) : null;
    if (group === undefined) refuse('not_found', 'There is no such group');
    if (search.query.terms.length > 0) countSearch(context, visitor);
    const found =
      faults.length > 0
        ? { items: [], next: null, older: false }
        : await find(context, kinds, visitor, search, {
            after: placeOf(c.req.query('cursor')),
            limit: perPage,
            language,
          });
    const page = (
      <SearchPage
        reader={readerOf(c)}
        kinds={kinds.map(({ kind, label, one }) => ({ kind, label: label(language), one: one(language) }))}
        asked={asked}
        search={search}
        faults={faults}
        group={group && { id: group.id, name: group.name }}
        later={Boolean(c.req.query('cursor'))}
        {...found}
      />
    );
    const title = asked.q === '' ? t('search') : t('titleFor', { words: asked.q.slice(0, 60) });
    return showPage(c, { title, error: faults.length > 0 }, page);
  });
}
