import {
  countAttempt,
  type Environment,
  isRefusal,
  limits,
  type RequestContext,
  readForm,
  requireStaff,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { guestLabel, localPeople } from '@joinery/slices/people';
import { type FieldError, readerOf, renderMarkdown, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { type Chosen, readChosen } from './chosen.ts';
import { beginConversation } from './conversations.ts';
import { conversationForm } from './input.ts';
import { fieldErrors } from './labels.ts';
import { listConversations, shutConversations } from './lists.ts';
import { messages } from './messages.ts';
import { peopleMeant } from './names.ts';
import { conversationRoutes } from './routes-conversation.tsx';
import { reportRoutes } from './routes-reports.tsx';
import { ConversationsPage } from './views-list.tsx';
import { NewConversationPage } from './views-new.tsx';

const perPage = 25;
const mostOffered = 8;

/** Pages of conversations. Fixed addresses come before `/conversations/<id>`. */
export function routes(app: Hono<Environment>): void {
  app.get('/conversations', showList);
  app.get('/conversations/new', async (c) => {
    requireStaff(c);
    const { context } = c.var;
    const { people } = await peopleMeant(context.db.reader, context.config.origin, c.req.query('to') ?? '');
    const to = people.map(({ handle }) => handle).join(', ');
    return showNew(c, { people, to, unclear: [], errors: [] }, { subject: '', content: '' }, [], null);
  });
  app.post('/conversations/new', begin);
  // A page's address and not one of the API, since a browser has a session and no token.
  app.get('/conversations/suggestions', async (c) => {
    const visitor = requireStaff(c);
    const typed = (c.req.query('q') ?? '').trim().replace(/^@/, '').slice(0, 60);
    const people =
      typed === '' ? [] : await localPeople(c.var.context.db.reader, { search: typed, limit: mostOffered + 1 });
    const items = people
      .filter(({ id }) => id !== visitor.person.id)
      .slice(0, mostOffered)
      .map((person) => ({
        text: person.handle,
        label: person.name,
        note: [person.role, `@${person.handle}`, guestLabel(person, c.var.language)].filter(Boolean).join(' · '),
      }));
    return c.json({ items });
  });
  conversationRoutes(app);
  reportRoutes(app);
}

async function showList(c: RequestContext) {
  const { person } = requireVisitor(c);
  const { context, language } = c.var;
  const t = messages(language);
  const { items, next } = await listConversations(context, person.id, {
    cursor: c.req.query('cursor'),
    limit: perPage,
  });
  const notices = c.req.query('done') === 'left' ? [{ kind: 'success' as const, text: t('leftDone') }] : [];
  const shut = await shutConversations(context.db.reader, person.id, language);
  const page = <ConversationsPage {...{ items, next, shut }} person={person.id} reader={readerOf(c)} />;
  return showPage(c, { title: t('messages'), notices }, page);
}

function showNew(
  c: RequestContext,
  chosen: Chosen,
  typed: { subject: string; content: string },
  errors: readonly FieldError[],
  preview: string | null,
) {
  const { language, csrf } = c.var;
  const page = <NewConversationPage {...{ chosen, typed, errors, preview, csrf }} reader={readerOf(c)} />;
  return showPage(c, { title: messages(language)('newConversation'), error: errors.length > 0 }, page);
}

async function begin(c: RequestContext) {
  const visitor = requireStaff(c);
  const { context, language } = c.var;
  const sent = (name: string) => c.var.form?.fields.get(name)?.[0] ?? '';
  const typed = { subject: sent('subject'), content: sent('content') };
  const chosen = await readChosen(c);
  const form = await readForm(c, conversationForm);
  const faults = form.ok ? [] : form.faults;
  const errors = [...chosen.errors, ...fieldErrors(faults, language)];
  if (!form.ok || errors.length > 0) return showNew(c, chosen, typed, errors, null);
  const { content, subject = '' } = form.value;
  if (sent('preview') !== '') return showNew(c, chosen, typed, [], renderMarkdown(content));
  countAttempt(context, `conversations ${visitor.account}`, limits.conversations);
  try {
    const people = chosen.people.map(({ id }) => id);
    const made = await transactAs(c, visitor, (work) =>
      beginConversation(work, { by: visitor.person.id, people, subject, content, language }),
    );
    return c.redirect(`/conversations/${made.id}`, 303);
  } catch (error) {
    if (!isRefusal(error) || error.faults.length === 0) throw error;
    return showNew(c, chosen, typed, fieldErrors(error.faults, language), null);
  }
}
