import type { RequestContext } from '@joinery/core';
import {
  countAttempt,
  type Environment,
  isRefusal,
  limits,
  readForm,
  refuse,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { answerZip } from '@joinery/slices/files';
import { peopleByIds, personLabel } from '@joinery/slices/people';
import { inBin, type PostBinRow, type Seen, seeGroup } from '@joinery/slices/posts';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { mark } from './documents.ts';
import { fieldErrors } from './faults.ts';
import { changeFolder, chooseFoldersBy, makeFolder, removeFolder } from './folders.ts';
import { choiceForm, folderForm } from './input.ts';
import { listDocuments, type Order, officialDocuments, orders, removedDocuments, tagAsked, tagsIn } from './lists.ts';
import { messages } from './messages.ts';
import { whyNotAdd, whyNotChangeFolder, whyNotChoose, whyNotMakeFolder, whyNotMark } from './policy.ts';
import { namedFolders, seeFolder, shownFolders, sourceOf, withTitles } from './reads.ts';
import { documentRoutes } from './routes-document.tsx';
import { foldersByIn, foldersOf, pathTo } from './store.ts';
import type { FolderRow } from './tables.ts';
import { BinPage } from './views-bin.tsx';
import { FolderPage } from './views-forms.tsx';
import { LibraryPage } from './views-library.tsx';
import { entriesOf } from './zip.ts';

const perPage = 50;

/** Pages of libraries and folders. */
export function routes(app: Hono<Environment>): void {
  app.get('/groups/:id/library', async (c) => {
    const seen = await seeGroup(c.var.context, c.req.param('id'), c.var.visitor);
    return showFolder(c, seen, null);
  });
  app.get('/folders/:id', async (c) => {
    const seen = await seeFolder(c.var.context, c.req.param('id'), c.var.visitor);
    return showFolder(c, seen, seen.folder);
  });
  app.get('/groups/:id/library/zip', async (c) => {
    const { group, viewer } = await seeGroup(c.var.context, c.req.param('id'), c.var.visitor);
    countZip(c);
    const folders = await namedFolders(c.var.context, group, c.var.language);
    return answerZip(c, group.name, entriesOf(c.var.context, viewer, group.id, folders, null));
  });
  app.get('/folders/:id/zip', async (c) => {
    const { group, viewer, folder } = await seeFolder(c.var.context, c.req.param('id'), c.var.visitor);
    countZip(c);
    const folders = await namedFolders(c.var.context, group, c.var.language);
    const { name } = folders.find(({ id }) => id === folder.id) ?? folder;
    return answerZip(c, name, entriesOf(c.var.context, viewer, group.id, folders, folder.id));
  });
  folderRoutes(app);
  binRoutes(app);
  documentRoutes(app);
}

/** @throws {TooMany} */
function countZip(c: RequestContext): void {
  const { context, visitor, clientNetwork } = c.var;
  countAttempt(context, `zip ${visitor?.account ?? clientNetwork}`, limits.zips);
}

async function showFolder(c: RequestContext, seen: Seen, row: FolderRow | null): Promise<Response> {
  const { context, language, csrf } = c.var;
  const db = context.db.reader;
  const { group, standing, viewer } = seen;
  const asked = c.req.query('order');
  const order: Order = orders.find((one) => one === asked) ?? 'name';
  const cursor = c.req.query('cursor') ?? null;
  const id = row?.id ?? '';
  const all = await shownFolders(context, group, viewer, language);
  const folder = all.find((one) => one.id === id) ?? row;
  const tag = row === null ? tagAsked(c.req.query('tag')) : null;
  const { items, next } = await listDocuments(db, viewer, {
    group: group.id,
    folder: id,
    tag,
    order,
    cursor,
    limit: perPage,
  });
  const documents = await withTitles(context, group, viewer, items);
  const foldersBy = await foldersByIn(db, group.id);
  const first = cursor === null && tag === null;
  const model = {
    group,
    source: sourceOf(group),
    folder,
    path: pathTo(all, id),
    folders: first ? all.filter(({ parent_id }) => parent_id === id) : [],
    documents,
    order,
    next,
    tags: row === null ? await tagsIn(db, viewer, group.id) : [],
    tag,
    official:
      first && folder === null
        ? {
            documents: await officialDocuments(db, viewer, group.id),
            folders: all.filter(({ official_at }) => official_at !== null),
          }
        : null,
    may: {
      add: whyNotAdd(standing) === null,
      makeFolder: whyNotMakeFolder(standing, group, foldersBy) === null,
      changeFolder: folder !== null && whyNotChangeFolder(standing, group, folder, foldersBy) === null,
      mark: whyNotMark(standing) === null,
      choose: whyNotChoose(standing, group) === null,
      seeBin: standing.person !== null && (standing.moderates || standing.posting === null),
    },
    foldersBy,
    csrf,
  };
  const t = messages(language);
  const title = folder?.name ?? t('libraryOf', { group: group.name });
  return showPage(c, { title, live: group.id }, <LibraryPage model={model} reader={readerOf(c)} />);
}

/** Making, changing and removing folders. */
function folderRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/library/folders', async (c) => {
    const visitor = requireVisitor(c);
    const seen = await seeGroup(c.var.context, c.req.param('id'), visitor);
    const why = whyNotMakeFolder(seen.standing, seen.group, await foldersByIn(c.var.context.db.reader, seen.group.id));
    if (why) refuse(why, 'You cannot make folders here');
    return folderForms(c, seen.group, null, { name: '', parent: c.req.query('folder') ?? '' }, []);
  });

  app.post('/groups/:id/library/folders', async (c) => {
    const visitor = requireVisitor(c);
    const { group, standing } = await seeGroup(c.var.context, c.req.param('id'), visitor);
    const why = whyNotMakeFolder(standing, group, await foldersByIn(c.var.context.db.reader, group.id));
    if (why) refuse(why, 'You cannot make folders here');
    return withFolderForm(c, group, null, async (typed) => {
      const made = await transactAs(c, visitor, (work) =>
        makeFolder(work, { ...typed, group: group.id, by: visitor.person.id }),
      );
      return made.id;
    });
  });

  app.get('/folders/:id/edit', async (c) => {
    const visitor = requireVisitor(c);
    const { group, folder, standing } = await seeFolder(c.var.context, c.req.param('id'), visitor);
    const why = whyNotChangeFolder(standing, group, folder, await foldersByIn(c.var.context.db.reader, group.id));
    if (why) refuse(why, 'You cannot change this folder');
    return folderForms(c, group, folder, { name: folder.name, parent: folder.parent_id }, []);
  });

  app.post('/folders/:id/edit', async (c) => {
    const visitor = requireVisitor(c);
    const { group, folder, standing } = await seeFolder(c.var.context, c.req.param('id'), visitor);
    const why = whyNotChangeFolder(standing, group, folder, await foldersByIn(c.var.context.db.reader, group.id));
    if (why) refuse(why, 'You cannot change this folder');
    return withFolderForm(c, group, folder, async (typed) => {
      await transactAs(c, visitor, (work) =>
        changeFolder(work, { ...typed, folder: folder.id, by: visitor.person.id }),
      );
      return folder.id;
    });
  });

  app.post('/folders/:id/remove', async (c) => {
    const visitor = requireVisitor(c);
    const { group, folder } = await seeFolder(c.var.context, c.req.param('id'), visitor);
    await transactAs(c, visitor, (work) => removeFolder(work, { folder: folder.id, by: visitor.person.id }));
    return c.redirect(folder.parent_id === '' ? `/groups/${group.id}/library` : `/folders/${folder.parent_id}`, 303);
  });

  for (const verb of ['official', 'not-official'] as const)
    app.post(`/folders/:id/${verb}`, async (c) => {
      const visitor = requireVisitor(c);
      const { folder } = await seeFolder(c.var.context, c.req.param('id'), visitor);
      const input = { folder: folder.id, official: verb === 'official', by: visitor.person.id };
      await transactAs(c, visitor, (work) => mark(work, input));
      return c.redirect(`/folders/${folder.id}`, 303);
    });

  app.post('/groups/:id/library/choice', async (c) => {
    const visitor = requireVisitor(c);
    const { group } = await seeGroup(c.var.context, c.req.param('id'), visitor);
    const form = await readForm(c, choiceForm);
    if (!form.ok) return refuse('bad_request', 'Choose one of the two');
    const input = { group: group.id, foldersBy: form.value.foldersBy, by: visitor.person.id };
    await transactAs(c, visitor, (work) => chooseFoldersBy(work, input));
    return c.redirect(`/groups/${group.id}/library`, 303);
  });
}

type FolderTyped = { name: string; parent: string };

/** Carries a form about a folder out; whatever is wrong with it, it comes back with what was typed. */
async function withFolderForm(
  c: RequestContext,
  group: Seen['group'],
  folder: FolderRow | null,
  does: (typed: FolderTyped) => Promise<string>,
): Promise<Response> {
  const form = await readForm(c, folderForm);
  if (!form.ok) {
    const { name = '', parent = '' } = form.typed;
    return folderForms(c, group, folder, { name, parent }, fieldErrors(form.faults, c.var.language));
  }
  try {
    return c.redirect(`/folders/${await does(form.value)}`, 303);
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'invalid') throw error;
    return folderForms(c, group, folder, form.value, fieldErrors(error.faults, c.var.language));
  }
}

async function folderForms(
  c: RequestContext,
  group: Seen['group'],
  folder: FolderRow | null,
  typed: FolderTyped,
  errors: ReturnType<typeof fieldErrors>,
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const t = messages(language);
  const folders = await foldersOf(context.db.reader, group.id);
  const page = <FolderPage {...{ group, folder, folders, typed, errors, csrf }} reader={readerOf(c)} />;
  return showPage(c, { title: folder ? t('editFolderTitle') : t('newFolder'), error: errors.length > 0 }, page);
}

function binRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/library/bin', async (c) => {
    const visitor = requireVisitor(c);
    const { group, standing, viewer } = await seeGroup(c.var.context, c.req.param('id'), visitor);
    const db = c.var.context.db.reader;
    const person = visitor.person.id;
    const rows = await inBin(db, { group: group.id, ...(standing.moderates ? {} : { author: person }) });
    const removed = await removedDocuments(db, viewer, group.id);
    const people = await peopleByIds(
      db,
      rows.map(({ author_id }) => author_id),
    );
    const shown = (row: PostBinRow) => ({
      id: row.post_id,
      title: row.title,
      author: personLabel(people.get(row.author_id), c.var.language).name,
      deletedAt: row.deleted_at,
      endsAt: row.ends_at,
      own: row.author_id === person,
    });
    const model = {
      group,
      documents: rows.map(shown),
      removed: removed.map(({ id, title, excerpt, author_name }) => ({
        ...{ id, title: title || excerpt, author: author_name },
      })),
      csrf: c.var.csrf,
    };
    return showPage(c, { title: messages(c.var.language)('binTitle') }, <BinPage model={model} reader={readerOf(c)} />);
  });
}
