import {
  type Environment,
  type Reader,
  type RequestContext,
  requireVisitor,
  transactAs,
  type Visitor,
} from '@joinery/core';
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
    const { context, visitor, language } = c.var;
    const t = messages(language);
    if (visitor) return showPage(c, { title: t('home') }, homePage(c, visitor));
    const groups = await publicGroups(context.db.reader);
    const page = <WelcomePage agency={context.config.agency} groups={groups} reader={readerOf(c)} />;
    return showPage(c, { title: t('welcome') }, page);
  });
}

/** What its parts show does not hang together: all of them are asked for at once. */
async function homePage(c: RequestContext, { person }: Visitor) {
  const { context, csrf } = c.var;
  const db = context.db.reader;
  const now = context.clock.now();
  const [waiting, { isNew, ...feed }, fresh, panels] = await Promise.all([
    context.ports.asks.of(db, person.id).then((asks) => waitingFor(db, person.id, { asks, now })),
    feedOf(db, person.id, { cursor: c.req.query('cursor') ?? null, now }),
    newByGroup(db, person.id, now),
    renderPanels(c, 'home', null),
  ]);
  return (
    <HomePage {...{ waiting, fresh, isNew, posts: feed.items, next: feed.next, panels, reader: readerOf(c), csrf }} />
  );
}

async function feedOf(db: Reader, person: string, { cursor, now }: { cursor: string | null; now: Date }) {
  const { items, next } = await listFeed(db, person, { cursor, limit: perPage });
  const ids = items.map(({ id }) => id);
  return { items, next, isNew: await newAmong(db, person, ids, now) };
}
