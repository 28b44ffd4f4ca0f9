import {
  countAttempt,
  type Environment,
  isRefusal,
  limits,
  type RequestContext,
  readForm,
  requireStaff,
  requireVisitor,
  restoredState,
  transactAs,
} from '@joinery/core';
import {
  addToConversation,
  contactOf,
  decideContact,
  leaveConversation,
  reopenConversation,
  shutConversation,
} from '@joinery/slices/groups';
import { closedStateOf, findPost, newAmong, newestNews, shownFiles } from '@joinery/slices/posts';
import { type FieldError, readerOf, renderMarkdown, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { type Chosen, readChosen } from './chosen.ts';
import { seen as markSeen, sendMessage } from './conversations.ts';
import { lateTexts } from './deliveries.ts';
import { keysFor, unreachedAgencies } from './elsewhere.ts';
import { messageInput } from './input.ts';
import { fieldErrors, namesOf, titleOf } from './labels.ts';
import { cameLater, messagesFromEnd, type Participant, pageAround, participantsOf } from './lists.ts';
import { messages } from './messages.ts';
import { missing, type SeenConversation, seeConversation } from './reads.ts';
import { ConversationPage, type Entry } from './views-conversation.tsx';
import { ReopenPage } from './views-list.tsx';
import { AddPeoplePage, LeavePage } from './views-new.tsx';

const perPage = 50;

/** The pages of one conversation. Each asks first whether the visitor is in it. */
export function conversationRoutes(app: Hono<Environment>): void {
  app.get('/conversations/:id', async (c) => {
    const shut = await shutPage(c, c.req.param('id'));
    return shut ?? show(c, await seen(c), { typed: '', errors: [], preview: null });
  });
  app.post('/conversations/:id/reopen', async (c) => {
    const visitor = requireVisitor(c);
    const group = c.req.param('id');
    await transactAs(c, visitor, (work) => reopenConversation(work, { group, person: visitor.person.id }));
    return c.redirect(`/conversations/${group}`, 303);
  });
  app.post('/conversations/:id/messages', write);
  for (const [verb, state] of [
    ['accept', 'accepted'],
    ['ignore', 'ignored'],
  ] as const) {
    app.post(`/conversations/:id/${verb}`, async (c) => {
      const visitor = requireVisitor(c);
      const { conversation } = await seen(c);
      const input = { group: conversation.id, person: visitor.person.id, state };
      await transactAs(c, visitor, (work) => decideContact(work, input));
      const back = verb === 'ignore' ? '/conversations?done=ignored' : `/conversations/${conversation.id}`;
      return c.redirect(back, 303);
    });
  }
  app.get('/conversations/:id/people', async (c) => {
    requireStaff(c);
    const nobody = { people: [], to: '', unclear: [], errors: [] };
    return showAdd(c, await seen(c), nobody, []);
  });
  app.post('/conversations/:id/people', add);
  app.get('/conversations/:id/leave', askToLeave);
  app.post('/conversations/:id/leave', async (c) => {
    const visitor = requireVisitor(c);
    const input = { group: c.req.param('id'), person: visitor.person.id };
    await transactAs(c, visitor, (work) => leaveConversation(work, input));
    return c.redirect('/conversations?done=left', 303);
  });
  for (const verb of ['mute', 'unmute'] as const) {
    app.post(`/conversations/:id/${verb}`, async (c) => {
      const visitor = requireVisitor(c);
      const { conversation } = await seen(c);
      const silence = c.var.context.slices.find((slice) => slice.silence)?.silence;
      const input = { person: visitor.person.id, group: conversation.id, silent: verb === 'mute' };
      await transactAs(c, visitor, async (work) => silence?.set(work, input));
      return c.redirect(`/conversations/${conversation.id}?done=${verb}`, 303);
    });
  }
}

/** What somebody sees who was in it as of the backup, until they have said that they still are; null for everybody else. */
async function shutPage(c: RequestContext, id: string): Promise<Response | null> {
  const visitor = requireVisitor(c);
  const { context, language, csrf } = c.var;
  const db = context.db.reader;
  const conversation = await shutConversation(db, id, visitor.person.id);
  if (!conversation) return null;
  const participants = await participantsOf(db, conversation.id);
  const title = titleOf(conversation, participants, visitor.person.id, language);
  const asOf = (await restoredState(db))?.asOf ?? '';
  const names = namesOf(participants, visitor.person.id, language);
  const page = <ReopenPage conversation={{ id, title }} {...{ names, asOf, csrf }} reader={readerOf(c)} />;
  return showPage(c, { title }, page);
}

function seen(c: RequestContext): Promise<SeenConversation> {
  const visitor = requireVisitor(c);
  return seeConversation(c.var.context.db.reader, c.req.param('id') ?? '', visitor);
}

type Answer = { typed: string; errors: readonly FieldError[]; preview: string | null };

async function show(c: RequestContext, { conversation, topic, viewer }: SeenConversation, answer: Answer) {
  const visitor = requireVisitor(c);
  const { context, language, csrf } = c.var;
  const db = context.db.reader;
  const person = visitor.person.id;
  const asked = c.req.query('at');
  const around = asked ? await findPost(db, asked, viewer) : undefined;
  const before =
    topic !== undefined && around?.topic_id === topic
      ? await pageAround(db, topic, around, perPage)
      : (c.req.query('before') ?? null);
  const withheld = conversation.withheld_at !== null;
  const { items, earlier } = await messagesFromEnd(db, topic, viewer, {
    before,
    limit: perPage,
  });
  const now = context.clock.now();
  const fresh = await newAmong(
    db,
    person,
    items.map(({ id }) => id),
    now,
  );
  const at = fresh.size === 0 ? null : newestNews(items);
  // What only the script has asked for nobody has seen.
  if (at !== null && topic !== undefined && c.req.method === 'GET' && !c.req.header('x-joinery-background'))
    await transactAs(c, visitor, (work) => markSeen(work, { conversation: conversation.id, topic, person, at }));
  const participants = await participantsOf(db, conversation.id);
  const contact = await contactOf(db, conversation.id, person);
  const mine = participants.find((one) => one.person.id === person);
  const said = items.map((post): Entry => ({ kind: 'message', at: post.sort_at, post, isNew: fresh.has(post.id) }));
  const silence = context.slices.find((slice) => slice.silence)?.silence;
  const ends = { first: earlier === null, last: before === null, from: mine?.seesFrom ?? '' };
  const page = (
    <ConversationPage
      {...{ conversation, participants, person, csrf, withheld, ...answer }}
      entries={withComings(said, conversation, participants, ends)}
      earlier={earlier && `/conversations/${conversation.id}?before=${encodeURIComponent(earlier)}`}
      newest={before === null}
      muted={(await silence?.holds(db, person, conversation.id)) ?? false}
      contact={contact?.state ?? 'accepted'}
      contactBy={participants.find((one) => one.person.id === contact?.by_id)?.person}
      deliveries={await lateTexts(db, items, person, participants, language)}
      attached={await shownFiles(c, items, person)}
      closed={await closedStateOf(db, conversation)}
      notReadBy={unreachedAgencies(context, conversation, participants)}
      reader={readerOf(c)}
    />
  );
  const t = messages(language);
  const done = {
    mute: t('mutedDone'),
    unmute: t('unmutedDone'),
    added: t('addedDone'),
  }[c.req.query('done') ?? ''];
  const notices = done && answer.errors.length === 0 ? [{ kind: 'success' as const, text: done }] : [];
  const title = titleOf(conversation, participants, person, language);
  return showPage(c, { title, notices, live: conversation.id, error: answer.errors.length > 0 }, page);
}

/** Who came later and who left, among what was said then; at the ends of the conversation also what lies beyond the messages shown. */
function withComings(
  said: Entry[],
  conversation: { created_at: string },
  participants: readonly Participant[],
  ends: { first: boolean; last: boolean; from: string },
): Entry[] {
  const [from, to] = [said[0]?.at ?? '', said.at(-1)?.at ?? ''];
  const comings = participants.flatMap((participant): Entry[] => {
    const { leftAt, joinedAt } = participant;
    if (leftAt !== null) return [{ kind: 'left', at: leftAt, participant }];
    return cameLater(participant, conversation) ? [{ kind: 'added', at: joinedAt ?? '', participant }] : [];
  });
  // Who came or went before the reader did is part of what they do not see.
  const shown = comings.filter(({ at }) => at >= ends.from && (ends.first || at >= from) && (ends.last || at <= to));
  return [...said, ...shown].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

async function write(c: RequestContext) {
  const visitor = requireVisitor(c);
  const opened = await seen(c);
  const { context, language } = c.var;
  const form = await readForm(c, messageInput);
  const typed = c.var.form?.fields.get('content')?.[0] ?? '';
  if (!form.ok) return show(c, opened, { typed, errors: fieldErrors(form.faults, language), preview: null });
  const { content } = form.value;
  if (c.var.form?.fields.has('preview'))
    return show(c, opened, { typed, errors: [], preview: renderMarkdown(content) });
  countAttempt(context, `posts ${visitor.account}`, limits.posts);
  const conversation = opened.conversation.id;
  const post = await transactAs(c, visitor, (work) =>
    sendMessage(work, { conversation, by: visitor.person.id, content, language }),
  );
  return c.redirect(`/conversations/${conversation}#post-${post.id}`, 303);
}

async function showAdd(c: RequestContext, { conversation }: SeenConversation, chosen: Chosen, errors: FieldError[]) {
  const { context, language, csrf } = c.var;
  // Its own node decides who comes in, by its agreements: nobody elsewhere has this page.
  if (conversation.local !== 1) missing();
  const participants = await participantsOf(context.db.reader, conversation.id);
  const count = participants.filter(({ leftAt }) => leftAt === null).length;
  const title = titleOf(conversation, participants, requireVisitor(c).person.id, language);
  const page = (
    <AddPeoplePage
      conversation={{ id: conversation.id, title }}
      {...{ count, chosen, errors, csrf }}
      reader={readerOf(c)}
    />
  );
  return showPage(c, { title: messages(language)('addPeople'), error: errors.length > 0 }, page);
}

async function add(c: RequestContext) {
  const visitor = requireStaff(c);
  const opened = await seen(c);
  const group = opened.conversation.id;
  const chosen = await readChosen(c, visitor.person.id);
  if (chosen.errors.length > 0) return showAdd(c, opened, chosen, chosen.errors);
  try {
    const people = chosen.people.map(({ id }) => id);
    const keys = await keysFor(c.var.context, people, group);
    await transactAs(c, visitor, async (work) => {
      for (const person of people) await addToConversation(work, { group, person, by: visitor.person.id, keys });
    });
  } catch (error) {
    if (!isRefusal(error) || error.faults.length === 0) throw error;
    return showAdd(c, opened, chosen, fieldErrors(error.faults, c.var.language));
  }
  return c.redirect(`/conversations/${group}?done=added`, 303);
}

async function askToLeave(c: RequestContext) {
  const visitor = requireVisitor(c);
  const { conversation } = await seen(c);
  const { context, language, csrf } = c.var;
  const participants = await participantsOf(context.db.reader, conversation.id);
  const title = titleOf(conversation, participants, visitor.person.id, language);
  const last = participants.filter(({ leftAt }) => leftAt === null).length === 1;
  const page = <LeavePage conversation={{ id: conversation.id, title }} {...{ last, csrf }} reader={readerOf(c)} />;
  return showPage(c, { title: messages(language)('leaveTitle') }, page);
}
