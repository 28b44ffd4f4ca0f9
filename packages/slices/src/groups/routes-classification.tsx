import {
  classificationLabels,
  classificationOf,
  createActorKeys,
  type Environment,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { attempt, type Failed } from './attempt.ts';
import { labelGroup } from './classify.ts';
import { classificationForm, introduceForm, renewKeysForm } from './input.ts';
import { introduceNodes, introducesNodes } from './introducing.ts';
import { keysSince, renewGroupKeys } from './keys.ts';
import { messages } from './messages.ts';
import { managedGroup } from './routes-form.tsx';
import { ClassificationPage } from './views-classification.tsx';

/** How confidential a group is: its owners give it one of the agency's labels, and say why. */
export function classificationRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/classification', (c) => show(c, null));
  app.post('/groups/:id/classification', async (c) => {
    const visitor = requireVisitor(c);
    const group = await managedGroup(c);
    const failed = await attempt(c, await readForm(c, classificationForm), async ({ label, reason }) => {
      const decided = { by: visitor.person.name, reason };
      const input = { group: group.id, person: visitor.person.id, label: label || null, ...decided };
      await transactAs(c, visitor, (work) => labelGroup(work, input));
    });
    return failed ? show(c, failed) : c.redirect(`/groups/${group.id}/classification?saved=1`, 303);
  });
  app.post('/groups/:id/keys', renewKeys);
  app.post('/groups/:id/introduce', async (c) => {
    const visitor = requireVisitor(c);
    const group = await managedGroup(c);
    const form = await readForm(c, introduceForm);
    if (!form.ok) return refuse('invalid', 'Say whether to introduce nodes');
    const input = { group: group.id, by: visitor.person.id, on: form.value.on === '1' };
    await transactAs(c, visitor, (work) => introduceNodes(work, c.var.context, input));
    return c.redirect(`/groups/${group.id}/classification?saved=1`, 303);
  });
}

/** New keys for the group: its owners say why. */
async function renewKeys(c: RequestContext) {
  const visitor = requireVisitor(c);
  const group = await managedGroup(c);
  const failed = await attempt(c, await readForm(c, renewKeysForm), async ({ keyReason }) => {
    const keys = await createActorKeys();
    const input = { group: group.id, by: visitor.person.id, reason: keyReason, keys };
    await transactAs(c, visitor, (work) => renewGroupKeys(work, input));
  });
  return failed ? show(c, failed) : c.redirect(`/groups/${group.id}/classification?saved=1`, 303);
}

async function show(c: RequestContext, failed: Failed | null) {
  const group = await managedGroup(c);
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  const t = messages(language);
  const body = (
    <ClassificationPage
      group={group}
      introduces={group.reading === 'members' ? await introducesNodes(db, context, group) : null}
      keysSince={await keysSince(db, group)}
      labels={await classificationLabels(db)}
      typed={{ label: (await classificationOf(db, group.id))?.label ?? '', ...failed?.typed }}
      errors={failed?.errors ?? []}
      csrf={csrf}
      reader={readerOf(c)}
    />
  );
  const notices = c.req.query('saved') === '1' ? [{ kind: 'success' as const, text: t('saved') }] : [];
  const title = t('classificationOf', { group: group.name });
  return showPage(c, { title, error: failed !== null, notices }, body);
}
