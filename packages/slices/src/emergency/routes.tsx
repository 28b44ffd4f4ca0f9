import {
  type Environment,
  type FieldFault,
  isId,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  requireVisitor,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { answerBytes, filesOf } from '@joinery/slices/files';
import { groupById, isMember, seeGroup } from '@joinery/slices/groups';
import { type FieldError, type Language, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { approveReading, askToRead, beginPage, endReading, readsOn, refuseReading, seeAccess } from './emergency.ts';
import { askInput } from './input.ts';
import { messages } from './messages.ts';
import { canRead } from './policy.ts';
import { accessesOf, fileIn, ownAccesses, ownedAmong, pagesOf, threadOf, topicsOf } from './store.ts';
import type { EmergencyPageRow } from './tables.ts';
import { AccessPage, AskPage, GroupPage } from './views.tsx';
import { EarlierPage, TopicPage, TopicsPage } from './views-reading.tsx';

export const askHref = '/administration/emergency';

/** Pages of emergency access. Reading has pages of its own: no other page, list, search or feed opens. */
export function routes(app: Hono<Environment>): void {
  app.get(askHref, (c) => askPage(c, { group: '', reason: '' }, []));
  app.post(askHref, async (c) => {
    const visitor = requireAdministrator(c);
    const form = await readForm(c, askInput);
    if (!form.ok) {
      const { group = '', reason = '' } = form.typed;
      return askPage(c, { group, reason }, faultsOf(form.faults, c.var.language));
    }
    try {
      const { id } = await transactAs(c, visitor, (work) => askToRead(work, visitor, form.value));
      return c.redirect(`/emergency/${id}?done=asked`, 303);
    } catch (error) {
      if (!isRefusal(error) || error.faults.length === 0) throw error;
      return askPage(c, form.value, faultsOf(error.faults, c.var.language));
    }
  });

  app.get('/emergency/:id', async (c) => {
    const visitor = requireVisitor(c);
    const { context, csrf, language } = c.var;
    const db = context.db.reader;
    const { access, who } = await seeAccess(db, c.req.param('id'), visitor);
    const t = messages(language);
    const group = who.owner && access.group_id !== null ? await groupById(db, access.group_id) : undefined;
    const said = { asked: t('asked'), approved: t('approved'), refused: t('refused'), ended: t('ended') };
    const done = Object.entries(said).find(([name]) => name === c.req.query('done'))?.[1];
    const reads = { person: who.person, administrator: visitor.administrator };
    const mayRead = canRead(access, reads, context.clock.now().toISOString());
    const page = (
      <AccessPage
        {...{ access, who, csrf, mayRead }}
        group={group?.name ?? access.reference}
        // Titles are for whoever reads the group: its owners, and while it is open whoever opened them.
        pages={(await pagesOf(db, [access.id], who.person)).map((one) =>
          who.owner || mayRead ? one : { ...one, title: null },
        )}
        reader={readerOf(c)}
      />
    );
    return showPage(c, { title: t('request'), notices: done ? [{ kind: 'success', text: done }] : [] }, page);
  });
  const verbs = {
    approve: [approveReading, 'approved'],
    refuse: [refuseReading, 'refused'],
    end: [endReading, 'ended'],
  } as const;
  for (const [verb, [does, done]] of Object.entries(verbs)) {
    app.post(`/emergency/:id/${verb}`, async (c) => {
      const visitor = requireVisitor(c);
      const { id } = await transactAs(c, visitor, (work) => does(work, c.req.param('id'), visitor));
      return c.redirect(`/emergency/${id}?done=${done}`, 303);
    });
  }

  app.get('/emergency/:id/topics', async (c) => {
    const { access, group } = await begin(c, { what: 'topics', subject_id: null });
    const before = c.req.query('before') ?? null;
    const { items, next } = await topicsOf(
      c.var.context.db.reader,
      group.id,
      before !== null && isId(before) ? before : null,
    );
    const page = <TopicsPage {...{ access, next }} group={group.name} topics={items} reader={readerOf(c)} />;
    return showPage(c, { title: messages(c.var.language)('topics') }, page);
  });
  app.get('/emergency/:id/topics/:topic', async (c) => {
    const topic = c.req.param('topic');
    const { access, group } = await begin(c, { what: 'topic', subject_id: isId(topic) ? topic : null });
    const db = c.var.context.db.reader;
    const posts = isId(topic) ? await threadOf(db, group.id, topic) : [];
    if (posts.length === 0) refuse('not_found', 'There is nothing at this address');
    const files = await filesOf(
      db,
      'posts',
      posts.filter(({ local }) => local === 1).map(({ id }) => id),
    );
    const page = <TopicPage {...{ access, posts, files }} group={group.name} reader={readerOf(c)} />;
    return showPage(c, { title: messages(c.var.language)('topics') }, page);
  });
  app.get('/emergency/:id/files/:file', async (c) => {
    const id = c.req.param('file');
    const { access, group } = await begin(c, { what: 'file', subject_id: isId(id) ? id : null });
    const { context } = c.var;
    const file = await fileIn(context.db.reader, group.id, id);
    if (!file) return refuse('not_found', 'There is nothing at this address');
    if (file.holder_kind === 'library') {
      const at = `/emergency/${access.id}/topics/${file.holder_id}`;
      const page = <EarlierPage {...{ access, at }} group={group.name} reader={readerOf(c)} />;
      return showPage(c, { title: messages(c.var.language)('earlier'), status: 403 }, page);
    }
    const person = requireVisitor(c).person.id;
    const still = async () =>
      (await readsOn(context, access.id, person)) &&
      (await fileIn(context.db.reader, group.id, id))?.holder_kind === 'posts';
    return answerBytes(c, file, { kind: 'person', person, administrator: true, guest: false }, 'here', still);
  });

  app.get('/groups/:id/emergency', async (c) => {
    const visitor = requireVisitor(c);
    const db = c.var.context.db.reader;
    const { group, standing } = await seeGroup(db, c.req.param('id'), visitor);
    if (!isMember(standing)) refuse('forbidden', 'Only members see who read the group');
    const all = await accessesOf(db, group.id);
    const owned = await ownedAmong(db, all, visitor.person.id, standing?.role);
    // What was refused before it began concerns those who were asked.
    const accesses = all.filter(({ id, opened_at }) => owned.has(id) || opened_at !== null);
    const read = await pagesOf(
      db,
      accesses.map(({ id }) => id),
      visitor.person.id,
    );
    const page = (
      <GroupPage
        {...{ group, accesses, owned }}
        pages={Map.groupBy(read, ({ access_id }) => access_id)}
        reader={readerOf(c)}
      />
    );
    return showPage(c, { title: messages(c.var.language)('inGroup') }, page);
  });
}

/** Writes down that a page is read, and only then lets it be read. @throws {Refusal} signed_out, not_found */
async function begin(c: RequestContext, page: Pick<EmergencyPageRow, 'what' | 'subject_id'>) {
  const visitor: Visitor = requireVisitor(c);
  return transactAs(c, visitor, (work) => beginPage(work, c.req.param('id') ?? '', visitor, page));
}

async function askPage(
  c: RequestContext,
  values: { group: string; reason: string },
  errors: FieldError[],
): Promise<Response> {
  requireAdministrator(c);
  const { context, csrf, language } = c.var;
  const accesses = await ownAccesses(context.db.reader);
  const page = <AskPage {...{ accesses, values, errors, csrf }} reader={readerOf(c)} />;
  return showPage(c, { title: messages(language)('name'), error: errors.length > 0 }, page);
}

function faultsOf(faults: readonly FieldFault[], language: Language): FieldError[] {
  const t = messages(language);
  return faults.map(({ field, code, values }) => {
    if (code === 'too_long') return { field, text: t('faultLong', { maximum: values?.maximum ?? '' }) };
    if (field === 'reason') return { field, text: t('faultReason') };
    const texts = {
      unknown: t('faultElsewhere'),
      bad_choice: t('faultOpen'),
      reserved: t('faultMember'),
      taken: t('faultTaken'),
    };
    return { field, text: texts[code as keyof typeof texts] ?? t('faultGroup') };
  });
}
