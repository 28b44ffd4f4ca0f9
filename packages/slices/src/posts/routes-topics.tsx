import { type Environment, readForm, refuse, requireVisitor } from '@joinery/core';
import { peopleByIds, personLabel } from '@joinery/slices/people';
import { Feed } from 'feed';
import type { Hono } from 'hono';
import { type Attaching, filesNow, noFiles, takeAttachments } from './attaching.tsx';
import { type AudienceChoices, audienceChoices, audienceOf, canNarrow, type Part } from './audience.ts';
import { newTopic } from './input.ts';
import { audienceText, authorAgency, fieldErrors } from './labels.tsx';
import { newestTopics, textsOf } from './lists.ts';
import { messages } from './messages.ts';
import { audienceChosen, type C, change, readerOf, show } from './page.ts';
import { topicsModel } from './panels.tsx';
import { whyNotModerate, whyNotPost } from './policy.ts';
import { type PreviewModel, previewOf } from './preview.tsx';
import { type Seen, seeGroup } from './reads.ts';
import { handleReport, openReports } from './reports.ts';
import { postFromPage, takenBack } from './routes-held.tsx';
import type { PostHeldRow } from './tables.ts';
import { markAllRead } from './unread.ts';
import { ComposePage, type Typed } from './views-forms.tsx';
import { ReportsPage, TopicsPage } from './views-topics.tsx';
import { WhereItGoes } from './views-where.tsx';

/** Pages of posts below a group's address. */
export function topicRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/topics', async (c) => {
    const seen = await seeGroup(c.var.context, c.req.param('id'), c.var.visitor);
    const model = await topicsModel(c.var.context, seen, c.req.query('cursor') ?? null);
    const t = messages(c.var.language);
    return show(
      c,
      { title: t('olderTopics', { group: seen.group.name }) },
      <TopicsPage model={model} reader={readerOf(c)} />,
    );
  });

  app.get('/groups/:id/new', async (c) => {
    requireVisitor(c);
    const seen = await seeGroup(c.var.context, c.req.param('id'), c.var.visitor);
    const why = whyNotPost(seen.standing);
    if (why) refuse(why, 'You cannot start a topic in this group');
    const back = await takenBack(c);
    const typed = back
      ? {
          title: back.title ?? '',
          content: back.source,
          ...whomBack(back),
          ...(back.language ? { language: back.language } : {}),
        }
      : {};
    const attaching = { ...noFiles, files: await filesNow(c, 'held', back?.id) };
    return compose(c, seen, typed, { faults: [], preview: null, attaching });
  });

  app.post('/groups/:id/new', async (c) => {
    const visitor = requireVisitor(c);
    const seen = await seeGroup(c.var.context, c.req.param('id'), visitor);
    const form = await readForm(c, newTopic);
    const sent = c.var.form?.fields;
    const typed = {
      audience: sent?.get('audience')?.[0],
      agency: sent?.get('agency')?.[0],
      title: sent?.get('title')?.[0],
      content: sent?.get('content')?.[0],
      language: sent?.get('language')?.[0],
    };
    const why = whyNotPost(seen.standing);
    if (why) refuse(why, 'You cannot start a topic in this group');
    const attaching = await takeAttachments(c, visitor, await filesNow(c, 'held', (await takenBack(c))?.id));
    if (!form.ok) return compose(c, seen, typed, { faults: form.faults, preview: null, attaching });
    const { title, content, language, ...chosen } = form.value;
    if (sent?.has('preview'))
      return compose(c, seen, typed, { faults: [], preview: await previewOf(c, seen.group, content), attaching });
    const audience = await audienceChosen(c, seen.group, chosen);
    const narrow = audience !== undefined && audience.kind !== 'group';
    if (narrow && (!canNarrow(seen.group) || (audience.kind === 'agency' && !audience.agency)))
      return compose(c, seen, typed, { faults: [{ field: 'audience', code: 'bad_choice' }], preview: null, attaching });
    if (attaching.again) return compose(c, seen, typed, { faults: [], preview: null, attaching });
    const written = {
      group: seen.group.id,
      replyTo: null,
      title,
      source: content,
      language: language ?? null,
      audience,
      files: attaching.attachments,
    };
    return c.redirect(await postFromPage(c, visitor, written), 303);
  });

  app.post('/groups/:id/read', async (c) => {
    const visitor = requireVisitor(c);
    const { group } = await seeGroup(c.var.context, c.req.param('id'), visitor);
    await change(c, visitor, (work) => markAllRead(work, visitor.person.id, group.id));
    return c.redirect(`/groups/${group.id}`, 303);
  });

  app.get('/groups/:id/reports', async (c) => {
    const visitor = requireVisitor(c);
    const { group, standing } = await seeGroup(c.var.context, c.req.param('id'), visitor);
    const why = whyNotModerate(standing);
    if (why) refuse(why, 'Only those who run the group see its reports');
    const db = c.var.context.db.reader;
    const rows = await openReports(db, group.id);
    const posts = new Map(
      (
        await textsOf(
          db,
          rows.map((row) => row.post_id),
          { person: visitor.person.id, moderates: true },
        )
      ).map((post) => [post.id, post]),
    );
    const people = await peopleByIds(
      db,
      rows.flatMap((row) => row.reporter_id ?? []),
    );
    const reports = rows.map((report) => {
      const post = posts.get(report.post_id);
      const reporter = report.reporter_id ? personLabel(people.get(report.reporter_id), c.var.language).name : null;
      return { report, title: post?.title || post?.excerpt || messages(c.var.language)('untitled'), reporter };
    });
    const page = <ReportsPage group={group} reports={reports} reader={readerOf(c)} csrf={c.var.csrf} />;
    return show(c, { title: messages(c.var.language)('reports') }, page);
  });

  app.post('/groups/:id/reports/:report/handled', async (c) => {
    const visitor = requireVisitor(c);
    const { id, report } = c.req.param();
    await seeGroup(c.var.context, id, visitor);
    await change(c, visitor, (work) => handleReport(work, { report, group: id, by: visitor.person.id }));
    return c.redirect(`/groups/${id}/reports`, 303);
  });

  app.get('/groups/:id/feed.atom', async (c) => {
    const { group } = await seeGroup(c.var.context, c.req.param('id'), null).catch(() => refuse('not_found'));
    if (group.local !== 1) refuse('not_found', 'There is no feed at this address');
    const feed = new Feed({
      id: group.uri,
      title: group.name,
      link: group.uri,
      copyright: c.var.context.config.agency,
    });
    for (const topic of await newestTopics(c.var.context.db.reader, group.id)) {
      feed.addItem({
        id: topic.uri,
        title: asHtml(topic.title || topic.excerpt),
        link: `${c.var.context.config.origin}/posts/${topic.id}`,
        content: topic.content ?? '',
        date: new Date(topic.updated_at),
        published: new Date(topic.published_at),
        author: [{ name: `${topic.author_name} (${authorAgency(topic, c.var.language)})` }],
      });
    }
    return c.body(feed.atom1().replace(notXml, ''), 200, { 'content-type': 'application/atom+xml; charset=utf-8' });
  });
}

async function compose(
  c: C,
  seen: Seen,
  typed: Typed,
  answer: { faults: Parameters<typeof fieldErrors>[0]; preview: PreviewModel | null; attaching: Attaching },
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const { group } = seen;
  const choices = await audienceChoices(context.db.reader, group, context.config.agency);
  const part = choices === null ? undefined : partTyped(seen, typed, choices);
  const audience = await audienceOf(context.db.reader, group.id, part);
  const errors = [...fieldErrors(answer.faults, language), ...answer.attaching.errors];
  const model = {
    action: `/groups/${group.id}/new`,
    back: { href: `/groups/${group.id}`, name: group.name },
    titled: true,
    typed,
    errors,
    audience: audience ? audienceText(audience, context.config.agency, language) : '',
    where: <WhereItGoes audience={audience} context={context} reader={readerOf(c)} />,
    choices,
    terms: `/groups/${group.id}/terms`,
    preview: answer.preview,
    editing: false,
    stale: null,
    suggest: `/groups/${group.id}/suggestions`,
    attaching: answer.attaching,
    largest: context.config.files.largest,
    csrf,
  };
  const page = <ComposePage model={model} reader={readerOf(c)} />;
  return show(c, { title: messages(language)('newTopic'), error: errors.length > 0 }, page);
}

/** The part of a group for which a topic was to be when its form was sent: who reads along is told of that part. */
function partTyped({ standing }: Seen, typed: Typed, { agencies }: AudienceChoices): Part | undefined {
  const { audience } = typed;
  if (audience !== 'facilitators' && audience !== 'agency') return undefined;
  const named = audience === 'agency' ? agencies.find(({ origin }) => origin === typed.agency) : undefined;
  if (audience === 'agency' && !named) return undefined;
  const whose = { audience_origin: named?.origin ?? null, audience_agency: named?.agency ?? null };
  return { author_id: standing.person ?? '', audience, ...whose };
}

/** For whom something was, as the form sends it. */
const whomBack = ({ audience, audience_origin }: PostHeldRow) => ({ audience, agency: audience_origin ?? undefined });

/** Characters that XML 1.0 does not have (§2.2): one of them, and readers take nothing of the feed. */
const notXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** A title is text, and the feed says that it is HTML. */
const asHtml = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
