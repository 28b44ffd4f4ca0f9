import {
  type Environment,
  type FieldFault,
  isRefusal,
  readForm,
  refuse,
  requireVisitor,
  type Visitor,
  type Work,
} from '@joinery/core';
import { plainText } from '@joinery/ui';
import type { Hono } from 'hono';
import { sendAgain } from './acceptance.ts';
import { type Attaching, filesNow, noFiles, takeAttachments } from './attaching.tsx';
import { audienceOf } from './audience.ts';
import { deletePost, editPost } from './changes.ts';
import { hidePost, unhidePost } from './hiding.ts';
import { documentChange, postChange, reasonGiven } from './input.ts';
import { audienceText, fieldErrors } from './labels.tsx';
import { like, unlike } from './likes.ts';
import { messages } from './messages.ts';
import { lock, markAnswered, pin, putBack, removeFromGroup, unlock, unpin } from './moderation.ts';
import { type C, change, readerOf, show } from './page.ts';
import * as policy from './policy.ts';
import { type PreviewModel, previewOf } from './preview.tsx';
import { type SeenPost, seePost } from './reads.ts';
import { report } from './reports.ts';
import { revisionsOf } from './store.ts';
import { ComposePage, HistoryPage, type Typed } from './views-forms.tsx';
import { DeletePage, ReasonPage, reasonTitles } from './views-reason.tsx';
import { WhereItGoes } from './views-where.tsx';
import { markdownText } from './written.ts';

/** What is done with one post: buttons, and the pages that ask before something is done. */
export function postRoutes(app: Hono<Environment>): void {
  buttonRoutes(app);
  reasonRoutes(app);
  editRoutes(app);

  app.get('/posts/:id/delete', async (c) => {
    requireVisitor(c);
    const { post, standing } = await seePost(c.var.context, c.req.param('id'), c.var.visitor);
    const why = policy.whyNotDelete(standing, post);
    if (why) refuse(why, 'You cannot delete this post');
    const page = <DeletePage post={post} reader={readerOf(c)} csrf={c.var.csrf} />;
    return show(c, { title: messages(c.var.language)('deleteTitle') }, page);
  });

  app.post('/posts/:id/delete', async (c) => {
    const visitor = requireVisitor(c);
    const { post, group } = await seePost(c.var.context, c.req.param('id'), visitor);
    await change(c, visitor, (work) => deletePost(work, { post: post.id, author: visitor.person.id }));
    const inGroup = group.kind === 'group' && post.reply_to === null;
    return c.redirect(inGroup ? `/groups/${group.id}` : `/posts/${post.topic_id}`, 303);
  });

  app.get('/posts/:id/history', async (c) => {
    const { post } = await seePost(c.var.context, c.req.param('id'), c.var.visitor);
    // Neither are its older texts shown.
    if (post.hidden_at) refuse('not_found', 'There is nothing at this address');
    const rows = await revisionsOf(c.var.context.db.reader, post.id);
    const revisions = rows.map((row) => ({ ...row, plain: row.source ?? plainText(row.content) }));
    const page = <HistoryPage post={post} revisions={revisions} reader={readerOf(c)} />;
    return show(c, { title: messages(c.var.language)('historyTitle') }, page);
  });
}

type Does = (work: Work, input: { post: string; by: string; topic: string; visitor: Visitor }) => Promise<unknown>;

const buttons: Record<string, Does> = {
  like: (work, { post, visitor }) => like(work, { post, by: { uri: visitor.person.uri, person: visitor.person.id } }),
  unlike: (work, { post, visitor }) => unlike(work, { post, by: { uri: visitor.person.uri } }),
  answered: (work, { post, topic, by }) => markAnswered(work, { topic, answer: post, by }),
  'not-answered': (work, { topic, by }) => markAnswered(work, { topic, answer: null, by }),
  pin,
  unpin,
  lock,
  unlock,
  'put-back': putBack,
  unhide: (work, { post, by, visitor }) => unhidePost(work, { post, by, administrator: visitor.administrator }),
  'send-again': (work, { post, by }) => sendAgain(work, { post, author: by }),
};

function buttonRoutes(app: Hono<Environment>): void {
  for (const [verb, does] of Object.entries(buttons)) {
    app.post(`/posts/:id/${verb}`, async (c) => {
      const visitor = requireVisitor(c);
      const { post } = await seePost(c.var.context, c.req.param('id'), visitor);
      const input = { post: post.id, topic: post.topic_id, by: visitor.person.id, visitor };
      await change(c, visitor, async (work) => void (await does(work, input)));
      return c.redirect(`/posts/${post.id}`, 303);
    });
  }
}

function reasonRoutes(app: Hono<Environment>): void {
  for (const kind of ['remove', 'report', 'hide'] as const) {
    const whyNot = ({ standing, post }: SeenPost, visitor: Visitor) => {
      if (kind === 'hide') return policy.whyNotHide(standing, visitor.administrator, post);
      return kind === 'remove' ? policy.whyNotModerate(standing) : policy.whyNotReport(standing, post);
    };
    app.get(`/posts/:id/${kind}`, async (c) => {
      const visitor = requireVisitor(c);
      const seen = await seePost(c.var.context, c.req.param('id'), visitor);
      const why = whyNot(seen, visitor);
      if (why) refuse(why, 'You cannot do this with this post');
      return askReason(c, kind, seen, {}, []);
    });
    app.post(`/posts/:id/${kind}`, async (c) => {
      const visitor = requireVisitor(c);
      const seen = await seePost(c.var.context, c.req.param('id'), visitor);
      const why = whyNot(seen, visitor);
      if (why) refuse(why, 'You cannot do this with this post');
      const form = await readForm(c, reasonGiven);
      if (!form.ok) return askReason(c, kind, seen, form.typed, form.faults);
      const { post } = seen;
      const { reason } = form.value;
      await change(c, visitor, async (work) => {
        const { administrator, person } = visitor;
        if (kind === 'hide') await hidePost(work, { post: post.id, by: person.id, administrator, reason });
        else if (kind === 'remove') await removeFromGroup(work, { post: post.id, by: visitor.person.id, reason });
        else await report(work, { post: post.id, reporter: visitor.person.id, reason });
      });
      if (kind !== 'report') return c.redirect(`/posts/${post.id}`, 303);
      const t = messages(c.var.language);
      return show(
        c,
        {
          title: t('report'),
          notices: [{ kind: 'success', text: seen.standing.converses ? t('reportedMessage') : t('reported') }],
        },
        back(c, post),
      );
    });
  }
}

function back(c: C, post: { id: string; title: string | null; excerpt: string }) {
  return (
    <p>
      <a href={`/posts/${post.id}`}>{post.title || post.excerpt || messages(c.var.language)('openPost')}</a>
    </p>
  );
}

function askReason(
  c: C,
  kind: 'remove' | 'report' | 'hide',
  { post, group }: SeenPost,
  typed: { reason?: string },
  faults: readonly FieldFault[],
): Promise<Response> {
  const t = messages(c.var.language);
  const errors = fieldErrors(faults, c.var.language);
  const page = <ReasonPage {...{ kind, post, group, typed, errors }} reader={readerOf(c)} csrf={c.var.csrf} />;
  return show(c, { title: t(reasonTitles[kind]), error: errors.length > 0 }, page);
}

function editRoutes(app: Hono<Environment>): void {
  app.get('/posts/:id/edit', async (c) => {
    requireVisitor(c);
    const seen = await seePost(c.var.context, c.req.param('id'), c.var.visitor);
    const why = policy.whyNotEdit(seen.standing, seen.group, seen.post);
    if (why) refuse(why, 'You cannot change this post');
    const { post } = seen;
    const typed = {
      title: post.title ?? undefined,
      content: post.source ?? plainText(post.content ?? ''),
      language: post.language ?? undefined,
      revision: String(post.revision),
    };
    const attaching = { ...noFiles, files: isDocument(post) ? [] : await filesNow(c, 'posts', post.id) };
    return editor(c, seen, typed, { faults: [], preview: null, stale: null, attaching });
  });

  app.post('/posts/:id/edit', async (c) => {
    const visitor = requireVisitor(c);
    const seen = await seePost(c.var.context, c.req.param('id'), visitor);
    const why = policy.whyNotEdit(seen.standing, seen.group, seen.post);
    if (why) refuse(why, 'You cannot change this post');
    const form = await readForm(
      c,
      isDocument(seen.post)
        ? documentChange
        : seen.post.title === null || seen.group.kind === 'conversation'
          ? postChange.required({ content: true })
          : postChange.required({ content: true, title: true }),
    );
    const sent = (name: string) => c.var.form?.fields.get(name)?.[0];
    const typed = {
      title: sent('title'),
      content: sent('content'),
      language: sent('language'),
      revision: sent('revision'),
    };
    const attaching = isDocument(seen.post)
      ? { ...noFiles, again: false, attachments: undefined }
      : await takeAttachments(c, visitor, await filesNow(c, 'posts', seen.post.id));
    if (!form.ok) return editor(c, seen, typed, { faults: form.faults, preview: null, stale: null, attaching });
    const { title, content, language, revision } = form.value;
    if (sent('preview') !== undefined) {
      const preview = await previewOf(c, seen.group, content);
      return editor(c, seen, typed, { faults: [], preview, stale: null, attaching });
    }
    if (attaching.again) return editor(c, seen, typed, { faults: [], preview: null, stale: null, attaching });
    const input = { post: seen.post.id, author: visitor.person.id, expected: revision, ...markdownText(content) };
    try {
      await change(c, visitor, (work) =>
        editPost(work, {
          ...input,
          ...(attaching.attachments ? { files: attaching.attachments } : {}),
          ...(title === undefined ? {} : { title }),
          ...(language === undefined ? {} : { language }),
        }),
      );
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'stale_revision') throw error;
      const now = await seePost(c.var.context, seen.post.id, visitor);
      const stale = now.post.source ?? plainText(now.post.content ?? '');
      const newer = { ...typed, revision: String(now.post.revision) };
      return editor(c, now, newer, { faults: [], preview: null, stale, attaching });
    }
    return c.redirect(`/posts/${seen.post.id}`, 303);
  });
}

/** Its file changes by versions alone, which the library keeps. */
const isDocument = ({ kind, reply_to }: SeenPost['post']) => kind === 'document' && reply_to === null;

async function editor(
  c: C,
  { post, group }: SeenPost,
  typed: Typed,
  answer: { faults: readonly FieldFault[]; preview: PreviewModel | null; stale: string | null; attaching: Attaching },
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const audience = await audienceOf(context.db.reader, group.id, post.topic_id);
  const errors = [...fieldErrors(answer.faults, language), ...answer.attaching.errors];
  const model = {
    action: `/posts/${post.id}/edit`,
    back: { href: `/posts/${post.id}`, name: post.title || post.excerpt },
    titled: post.title !== null && group.kind === 'group',
    typed,
    errors,
    audience: audience ? audienceText(audience, context.config.agency, language) : '',
    where: <WhereItGoes audience={audience} context={context} reader={readerOf(c)} />,
    preview: answer.preview,
    editing: true,
    stale: answer.stale,
    suggest: `/groups/${post.group_id}/suggestions`,
    attaching: isDocument(post) ? null : answer.attaching,
    largest: context.config.files.largest,
    csrf,
  };
  const page = <ComposePage model={model} reader={readerOf(c)} />;
  const options = { title: messages(language)('editTitle'), error: errors.length > 0 || answer.stale !== null };
  return show(c, options, page);
}
