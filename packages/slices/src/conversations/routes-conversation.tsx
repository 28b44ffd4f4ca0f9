import {
  countAttempt,
  type Environment,
  isRefusal,
  limits,
  type RequestContext,
  readForm,
  refuse,
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
import type { PersonRow } from '@joinery/slices/people';
import {
  type Attaching,
  closedStateOf,
  findPost,
  likedAmong,
  newAmong,
  newestNews,
  noFiles,
  shownFiles,
  standingOf,
  takeAttachments,
  whyNotLike,
} from '@joinery/slices/posts';
import { type FieldError, readerOf, renderMarkdown, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { type Chosen, readChosen } from './chosen.ts';
import { seen as markSeen, sendMessage } from './conversations.ts';
import { lateTexts } from './deliveries.ts';
import { keysFor, unreachedAgencies } from './elsewhere.ts';
import { messageInput } from './input.ts';
import { askText, fieldErrors, namesOf, titleOf, whomToAsk } from './labels.ts';
import { cameLater, messagesFromEnd, type Participant, pageAround, participantsOf } from './lists.ts';
import { messages } from './messages.ts';
import { type SeenConversation, seeConversation } from './reads.ts';
import { ConversationPage, type Entry } from './views-conversation.tsx';
import { ReopenPage } from './views-list.tsx';
import { AddPeoplePage, LeavePage } from './views-new.tsx';

const perPage = 50;

/** The pages of one conversation. Each asks first whether the visitor is in it. */
export function conversationRoutes(app: Hono<Environment>): void {
  app.get('/conversations/:id', async (c) => {
    const shut = await shutPage(c, c.req.param('id'));
    return shut ?? show(c, await seen(c), { typed: '', errors: [], preview: null, attaching: noFiles });
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

type Answer = { typed: string; errors: readonly FieldError[]; preview: string | null; attaching: Attaching };

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
  const ids = items.map(({ id }) => id);
  const fresh = await newAmong(db, person, ids, now);
  const at = fresh.size === 0 ? null : newestNews(items);
  // What only the script has asked for nobody has seen.
  if (at !== null && topic !== undefined && c.req.method === 'GET' && !c.req.header('x-joinery-background'))
    await transactAs(c, visitor, (work) => markSeen(work, { conversation: conversation.id, topic, person, at }));
  const participants = await participantsOf(db, conversation.id);
  const mine = participants.find((one) => one.person.id === person);
  const standing = await standingOf(db, conversation, person, now.toISOString());
  const liked = await likedAmong(db, person, ids);
  const contact = await contactOf(db, conversation.id, person);
  // Nobody learns that somebody has read it who has not said whether they take part.
  const takesPart = (contact?.state ?? 'accepted') === 'accepted';
  const said = items.map((post): Entry => {
    const may = { like: takesPart && whyNotLike(standing, conversation, post) === null, liked: liked.has(post.id) };
    return { kind: 'message', at: post.sort_at, post, isNew: fresh.has(post.id), may };
  });
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
      // Nor does the node of the files, which would be asked for their bytes.
      attached={takesPart ? await shownFiles(c, items, person) : new Map()}
      largest={context.config.files.largest}
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
    asked: t('askedDone'),
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
  const attaching = await takeAttachments(c, visitor);
  const errors = [...(form.ok ? [] : fieldErrors(form.faults, language)), ...attaching.errors];
  if (!form.ok || errors.length > 0) return show(c, opened, { typed, errors, preview: null, attaching });
  const { content } = form.value;
  if (c.var.form?.fields.has('preview'))
    return show(c, opened, { typed, errors, preview: renderMarkdown(content), attaching });
  if (attaching.again) return show(c, opened, { typed, errors, preview: null, attaching });
  countAttempt(context, `posts ${visitor.account}`, limits.posts);
  const conversation = opened.conversation.id;
  const files = attaching.attachments;
  const post = await transactAs(c, visitor, (work) =>
    sendMessage(work, { conversation, by: visitor.person.id, content, language, files }),
  );
  return c.redirect(`/conversations/${conversation}#post-${post.id}`, 303);
}

async function showAdd(c: RequestContext, { conversation }: SeenConversation, chosen: Chosen, errors: FieldError[]) {
  const { context, language, csrf } = c.var;
  const participants = await participantsOf(context.db.reader, conversation.id);
  const count = participants.filter(({ leftAt }) => leftAt === null).length;
  const title = titleOf(conversation, participants, requireVisitor(c).person.id, language);
  // Its own node decides who comes in, by its agreements: elsewhere those there are asked.
  const ask = conversation.local === 1 ? null : whomToAsk(conversation, participants);
  const page = (
    <AddPeoplePage
      conversation={{ id: conversation.id, title }}
      {...{ count, chosen, ask, errors, csrf }}
      reader={readerOf(c)}
    />
  );
  const t = messages(language);
  return showPage(c, { title: ask === null ? t('addPeople') : t('askToAdd'), error: errors.length > 0 }, page);
}

/** Says in the conversation who should be added, so that somebody at its node adds them. Nothing when they are all in it. */
async function ask(c: RequestContext, { conversation }: SeenConversation, chosen: readonly PersonRow[]): Promise<void> {
  const visitor = requireStaff(c);
  const { context, language } = c.var;
  const participants = await participantsOf(context.db.reader, conversation.id);
  const { agency, people: asked } = whomToAsk(conversation, participants);
  if (asked.length === 0) refuse('conflict', 'Nobody is in it who could add them');
  const isIn = ({ id }: PersonRow) => participants.some(({ person, leftAt }) => person.id === id && leftAt === null);
  const people = chosen.filter((person) => !isIn(person));
  if (people.length === 0) return;
  countAttempt(context, `posts ${visitor.account}`, limits.posts);
  const content = askText(people, agency, language);
  await transactAs(c, visitor, (work) =>
    sendMessage(work, { conversation: conversation.id, by: visitor.person.id, content, language }),
  );
}

async function add(c: RequestContext) {
  const visitor = requireStaff(c);
  const opened = await seen(c);
  const group = opened.conversation.id;
  const chosen = await readChosen(c, visitor.person.id);
  if (chosen.errors.length > 0) return showAdd(c, opened, chosen, chosen.errors);
  if (opened.conversation.local !== 1) {
    await ask(c, opened, chosen.people);
    return c.redirect(`/conversations/${group}?done=asked`, 303);
  }
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
