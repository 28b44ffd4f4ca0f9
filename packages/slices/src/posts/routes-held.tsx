import {
  type Environment,
  type FieldFault,
  isRefusal,
  readForm,
  refuse,
  requireVisitor,
  type Visitor,
} from '@joinery/core';
import { requesterMayRead } from '@joinery/slices/groups';
import { renderMarkdown } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { filesNow } from './attaching.tsx';
import {
  changeHeld,
  chooseUndoSeconds,
  type HeldInput,
  heldOf,
  hold,
  leaveNow,
  undo,
  undoChoices,
  undoSeconds,
} from './held.ts';
import { newReply, newTopic } from './input.ts';
import { fieldErrors } from './labels.tsx';
import { messages } from './messages.ts';
import { type C, change, countPost, readerOf, show } from './page.ts';
import { createTopic, reply } from './posts.ts';
import { previewOf } from './preview.tsx';
import { requireGroup } from './store.ts';
import type { PostHeldRow } from './tables.ts';
import { HeldPage, PostingPage } from './views-held.tsx';
import { markdownText } from './written.ts';

/**
 * Posts what somebody wrote on a page: at once, or after the time in which it can be taken back.
 * @returns where to go on
 */
export async function postFromPage(c: C, visitor: Visitor, input: Omit<HeldInput, 'author'>): Promise<string> {
  countPost(c, visitor);
  const author = visitor.person.id;
  const seconds = await undoSeconds(c.var.context, author);
  if (seconds > 0) {
    const held = await change(c, visitor, (work) => hold(work, { ...input, author }, seconds));
    return `/outgoing/${held.id}`;
  }
  const { replyTo, title, source, language } = input;
  const text = { author, language, files: input.files ?? [], ...markdownText(source) };
  const made = await change(c, visitor, (work) =>
    replyTo === null
      ? createTopic(work, { ...text, group: input.group, title, audience: input.audience })
      : reply(work, { ...text, replyTo }),
  );
  return `/posts/${made.id}`;
}

/** The text of something taken back a short while ago, for the form that it came from. */
export async function takenBack(c: C): Promise<PostHeldRow | undefined> {
  const id = c.req.query('from');
  const held = id && c.var.visitor ? await heldOf(c.var.context.db.reader, id, c.var.visitor.person.id) : undefined;
  return held?.state === 'undone' ? held : undefined;
}

const postingForm = z.object({
  seconds: z.coerce.number().refine((value) => undoChoices.some((one) => one === value)),
});

/** Pages of what has not left yet, and how long one wants to be able to take things back. */
export function heldRoutes(app: Hono<Environment>): void {
  app.get('/outgoing/:id', async (c) => {
    const held = await ownHeld(c);
    return held.state === 'held' || held.state === 'refused'
      ? heldPage(c, held, [], {})
      : c.redirect(whereNow(held), 303);
  });

  app.post('/outgoing/:id', async (c) => {
    const visitor = requireVisitor(c);
    const held = await ownHeld(c);
    const form = held.reply_to === null ? await readForm(c, newTopic) : await readForm(c, newReply);
    const fields = c.var.form?.fields;
    const typed = { title: fields?.get('title')?.[0], content: fields?.get('content')?.[0] };
    if (!form.ok) return heldPage(c, held, form.faults, typed);
    const { content } = form.value;
    const title = 'title' in form.value ? String(form.value.title) : undefined;
    return inTime(c, held, async () => {
      await change(c, visitor, (work) =>
        changeHeld(work, held.id, visitor.person.id, { source: content, ...(title === undefined ? {} : { title }) }),
      );
      return `/outgoing/${held.id}`;
    });
  });

  app.post('/outgoing/:id/undo', async (c) => {
    const visitor = requireVisitor(c);
    const held = await ownHeld(c);
    return inTime(c, held, async () => {
      const row = await change(c, visitor, (work) => undo(work, held.id, visitor.person.id));
      return whereNow({ ...row, state: 'undone' });
    });
  });

  app.post('/outgoing/:id/now', async (c) => {
    const visitor = requireVisitor(c);
    const held = await ownHeld(c);
    return inTime(c, held, async () => {
      const post = await change(c, visitor, (work) => leaveNow(work, held.id, visitor.person.id));
      return `/posts/${post}`;
    });
  });

  app.get('/profile/posting', async (c) => {
    const visitor = requireVisitor(c);
    const { language, csrf, context } = c.var;
    const chosen = await undoSeconds(context, visitor.person.id);
    const choices = [...new Set([...undoChoices, chosen])].sort((one, other) => one - other);
    const t = messages(language);
    const notices = c.req.query('saved') === '1' ? [{ kind: 'success' as const, text: t('postingSaved') }] : [];
    const page = <PostingPage chosen={chosen} choices={choices} reader={readerOf(c)} csrf={csrf} />;
    return show(c, { title: t('posting'), notices }, page);
  });

  app.post('/profile/posting', async (c) => {
    const visitor = requireVisitor(c);
    const form = await readForm(c, postingForm);
    if (!form.ok) refuse('invalid', 'Choose one of the times', form.faults);
    const { seconds } = form.value;
    await change(c, visitor, (work) => chooseUndoSeconds(work, visitor.person.id, seconds));
    return c.redirect('/profile/posting?saved=1', 303);
  });
}

/** @throws {Refusal} signed_out, not_found */
async function ownHeld(c: C): Promise<PostHeldRow> {
  const visitor = requireVisitor(c);
  const held = await heldOf(c.var.context.db.reader, c.req.param('id') ?? '', visitor.person.id);
  return held ?? refuse('not_found', 'There is nothing at this address');
}

/** Where it is once it is held no more: the post, or the form with the text. */
function whereNow(held: PostHeldRow): string {
  if (held.post_id !== null) return `/posts/${held.post_id}`;
  if (held.topic_id === null) return `/groups/${held.group_id}/new?from=${held.id}`;
  const to = held.reply_to === held.topic_id ? '' : `&reply=${held.reply_to}`;
  return `/posts/${held.topic_id}?from=${held.id}${to}#your-reply`;
}

/** Does it, unless it left meanwhile: then its page, where it can be edited and deleted, says how it stands. */
async function inTime(c: C, held: PostHeldRow, does: () => Promise<string>): Promise<Response> {
  try {
    return c.redirect(await does(), 303);
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'conflict') throw error;
    return c.redirect(`/outgoing/${held.id}`, 303);
  }
}

async function heldPage(
  c: C,
  held: PostHeldRow,
  faults: readonly FieldFault[],
  typed: { title?: string | undefined; content?: string | undefined },
): Promise<Response> {
  const { language, csrf, context } = c.var;
  const db = context.db.reader;
  const found = await requireGroup(db, held.group_id);
  const { person } = requireVisitor(c);
  const requester = { kind: 'person', person: person.id, administrator: false, guest: person.guest } as const;
  // Their own text stays theirs; of a group that they were removed from it says nothing more, neither its name nor who is in it.
  const group = (await requesterMayRead(db, requester, found)) ? found : null;
  const errors = fieldErrors(faults, language);
  const preview = group ? await previewOf(c, group, held.source) : { html: renderMarkdown(held.source), unreached: [] };
  const files = await filesNow(c, 'held', held.id);
  const page = <HeldPage model={{ held, group, typed, errors, csrf, preview, files }} reader={readerOf(c)} />;
  return show(c, { title: held.title ?? messages(language)('heldReply'), error: errors.length > 0 }, page);
}
