import {
  type Environment,
  encodeCursor,
  type FieldFault,
  ownNodeOffer,
  readForm,
  refuse,
  requireVisitor,
} from '@joinery/core';
import { renderPanels } from '@joinery/ui';
import type { Hono } from 'hono';
import { type Attaching, filesNow, noFiles, shownFiles, takeAttachments } from './attaching.tsx';
import { audienceOf } from './audience.ts';
import { deliveryOf } from './delivery.ts';
import { heldBy } from './held.ts';
import { lacksReplies, openReplies } from './history.ts';
import { newReply } from './input.ts';
import { audienceText, deliveryText, fieldErrors, topicTitle } from './labels.tsx';
import type { PostWithText } from './listed-posts.ts';
import { findPost, likedAmong, listReplies } from './lists.ts';
import { readLive } from './live.ts';
import { type C, change, readerOf, show } from './page.ts';
import * as policy from './policy.ts';
import { type PreviewModel, previewOf } from './preview.tsx';
import { type SeenPost, seePost, underTopic } from './reads.ts';
import { postFromPage, takenBack } from './routes-held.tsx';
import { unreachedBy } from './unreached.ts';
import { markTopicRead, newAmong, newestNews } from './unread.ts';
import type { PostActions, ShownPost } from './views-actions.tsx';
import { ThreadPage } from './views-thread.tsx';
import { WhereItGoes } from './views-where.tsx';
import { closedStateOf } from './wanted.ts';

const perPage = 100;

/** The page of a topic, and replying on it. */
export function threadRoutes(app: Hono<Environment>): void {
  app.get('/posts/:id', async (c) => {
    const seen = await seePost(c.var.context, c.req.param('id'), c.var.visitor);
    if (seen.group.kind === 'conversation')
      return c.redirect(`/conversations/${seen.group.id}?at=${seen.post.id}#post-${seen.post.id}`, 303);
    if (seen.post.reply_to !== null) return c.redirect(await placeInThread(c, seen), 303);
    const back = await takenBack(c);
    const attaching = { ...noFiles, files: await filesNow(c, 'held', back?.id) };
    return thread(c, seen, { typed: back ? { content: back.source } : {}, faults: [], preview: null, attaching });
  });

  app.post('/posts/:id/replies', async (c) => {
    const visitor = requireVisitor(c);
    const seen = await seePost(c.var.context, c.req.param('id'), visitor);
    const form = await readForm(c, newReply);
    const sent = c.var.form?.fields;
    const typed = { content: sent?.get('content')?.[0] };
    const why = policy.whyNotReply(seen.standing, seen.topic);
    if (why) refuse(why, 'You cannot reply here');
    const attaching = await takeAttachments(c, visitor, await filesNow(c, 'held', (await takenBack(c))?.id));
    if (!form.ok) return thread(c, seen, { typed, faults: form.faults, preview: null, attaching });
    const { content, replyTo } = form.value;
    if (sent?.has('preview'))
      return thread(c, seen, { typed, faults: [], preview: await previewOf(c, seen.group, content), attaching });
    if (attaching.again) return thread(c, seen, { typed, faults: [], preview: null, attaching });
    const answers = replyTo ?? seen.post.id;
    // Of another thread there is nothing to answer on this page.
    if ((await seePost(c.var.context, answers, visitor)).topic.id !== seen.topic.id)
      refuse('not_found', 'There is no such post in this thread');
    const { language } = c.var;
    const files = attaching.attachments;
    const written = { group: seen.group.id, replyTo: answers, title: null, source: content, language, files };
    return c.redirect(await postFromPage(c, visitor, written), 303);
  });
}

/** The address of a reply on the page of its topic that shows it. */
async function placeInThread(c: C, { post, topic }: SeenPost): Promise<string> {
  const db = c.var.context.db.reader;
  const before = db
    .selectFrom('post')
    .where('topic_id', '=', topic.id)
    .where('reply_to', 'is not', null)
    .where('status', '=', 'accepted')
    .where((eb) => eb(eb.refTuple('sort_at', 'id'), '<', eb.tuple(post.sort_at, post.id)));
  const { count } = await before.select((eb) => eb.fn.countAll().as('count')).executeTakeFirstOrThrow();
  const pages = Math.floor(Number(count) / perPage);
  const last =
    pages === 0
      ? undefined
      : await before
          .select(['sort_at', 'id'])
          .orderBy('sort_at')
          .orderBy('id')
          .offset(pages * perPage - 1)
          .limit(1)
          .executeTakeFirst();
  const cursor = last ? `?cursor=${encodeCursor([last.sort_at, last.id])}` : '';
  return `/posts/${topic.id}${cursor}#post-${post.id}`;
}

type Answer = {
  typed: { content?: string | undefined };
  faults: readonly FieldFault[];
  preview: PreviewModel | null;
  attaching: Attaching;
};

async function thread(c: C, seen: SeenPost, answer: Answer): Promise<Response> {
  const { context, visitor, language, csrf } = c.var;
  const db = context.db.reader;
  const { group, standing, viewer } = seen;
  const cursor = c.req.query('cursor') ?? null;
  let { topic } = seen;
  let page = await listReplies(db, topic.id, viewer, { cursor, limit: perPage });
  const missing = cursor === null && lacksReplies(group, topic, page.items, perPage);
  const unavailable = await openReplies(context, group, topic, missing);
  if (missing) {
    topic = (await findPost(db, topic.id, viewer)) ?? topic;
    page = await listReplies(db, topic.id, viewer, { cursor, limit: perPage });
  }
  const all = await readLive(context, group, [topic, ...page.items]);
  topic = all[0] ?? topic;
  const liked = await likedAmong(
    db,
    viewer.person,
    all.map((post) => post.id),
  );
  const fresh = await newAmong(
    db,
    viewer.person,
    all.map((post) => post.id),
    context.clock.now(),
  );
  // The first page shows the topic itself; further ones replies alone.
  const at = fresh.size === 0 ? null : newestNews(cursor === null ? all : page.items);
  // What only the script has asked for nobody has seen.
  if (visitor && at !== null && c.req.method === 'GET' && !c.req.header('x-joinery-background'))
    await change(c, visitor, (work) => markTopicRead(work, { person: visitor.person.id, topic, at }));
  const attached = await shownFiles(c, all, viewer.person);
  const shown = await Promise.all(
    all.map(async (post) => ({
      files: attached.get(post.id) ?? [],
      ...(await shownPost(c, { ...seen, topic }, post, liked.has(post.id))),
      isNew: fresh.has(post.id),
    })),
  );
  const [first, ...replies] = shown;
  if (!first) return c.notFound();
  const asked = c.req.query('reply');
  const answered = asked ? page.items.find((post) => post.id === asked) : undefined;
  const audience = visitor ? await audienceOf(db, group.id, topic.id) : null;
  const errors = [...fieldErrors(answer.faults, language), ...answer.attaching.errors];
  const title = topicTitle(topic, language);
  const model = {
    group,
    topic: first,
    replies,
    next: page.next,
    firstPage: cursor === null,
    whyNotReply: policy.whyNotReply(standing, topic),
    audience: audience ? audienceText(audience, context.config.agency, language) : '',
    where: <WhereItGoes audience={audience} context={context} reader={readerOf(c)} />,
    unavailable,
    closed: await closedStateOf(db, group, topic.context_uri),
    errors,
    typed: answer.typed,
    preview: answer.preview,
    attaching: answer.attaching,
    largest: context.config.files.largest,
    replyTo: answered ? { id: answered.id, name: answered.author_name } : null,
    csrf,
    held: viewer.person ? await heldBy(db, viewer.person, topic.id) : [],
    offer: ownNodeOffer(c, `/posts/${topic.id}`),
    panels:
      topic.kind === 'document' && topic.deleted_at === null ? await renderPanels(c, 'topic', { id: topic.id }) : [],
  };
  const body = <ThreadPage model={model} reader={readerOf(c)} />;
  return show(c, { title, error: errors.length > 0, live: group.id }, body);
}

async function shownPost(
  c: C,
  seen: SeenPost,
  post: PostWithText,
  liked: boolean,
): Promise<Omit<ShownPost, 'isNew' | 'files'>> {
  const { visitor, language, context } = c.var;
  const own = visitor?.person.id === post.author_id;
  // Only its author wants to know, and only they cause the look-up.
  const reach = own && post.local === 1 ? deliveryText(await deliveryOf(context.db.reader, post.id), language) : null;
  return {
    post,
    may: actionsOf(seen, post, liked, visitor?.administrator ?? false),
    delivery: own ? { text: reach, page: `/posts/${post.id}/delivery` } : null,
    unreached: own ? await unreachedBy(context, seen.group, post, language) : [],
    isAnswer: seen.topic.answer_id === post.id,
  };
}

/** The same rules that refuse hide the buttons. */
function actionsOf(
  { group, standing, topic }: SeenPost,
  post: PostWithText,
  liked: boolean,
  administrator: boolean,
): PostActions {
  const signedIn = standing.person !== null;
  const accepted = post.status === 'accepted';
  return {
    like: signedIn && policy.whyNotLike(standing, group, underTopic(group, topic, post)) === null,
    liked,
    edit: policy.whyNotEdit(standing, group, post) === null,
    delete: policy.whyNotDelete(standing, post) === null,
    hide: policy.whyNotHide(standing, administrator, post) === null,
    report: signedIn && accepted && policy.whyNotReport(standing, post) === null,
    moderate: accepted && post.deleted_at === null && policy.whyNotModerate(standing) === null,
    markAnswer: accepted && post.reply_to !== null && policy.whyNotMarkAnswered(standing, topic) === null,
    sendAgain: post.status === 'refused' && standing.person === post.author_id,
  };
}
