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
import { contactsOf } from '@joinery/slices/groups';
import { agencyOfPerson, guestLabel, localPeople } from '@joinery/slices/people';
import { type Attaching, noFiles, takeAttachments } from '@joinery/slices/posts';
import { type FieldError, readerOf, renderMarkdown, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { type Chosen, readChosen } from './chosen.ts';
import { beginConversation } from './conversations.ts';
import { keysFor, reachedOrigins } from './elsewhere.ts';
import { conversationForm } from './input.ts';
import { addressLabel, fieldErrors } from './labels.ts';
import { listConversations, shutConversations } from './lists.ts';
import { messages } from './messages.ts';
import { knownElsewhere, peopleMeant } from './names.ts';
import { choiceRoutes } from './routes-choice.tsx';
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
    const visitor = requireStaff(c);
    const { people } = await peopleMeant(c.var.context, c.req.query('to') ?? '', visitor.person.id);
    const to = people.map(addressLabel).join(', ');
    return showNew(c, { people, to, unclear: [], errors: [] }, { subject: '', content: '' }, [], null, noFiles);
  });
  app.post('/conversations/new', begin);
  // A page's address and not one of the API, since a browser has a session and no token.
  app.get('/conversations/suggestions', async (c) => {
    const visitor = requireStaff(c);
    const typed = (c.req.query('q') ?? '').trim().replace(/^@/, '').slice(0, 60);
    const people = typed === '' ? [] : await offered(c, visitor.person.id, typed);
    const items = people.map((person) => ({
      text: addressLabel(person),
      label: person.name,
      note: (person.local === 1
        ? [person.role, `@${person.handle}`, guestLabel(person, c.var.language)]
        : [agencyOfPerson(person, c.var.language), `@${addressLabel(person)}`]
      )
        .filter(Boolean)
        .join(' · '),
    }));
    return c.json({ items });
  });
  conversationRoutes(app);
  reportRoutes(app);
  choiceRoutes(app);
}

/** Whom somebody may mean: people of this node, and after them those of others who can be brought in. */
async function offered(c: RequestContext, asker: string, search: string) {
  const { context } = c.var;
  const db = context.db.reader;
  const here = await localPeople(db, { search, limit: mostOffered + 1 });
  const origins = here.length > mostOffered ? [] : await reachedOrigins(context);
  const elsewhere = await knownElsewhere(db, { search, asker, origins, limit: mostOffered });
  return [...here, ...elsewhere].filter(({ id }) => id !== asker).slice(0, mostOffered);
}

async function showList(c: RequestContext) {
  const { person } = requireVisitor(c);
  const { context, language } = c.var;
  const t = messages(language);
  const { items, next } = await listConversations(context, person.id, {
    cursor: c.req.query('cursor'),
    limit: perPage,
  });
  const done = { left: t('leftDone'), ignored: t('ignoredDone') }[c.req.query('done') ?? ''];
  const notices = done ? [{ kind: 'success' as const, text: done }] : [];
  const shut = await shutConversations(context.db.reader, person.id, language);
  const contacts = await contactsOf(context.db.reader, person.id);
  const ignored = await listConversations(context, person.id, { limit: perPage, ignored: true });
  const page = (
    <ConversationsPage
      {...{ items, next, shut, contacts, ignored: ignored.items }}
      person={person.id}
      reader={readerOf(c)}
    />
  );
  return showPage(c, { title: t('messages'), notices }, page);
}

function showNew(
  c: RequestContext,
  chosen: Chosen,
  typed: { subject: string; content: string },
  errors: readonly FieldError[],
  preview: string | null,
  attaching: Attaching,
) {
  const { context, language, csrf } = c.var;
  const { largest } = context.config.files;
  const model = { chosen, typed, errors, preview, attaching, largest, csrf };
  const page = <NewConversationPage {...model} reader={readerOf(c)} />;
  return showPage(c, { title: messages(language)('newConversation'), error: errors.length > 0 }, page);
}

async function begin(c: RequestContext) {
  const visitor = requireStaff(c);
  const { context, language } = c.var;
  const sent = (name: string) => c.var.form?.fields.get(name)?.[0] ?? '';
  const typed = { subject: sent('subject'), content: sent('content') };
  const chosen = await readChosen(c, visitor.person.id);
  const form = await readForm(c, conversationForm);
  const faults = form.ok ? [] : form.faults;
  const attaching = await takeAttachments(c, visitor);
  const errors = [...chosen.errors, ...fieldErrors(faults, language), ...attaching.errors];
  if (!form.ok || errors.length > 0) return showNew(c, chosen, typed, errors, null, attaching);
  const { content, subject = '' } = form.value;
  if (sent('preview') !== '') return showNew(c, chosen, typed, [], renderMarkdown(content), attaching);
  if (attaching.again) return showNew(c, chosen, typed, [], null, attaching);
  countAttempt(context, `conversations ${visitor.account}`, limits.conversations);
  try {
    const people = chosen.people.map(({ id }) => id);
    const keys = await keysFor(context, people);
    const files = attaching.attachments;
    const made = await transactAs(c, visitor, (work) =>
      beginConversation(work, { by: visitor.person.id, people, subject, content, language, files, keys }),
    );
    return c.redirect(`/conversations/${made.id}`, 303);
  } catch (error) {
    if (!isRefusal(error) || error.faults.length === 0) throw error;
    return showNew(c, chosen, typed, fieldErrors(error.faults, language), null, attaching);
  }
}
