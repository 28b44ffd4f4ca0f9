import { type Environment, readForm, refuse, requireStaff, transactAs } from '@joinery/core';
import { chooseContacts, chosenContacts, usualContacts } from '@joinery/slices/groups';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { messages } from './messages.ts';
import { ChoicePage } from './views-choice.tsx';

const choiceForm = z.object({ contacts: z.enum(['agency', 'yes', 'no']) });

/** Whether people of other nodes may begin conversations with somebody: their own page. */
export function choiceRoutes(app: Hono<Environment>): void {
  app.get('/profile/conversations', async (c) => {
    const visitor = requireStaff(c);
    const { context, language, csrf } = c.var;
    const db = context.db.reader;
    const t = messages(language);
    const chosen = await chosenContacts(db, visitor.person.id);
    const value = chosen === null ? 'agency' : chosen ? 'yes' : 'no';
    const notices = c.req.query('saved') === undefined ? [] : [{ kind: 'success' as const, text: t('choiceSaved') }];
    const page = <ChoicePage {...{ value, csrf }} usual={await usualContacts(db)} reader={readerOf(c)} />;
    return showPage(c, { title: t('choiceTitle'), notices }, page);
  });

  app.post('/profile/conversations', async (c) => {
    const visitor = requireStaff(c);
    const form = await readForm(c, choiceForm);
    if (!form.ok) refuse('invalid', 'Choose one of these', form.faults);
    const { contacts } = form.value;
    const allowed = contacts === 'agency' ? null : contacts === 'yes';
    await transactAs(c, visitor, (work) => chooseContacts(work, visitor.person.id, allowed));
    return c.redirect('/profile/conversations?saved=1', 303);
  });
}
