import {
  type Context,
  type Environment,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { attempt, type Failed } from '../attempt.ts';
import { updateGroup } from '../groups.ts';
import { termsForm } from '../input.ts';
import { agencyOf, hostOf } from '../labels.ts';
import { canManage, isMember } from '../policy.ts';
import { seeGroup } from '../reads.ts';
import { messages } from './messages.ts';
import { changesOf, namedNodes } from './terms.ts';
import { EditTermsPage, TermsPage } from './views.tsx';

const changesShown = 100;

/** What a group promises: to be read by whoever may know the group, changed by its owners. */
export function termsRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/terms', showTerms);
  app.get('/groups/:id/terms/edit', (c) => showForm(c, null));
  app.post('/groups/:id/terms/edit', save);
}

/** Agencies with an agreement in force, by name, and those of `more` that have none any more. */
export async function partnersOf(
  { db, ports }: Pick<Context, 'db' | 'ports'>,
  more: readonly string[] = [],
): Promise<{ origin: string; agency: string }[]> {
  const origins = [...new Set([...ports.peers.allowed(null), ...more])];
  const named = await Promise.all(
    origins.map(async (origin) => ({
      origin,
      agency: (await ports.peers.summary(db.reader, origin))?.agency ?? hostOf(origin),
    })),
  );
  return named.sort((one, other) => one.agency.localeCompare(other.agency));
}

async function showTerms(c: RequestContext) {
  const { context, visitor, language } = c.var;
  const db = context.db.reader;
  const { group, standing } = await seeGroup(db, c.req.param('id') ?? '', visitor);
  const nodes = await namedNodes(db, group.id);
  const known = new Map((await partnersOf(context, nodes)).map(({ origin, agency }) => [origin, agency]));
  const member = isMember(standing);
  const saved = c.req.query('saved') === '1' ? [{ kind: 'success' as const, text: messages(language)('saved') }] : [];
  const body = (
    <TermsPage
      reader={readerOf(c)}
      group={group}
      agency={agencyOf(group, context.config.agency)}
      // Which other agencies are named is for members to know.
      named={member ? nodes.map((origin) => known.get(origin) ?? hostOf(origin)) : []}
      changes={member && group.local === 1 ? await changesOf(db, group.id, changesShown) : null}
      mayChange={canManage(group, standing)}
    />
  );
  return showPage(c, { title: messages(language)('termsOf', { group: group.name }), notices: saved }, body);
}

async function owned(c: RequestContext) {
  const visitor = requireVisitor(c);
  const { group, standing } = await seeGroup(c.var.context.db.reader, c.req.param('id') ?? '', visitor);
  if (!canManage(group, standing)) refuse('forbidden', 'Only owners change the group');
  return { visitor, group };
}

async function showForm(c: RequestContext, failed: Failed | null) {
  const { group } = await owned(c);
  const { context, csrf, language } = c.var;
  const sent = c.var.form?.fields;
  const nodes = failed ? (sent?.get('agencies') ?? []) : await namedNodes(context.db.reader, group.id);
  const typed = failed
    ? {
        history: failed.typed.history ?? '',
        inviting: failed.typed.inviting ?? '',
        asking: failed.typed.asking ?? '',
        keeping: failed.typed.keeping ?? '',
        recordCopy: failed.typed.recordCopy === '1',
      }
    : { ...group, recordCopy: group.record_copy === 1 };
  const errors = failed?.errors ?? [];
  const body = (
    <EditTermsPage
      reader={readerOf(c)}
      csrf={csrf}
      group={group}
      agency={context.config.agency}
      errors={errors}
      typed={typed}
      agencies={nodes}
      partners={await partnersOf(context, failed ? [] : nodes)}
    />
  );
  const title = messages(language)('changeTitle', { group: group.name });
  return showPage(c, { title, error: errors.length > 0 }, body);
}

async function save(c: RequestContext) {
  const { visitor, group } = await owned(c);
  const failed = await attempt(c, await readForm(c, termsForm), async (terms) => {
    await transactAs(c, visitor, (work) => updateGroup(work, group.id, visitor.person.id, terms));
  });
  return failed ? showForm(c, failed) : c.redirect(`/groups/${group.id}/terms?saved=1`, 303);
}
