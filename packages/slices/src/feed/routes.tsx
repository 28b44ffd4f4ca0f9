import { type Environment, requireVisitor, transactAs } from '@joinery/core';
import { listFeed, markAllRead, newAmong, newByGroup } from '@joinery/slices/posts';
import { readerOf, renderPanels, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { messages } from './messages.ts';
import { publicGroups, waitingFor } from './store.ts';
import { HomePage, WelcomePage } from './views.tsx';

const perPage = 25;

/** The start page. */
export function routes(app: Hono<Environment>): void {
  app.post('/read', async (c) => {
    const visitor = requireVisitor(c);
    await transactAs(c, visitor, (work) => markAllRead(work, visitor.person.id, null));
    return c.redirect('/', 303);
  });

  app.get('/', async (c) => {
    const { context, visitor, language, csrf } = c.var;
    const db = context.db.reader;
    const reader = readerOf(c);
    const t = messages(language);
    if (!visitor) {
      const page = <WelcomePage agency={context.config.agency} groups={await publicGroups(db)} reader={reader} />;
      return showPage(c, { title: t('welcome') }, page);
    }
    const asks = await context.ports.asks.of(db, visitor.person.id);
    const waiting = await waitingFor(db, visitor.person.id, { asks, now: context.clock.now() });
    const { items, next } = await listFeed(db, visitor.person.id, {
      cursor: c.req.query('cursor') ?? null,
      limit: perPage,
    });
    const now = context.clock.now();
    const fresh = await newByGroup(db, visitor.person.id, now);
    const isNew = await newAmong(
      db,
      visitor.person.id,
      items.map(({ id }) => id),
      now,
    );
    const panels = await renderPanels(c, 'home', null);
    const page = <HomePage {...{ waiting, fresh, isNew, posts: items, next, panels, reader, csrf }} />;
    return showPage(c, { title: t('home') }, page);
  });
}
