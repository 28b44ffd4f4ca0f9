import {
  type Environment,
  type FieldFault,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  sizes,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { type FileRow, fileById, takeFiles } from '@joinery/slices/files';
import {
  audienceOf,
  audienceText,
  binned,
  currentRevision,
  markdownText,
  type PostRow,
  type Seen,
  seeGroup,
} from '@joinery/slices/posts';
import { type FieldError, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { addDocument, addVersion, mark, placeDocument, restoreDocument, titleOf } from './documents.ts';
import { fieldErrors } from './faults.ts';
import { placeForm, uploadForm, versionForm } from './input.ts';
import { messages } from './messages.ts';
import { whyNotAdd, whyNotMark, whyNotMove, whyNotVersion } from './policy.ts';
import { namedFolders, seeDocument } from './reads.ts';
import { versionsOf } from './store.ts';
import { AddPage, MovePage, VersionPage } from './views-forms.tsx';

const mostAtOnce = sizes.filesAtOnce.most;

/** What is done with documents. Their pages are those of their posts. */
export function documentRoutes(app: Hono<Environment>): void {
  addRoutes(app);
  versionRoutes(app);
  placeRoutes(app);

  app.post('/documents/:id/restore', async (c) => {
    const visitor = requireVisitor(c);
    const id = c.req.param('id');
    const row = await binned(c.var.context.db.reader, id);
    await seeGroup(c.var.context, row?.group_id ?? id, visitor);
    const post = await transactAs(c, visitor, (work) => restoreDocument(work, { post: id, by: visitor.person.id }));
    return c.redirect(`/posts/${post.id}`, 303);
  });
}

type Taken = { files: readonly FileRow[]; errors: readonly FieldError[]; askAlt: boolean };
const none: Taken = { files: [], errors: [], askAlt: false };

function addRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/library/add', async (c) => {
    const visitor = requireVisitor(c);
    const { group, standing } = await seeGroup(c.var.context, c.req.param('id'), visitor);
    const why = whyNotAdd(standing);
    if (why) refuse(why, 'You cannot add documents here');
    return addForm(c, group, { folder: c.req.query('folder') ?? '', note: '', about: '' }, none);
  });

  app.post('/groups/:id/library/add', async (c) => {
    const visitor = requireVisitor(c);
    const { group, standing } = await seeGroup(c.var.context, c.req.param('id'), visitor);
    const why = whyNotAdd(standing);
    if (why) refuse(why, 'You cannot add documents here');
    const form = await readForm(c, uploadForm);
    const sent = c.var.form?.fields;
    const first = (name: string) => sent?.get(name)?.[0] ?? '';
    const typed = { folder: first('folder'), note: first('note'), about: first('about') };
    const taken = await takeFiles(c, visitor, { most: mostAtOnce });
    const t = messages(c.var.language);
    if (!form.ok) return addForm(c, group, typed, { ...taken, errors: fieldErrors(form.faults, c.var.language) });
    if (taken.errors.length > 0 || taken.askAlt || sent?.has('attach')) return addForm(c, group, typed, taken);
    if (taken.files.length === 0)
      return addForm(c, group, typed, { ...none, errors: [{ field: 'files', text: t('noFiles') }] });
    const failed = await addAll(c, visitor, group, form.value, taken.files);
    if (failed.files.length > 0) return addForm(c, group, typed, { ...failed, askAlt: false });
    const { folder } = form.value;
    return c.redirect(folder === '' ? `/groups/${group.id}/library` : `/folders/${folder}`, 303);
  });
}

/** Each file becomes a document by itself: one that cannot be taken keeps none of the others away. @returns those, with why */
async function addAll(
  c: RequestContext,
  visitor: Visitor,
  group: Seen['group'],
  { folder, note, about = '' }: { folder: string; note?: string | undefined; about?: string | undefined },
  files: readonly FileRow[],
): Promise<{ files: FileRow[]; errors: FieldError[] }> {
  const failed: { files: FileRow[]; errors: FieldError[] } = { files: [], errors: [] };
  const { language } = c.var;
  for (const file of files) {
    const input = { group: group.id, folder, by: visitor.person.id, title: titleOf(file.name), language, note };
    try {
      await transactAs(c, visitor, async (work) => {
        const description = about === '' ? {} : { description: markdownText(about) };
        await addDocument(work, { ...input, ...description, file: file.id, alt: file.alt });
      });
    } catch (error) {
      // What forbids one forbids all; so does a folder that is gone.
      if (!isRefusal(error) || error.code !== 'invalid') throw error;
      failed.files.push(file);
      failed.errors.push({ field: 'files', text: `${file.name}: ${messages(language)('faultOther')}` });
    }
  }
  return failed;
}

async function addForm(
  c: RequestContext,
  group: Seen['group'],
  typed: { folder: string; note: string; about: string },
  taken: Taken,
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const db = context.db.reader;
  const audience = await audienceOf(db, group.id);
  const page = (
    <AddPage
      {...{ group, typed, csrf, ...taken }}
      folders={await namedFolders(context, group, language)}
      audience={audience ? audienceText(audience, context.config.agency, language) : ''}
      most={mostAtOnce}
      largest={context.config.files.largest}
      reader={readerOf(c)}
    />
  );
  return showPage(c, { title: messages(language)('addTitle'), error: taken.errors.length > 0 }, page);
}

function versionRoutes(app: Hono<Environment>): void {
  app.get('/documents/:id/version', async (c) => {
    const visitor = requireVisitor(c);
    const { post, standing } = await seeDocument(c.var.context, c.req.param('id'), visitor);
    const why = whyNotVersion(standing, post);
    if (why) refuse(why, 'You cannot bring a version of this document');
    const about = await aboutOf(c, post, visitor);
    return versionPage(c, post, { note: '', about, revision: post.revision }, none, false);
  });

  app.post('/documents/:id/version', async (c) => {
    const visitor = requireVisitor(c);
    const { post, standing } = await seeDocument(c.var.context, c.req.param('id'), visitor);
    const why = whyNotVersion(standing, post);
    if (why) refuse(why, 'You cannot bring a version of this document');
    const form = await readForm(c, versionForm);
    const sent = c.var.form?.fields;
    const current = await aboutOf(c, post, visitor);
    const typed = {
      note: sent?.get('note')?.[0] ?? '',
      about: current === null ? null : (sent?.get('about')?.[0] ?? current),
      revision: Number(sent?.get('revision')?.[0]) || post.revision,
    };
    const taken = await takeFiles(c, visitor, { most: 1 });
    if (!form.ok)
      return versionPage(c, post, typed, { ...taken, errors: faultsFirst(form.faults, taken.errors, c) }, false);
    if (taken.errors.length > 0 || taken.askAlt || sent?.has('attach'))
      return versionPage(c, post, typed, taken, false);
    const [file] = taken.files;
    if (!file) {
      const text = messages(c.var.language)('oneFile');
      return versionPage(c, post, typed, { ...none, errors: [{ field: 'files', text }] }, false);
    }
    const { note, about, revision } = form.value;
    const changes = current !== null && about !== undefined && about !== current;
    const description = !changes ? undefined : about === '' ? { content: '', source: '' } : markdownText(about);
    const brought = { file: file.id, alt: file.alt, note, description, expected: revision };
    return versionDone(c, visitor, post, { post: post.id, by: visitor.person.id, ...brought }, typed, taken);
  });

  app.post('/documents/:id/versions/:number/restore', async (c) => {
    const visitor = requireVisitor(c);
    const { post } = await seeDocument(c.var.context, c.req.param('id'), visitor);
    const number = Number(c.req.param('number'));
    const note = messages(c.var.language)('restoredNote', { number });
    const input = { post: post.id, by: visitor.person.id, restore: number, note };
    await transactAs(c, visitor, (work) => addVersion(work, input));
    return c.redirect(`/posts/${post.id}`, 303);
  });
}

type Typed = { note: string; about: string | null; revision: number };

/** What a document is about, as its author wrote it; null for others, who do not change it. */
async function aboutOf(c: RequestContext, post: PostRow, visitor: Visitor): Promise<string | null> {
  if (post.author_id !== visitor.person.id) return null;
  return (await currentRevision(c.var.context.db.reader, post))?.source ?? null;
}

const faultsFirst = (faults: readonly FieldFault[], errors: readonly FieldError[], c: RequestContext) => [
  ...fieldErrors(faults, c.var.language),
  ...errors,
];

/** Brings the version; when somebody was quicker, shows theirs first and keeps this one. */
async function versionDone(
  c: RequestContext,
  visitor: Visitor,
  post: { id: string; title: string | null; excerpt: string },
  input: Parameters<typeof addVersion>[1],
  typed: Typed,
  taken: Taken,
): Promise<Response> {
  try {
    await transactAs(c, visitor, (work) => addVersion(work, input));
    return c.redirect(`/posts/${post.id}`, 303);
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'stale_revision') throw error;
    const now = await seeDocument(c.var.context, post.id, visitor);
    return versionPage(c, now.post, { ...typed, revision: now.post.revision }, taken, true);
  }
}

async function versionPage(
  c: RequestContext,
  post: { id: string; title: string | null; excerpt: string },
  typed: Typed,
  taken: Taken,
  stale: boolean,
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const db = context.db.reader;
  const [latest] = stale ? await versionsOf(db, post.id) : [];
  const file = latest?.file_id ? await fileById(db, latest.file_id) : undefined;
  const title = post.title || post.excerpt;
  const page = (
    <VersionPage
      document={{ id: post.id, title }}
      {...{ typed, csrf, ...taken }}
      newer={latest ? { number: latest.number, by: latest.by_name, note: latest.note, file: file ?? null } : null}
      largest={context.config.files.largest}
      reader={readerOf(c)}
    />
  );
  const options = { title: messages(language)('newVersionTitle', { title }), error: taken.errors.length > 0 || stale };
  return showPage(c, options, page);
}

function placeRoutes(app: Hono<Environment>): void {
  app.get('/documents/:id/move', async (c) => {
    const visitor = requireVisitor(c);
    const { post, group, standing, document } = await seeDocument(c.var.context, c.req.param('id'), visitor);
    const why = whyNotMove(standing, post);
    if (why) refuse(why, 'You cannot move this document');
    const title = post.title || post.excerpt;
    const folders = await namedFolders(c.var.context, group, c.var.language);
    const model = { document: { id: post.id, title }, folders, folder: document.folder_id, errors: [] };
    const page = <MovePage {...model} csrf={c.var.csrf} reader={readerOf(c)} />;
    return showPage(c, { title: messages(c.var.language)('moveTitle', { title }) }, page);
  });

  app.post('/documents/:id/move', async (c) => {
    const visitor = requireVisitor(c);
    const { post, standing } = await seeDocument(c.var.context, c.req.param('id'), visitor);
    const why = whyNotMove(standing, post);
    if (why) refuse(why, 'You cannot move this document');
    const form = await readForm(c, placeForm);
    if (!form.ok) return refuse('bad_request', 'Choose a folder');
    const input = { post: post.id, folder: form.value.folder, by: visitor.person.id };
    await transactAs(c, visitor, (work) => placeDocument(work, input));
    return c.redirect(`/posts/${post.id}`, 303);
  });

  for (const verb of ['official', 'not-official'] as const)
    app.post(`/documents/:id/${verb}`, async (c) => {
      const visitor = requireVisitor(c);
      const { post, standing } = await seeDocument(c.var.context, c.req.param('id'), visitor);
      const why = whyNotMark(standing);
      if (why) refuse(why, 'Only those who run the group say what is official');
      const input = { post: post.id, official: verb === 'official', by: visitor.person.id };
      await transactAs(c, visitor, (work) => mark(work, input));
      return c.redirect(`/posts/${post.id}`, 303);
    });
}
