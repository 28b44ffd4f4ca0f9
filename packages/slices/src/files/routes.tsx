import { accountOfPerson, type Environment, isUsable, refuse } from '@joinery/core';
import type { Hono } from 'hono';
import { answerBytes, answerFile } from './answer.ts';
import { isPass } from './media-origin.ts';
import { mayReadFile } from './reading.ts';
import { pageRoutes } from './routes-pages.tsx';
import { fileById } from './store.ts';
import { tus } from './tus.ts';

/** Addresses of files and of what becomes one. */
export function routes(app: Hono<Environment>): void {
  pageRoutes(app);
  app.get('/files/:id', (c) => answerFile(c, c.req.param('id')));

  app.get('/files/:id/:person/:until/:mac', async (c) => {
    const { id, person, until, mac } = c.req.param();
    const { context } = c.var;
    const db = context.db.reader;
    const file = isPass(c, { file: id, person, until, mac }) ? await fileById(db, id) : undefined;
    // No session is looked at here: whose account was closed since would read on for as long as the pass holds.
    const account = file && (await accountOfPerson(db, person));
    const isOpen = account !== undefined && isUsable(account, context.clock.now().toISOString());
    const known = isOpen ? await context.ports.people.byId(db, person) : null;
    const requester = { kind: 'person', person, administrator: false, guest: known?.guest ?? true } as const;
    if (!file || !known || !(await mayReadFile(context, db, requester, file)))
      refuse('not_found', 'There is nothing at this address');
    return answerBytes(c, file, requester, 'media');
  });

  app.on('OPTIONS', '/uploads', (c) => tus.options(c));
  app.post('/uploads', (c) => tus.begin(c, '/uploads'));
  app.get('/uploads/:id', (c) => tus.state(c, c.req.param('id')));
  app.patch('/uploads/:id', (c) => tus.append(c, c.req.param('id')));
  app.delete('/uploads/:id', (c) => tus.end(c, c.req.param('id')));
}
