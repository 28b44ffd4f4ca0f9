import {
  administrators,
  answerWithheld,
  type Environment,
  isId,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  requireVisitor,
  restoredState,
  transactAs,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { peopleByIds } from '../people/index.ts';
import { joiningKind } from './joining.ts';
import { endedKeysPath, renewEndedKeys, restoredPath } from './keys.ts';
import { shutMessages } from './messages-shut.ts';
import { canConfirm, canModerate } from './policy.ts';
import { seeGroup } from './reads.ts';
import { groupRules } from './restored.ts';
import { whoConfirms } from './shut.ts';
import { groupById, membershipOf } from './store.ts';
import { ShutPage } from './views-shut.tsx';

/** Letting people join by themselves again, after a restore. Opening a group is with what is in it (`posts`). */
export function shutRoutes(app: Hono<Environment>): void {
  app.post('/groups/:id/joining', async (c) => {
    const visitor = requireVisitor(c);
    const { group, standing } = await seeGroup(c.var.context.db.reader, c.req.param('id') ?? '', visitor);
    if (group.local !== 1 || !canModerate(group, standing))
      refuse('forbidden', 'Only those who run the group say how it is joined');
    const rules = new Map(Object.entries(groupRules));
    const asked = { kind: joiningKind, subject: group.id, on: true, by: visitor.person.id };
    await transactAs(c, visitor, (work) => answerWithheld(work, rules, asked));
    return c.redirect(`/groups/${group.id}/requests`, 303);
  });

  app.post(endedKeysPath, async (c) => {
    const visitor = requireAdministrator(c);
    await readForm(c, z.object({}));
    const by = { kind: 'person', person: visitor.person.id } as const;
    await renewEndedKeys(c.var.context, by, shutMessages(c.var.language)('keysEndedReason'));
    return c.redirect(`${restoredPath}?done=1`, 303);
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
