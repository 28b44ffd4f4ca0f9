import {
  type Environment,
  isId,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  requireVisitor,
  restoredState,
  transactAs,
  type Visitor,
} from '@joinery/core';
import {
  canConfirm,
  canOpen,
  type GroupMemberRow,
  type GroupRow,
  groupById,
  membershipOf,
  membersToConfirm,
  readings,
  runnersElsewhere,
  shutForAdministrators,
  shutGroupsPage,
} from '@joinery/slices/groups';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { bannedFrom, newestOf, openWithout, writtenBy } from './look.ts';
import { openingMessages } from './messages.ts';
import { OpenGroupPage } from './views.tsx';
import { OpenSeveralPage } from './views-several.tsx';
import { WrittenPage } from './views-written.tsx';

const ids = z.array(z.string().max(64)).max(1_000).default([]);
const openForm = z.object({ gone: ids, running: ids, without: ids, reading: z.enum(readings).optional() });
const severalForm = z.object({ group: ids });

const writtenPage = '/profile/written';
const perPage = 50;

/** What a restore keeps shut: looking at it and opening it, one by one or several at once; and what somebody wrote, which may be here again. */
export function openingRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/confirm', async (c) => showOpening(c, await toOpen(c), null));
  app.post('/groups/:id/confirm', open);
  app.get(shutGroupsPage, (c) => showSeveral(c, false));
  app.post(shutGroupsPage, openSeveral);
  app.get(writtenPage, showWritten);
}

type Looked = { visitor: Visitor; group: GroupRow; standing: GroupMemberRow | undefined; administrator: boolean };

/** @throws {Refusal} not_found as for a missing group, for everybody who does not open it */
async function toOpen(c: RequestContext): Promise<Looked> {
  const visitor = requireVisitor(c);
  const db = c.var.context.db.reader;
  const id = c.req.param('id') ?? '';
  const group = isId(id) ? await groupById(db, id) : undefined;
  const standing = isId(id) ? await membershipOf(db, id, visitor.person.id) : undefined;
  const runs = group?.kind === 'group' && group.local === 1 && group.deleted_at === null && canConfirm(standing);
  if (!group || !(runs || canOpen(group, standing, visitor.administrator)))
    return refuse('not_found', 'There is no such group here');
  return { visitor, group, standing, administrator: !canConfirm(standing) };
}

async function open(c: RequestContext): Promise<Response> {
  const looked = await toOpen(c);
  const { visitor, group, administrator } = looked;
  const form = await readForm(c, openForm);
  if (!form.ok) refuse('bad_request', 'Say how the group is opened');
  let count = 0;
  try {
    count = await transactAs(c, visitor, (work) =>
      openWithout(work, { ...form.value, group: group.id, by: visitor.person.id, administrator }),
    );
  } catch (error) {
    if (!isRefusal(error) || (error.code !== 'conflict' && error.code !== 'last_owner')) throw error;
    const t = openingMessages(c.var.language);
    const known =
      error.code === 'last_owner' ? 'faultLastOwner' : form.value.reading === 'members' ? 'faultKnown' : null;
    return showOpening(c, looked, t(known ?? 'faultMeanwhile'), form.value);
  }
  return c.redirect(administrator ? `/groups/${group.id}` : `/groups/${group.id}/members?confirmed=${count}`, 303);
}

async function showOpening(
  c: RequestContext,
  { visitor, group, standing, administrator }: Looked,
  fault: string | null,
  typed?: z.infer<typeof openForm>,
): Promise<Response> {
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  if (group.shut_at === null) return c.redirect(`/groups/${group.id}/members`, 303);
  const state = await restoredState(db);
  const page = (
    <OpenGroupPage
      {...{ group, csrf, standing, administrator, fault }}
      asOf={state?.asOf ?? ''}
      untold={state?.waiting ?? []}
      waiting={await membersToConfirm(db, group.id)}
      running={await runnersElsewhere(db, group.id)}
      banned={await bannedFrom(db, group.id)}
      posts={await newestOf(db, group.id, visitor.person.id, standing)}
      typed={typed ?? { gone: [], running: [], without: [] }}
      person={visitor.person.id}
      reader={readerOf(c)}
    />
  );
  return showPage(c, { title: openingMessages(language)('title', { group: group.name }), error: fault !== null }, page);
}

async function showSeveral(c: RequestContext, missing: boolean): Promise<Response> {
  requireAdministrator(c);
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  const state = await restoredState(db);
  const t = openingMessages(language);
  const page = (
    <OpenSeveralPage
      {...{ csrf, missing }}
      groups={await shutForAdministrators(db)}
      asOf={state?.asOf ?? null}
      untold={state?.waiting ?? []}
      reader={readerOf(c)}
    />
  );
  const [opened, elsewhere] = ['opened', 'elsewhere'].map((name) => Number(c.req.query(name) ?? ''));
  const notices = [
    ...(opened ? [{ kind: 'success' as const, text: t('severalOpened', { count: opened }) }] : []),
    ...(elsewhere ? [{ kind: 'warning' as const, text: t('severalElsewhere', { count: elsewhere }) }] : []),
  ];
  return showPage(c, { title: t('severalTitle'), error: missing, notices }, page);
}

async function openSeveral(c: RequestContext): Promise<Response> {
  const visitor = requireAdministrator(c);
  const form = await readForm(c, severalForm);
  const chosen = new Set(form.ok ? form.value.group : []);
  const groups = (await shutForAdministrators(c.var.context.db.reader)).filter(({ id }) => chosen.has(id));
  if (groups.length === 0) return showSeveral(c, true);
  const db = c.var.context.db.reader;
  let elsewhere = 0;
  for (const { id: group } of groups) {
    // Whether they still run it nobody was asked here, and unasked they would not any more.
    if ((await runnersElsewhere(db, group)).length > 0) {
      elsewhere += 1;
      continue;
    }
    await transactAs(c, visitor, (work) =>
      openWithout(work, { group, by: visitor.person.id, administrator: true, without: [] }),
    ).catch((error: unknown) => {
      // Somebody who runs it was quicker.
      if (!isRefusal(error) || error.code !== 'conflict') throw error;
    });
  }
  return c.redirect(`${shutGroupsPage}?opened=${groups.length - elsewhere}&elsewhere=${elsewhere}`, 303);
}

async function showWritten(c: RequestContext): Promise<Response> {
  const visitor = requireVisitor(c);
  const { context, language } = c.var;
  const db = context.db.reader;
  const cursor = c.req.query('cursor') ?? '';
  const rows = await writtenBy(db, visitor.person, isId(cursor) ? cursor : null, perPage + 1);
  const posts = rows.slice(0, perPage);
  const next = rows.length > perPage ? `${writtenPage}?cursor=${posts.at(-1)?.id}` : null;
  const page = <WrittenPage {...{ posts, next }} asOf={(await restoredState(db))?.asOf ?? null} reader={readerOf(c)} />;
  return showPage(c, { title: openingMessages(language)('written') }, page);
}
