import {
  administrators,
  type Environment,
  isId,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  restoredState,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { peopleByIds } from '../people/index.ts';
import { confirmForm } from './input.ts';
import { shutMessages } from './messages-shut.ts';
import { canConfirm, confirmMembers, membersToConfirm, whoConfirms } from './shut.ts';
import { groupById, membershipOf } from './store.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';
import { ConfirmMembersPage, ShutPage } from './views-shut.tsx';

/** What a closed group shows after a restore until its members are confirmed, and confirming them. */
export function shutRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/confirm', async (c) => {
    const visitor = requireVisitor(c);
    const { group, standing } = await toConfirm(c, visitor);
    return showConfirm(c, group, standing, null);
  });

  app.post('/groups/:id/confirm', async (c) => {
    const visitor = requireVisitor(c);
    const { group, standing } = await toConfirm(c, visitor);
    const form = await readForm(c, confirmForm);
    const gone = form.ok ? form.value.gone : [];
    const by = visitor.person.id;
    try {
      const count = await transactAs(c, visitor, (work) => confirmMembers(work, { group: group.id, by, gone }));
      return c.redirect(`/groups/${group.id}/members?confirmed=${count}`, 303);
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'conflict') throw error;
      return showConfirm(c, group, standing, shutMessages(c.var.language)('faultMeanwhile'));
    }
  });
}

/** The page of a group for somebody who waits to be confirmed in it; null for everybody else. */
export async function shutPage(c: RequestContext, id: string): Promise<Response | null> {
  const { context, visitor, csrf } = c.var;
  const db = context.db.reader;
  if (!visitor || !isId(id)) return null;
  // Both are asked whatever there is: the same statements for what is not there.
  const [group, standing] = [await groupById(db, id), await membershipOf(db, id, visitor.person.id)];
  if (group?.kind !== 'group' || group.deleted_at !== null || standing?.state !== 'unconfirmed') return null;
  const confirming = await whoConfirms(db, group.id);
  const others = confirming.length > 0 ? [] : [...(await peopleByIds(db, await administrators(db))).values()];
  const page = (
    <ShutPage
      {...{ group, csrf, confirming }}
      administrators={others}
      asOf={(await restoredState(db))?.asOf ?? ''}
      mayConfirm={canConfirm(standing)}
      reader={readerOf(c)}
    />
  );
  return showPage(c, { title: group.name }, page);
}

/** @throws {Refusal} not_found as for a missing group, for everybody who does not run it */
async function toConfirm(
  c: RequestContext,
  visitor: Visitor,
): Promise<{ group: GroupRow; standing: GroupMemberRow | undefined }> {
  const db = c.var.context.db.reader;
  const id = c.req.param('id') ?? '';
  const group = isId(id) ? await groupById(db, id) : undefined;
  const standing = isId(id) ? await membershipOf(db, id, visitor.person.id) : undefined;
  const runs = group?.kind === 'group' && group.local === 1 && group.deleted_at === null && canConfirm(standing);
  if (!group || !runs) return refuse('not_found', 'There is no such group here');
  return { group, standing };
}

async function showConfirm(
  c: RequestContext,
  group: GroupRow,
  standing: GroupMemberRow | undefined,
  fault: string | null,
): Promise<Response> {
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  const waiting = await membersToConfirm(db, group.id);
  if (waiting.length === 0) return c.redirect(`/groups/${group.id}/members`, 303);
  const page = (
    <ConfirmMembersPage
      {...{ group, csrf, standing, waiting, fault }}
      asOf={(await restoredState(db))?.asOf ?? ''}
      person={requireVisitor(c).person.id}
      reader={readerOf(c)}
    />
  );
  const title = shutMessages(language)('confirmTitle', { group: group.name });
  return showPage(c, { title, error: fault !== null }, page);
}
