import { type Environment, type RequestContext, readForm, refuse, requireVisitor, transactAs } from '@joinery/core';
import { type FieldError, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { attempt, type Failed, nothingTyped } from '../attempt.ts';
import { hostOf } from '../labels.ts';
import { joinGroup } from '../membership.ts';
import { canModerate, isMember, joinsAtOnce } from '../policy.ts';
import { seeGroup } from '../reads.ts';
import { leadOf } from '../remote-roles.ts';
import { afterRestore } from '../restored-notice.tsx';
import { countedNodes, membersPerNode, membersWithRole } from '../store.ts';
import type { GroupRow } from '../tables.ts';
import { answersOf } from './answers.ts';
import { responsibleFor } from './away.ts';
import { deciding } from './deciding.ts';
import { decisionsOf } from './decisions.ts';
import { faultsOf } from './faults.ts';
import { askForm, decideForm } from './input.ts';
import { messages } from './messages.ts';
import { newNodesOf } from './new-nodes.ts';
import { answersFrom, questionsOf } from './questions.ts';
import { decideSeveral, waitingIn } from './queue.ts';
import { settingsRoutes } from './routes-settings.tsx';
import { AskPage, type LandingModel } from './views-ask.tsx';
import { QueuePage } from './views-queue.tsx';

const decisionsShown = 20;
/** Larger groups show agencies as last counted. */
const countedUpTo = 500;

/** Asking to join, and the queue of those who ask. */
export function requestRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/ask', (c) => showAsk(c, nothingTyped));
  app.post('/groups/:id/ask', ask);
  app.get('/groups/:id/requests', (c) => showQueue(c, [], {}, []));
  app.post('/groups/:id/requests', decide);
  settingsRoutes(app);
}

/** What somebody who may know of a group, and perhaps not read it, learns of it. */
export async function landingOf(c: RequestContext, group: GroupRow): Promise<LandingModel> {
  const { context } = c.var;
  const db = context.db.reader;
  const running = group.local === 1 ? await membersWithRole(db, group.id, ['owner', 'facilitator']) : [];
  const lead = running.length === 0 ? await leadOf(db, group) : null;
  const counted = group.local !== 1 || group.member_count > countedUpTo;
  const nodes = counted ? await countedNodes(db, group.id) : await membersPerNode(db, group);
  const names = nodes.map(({ origin, agency }) =>
    origin === context.config.origin ? context.config.agency : agency || hostOf(origin),
  );
  return {
    reader: readerOf(c),
    group,
    agency: context.config.agency,
    running: lead ? [lead] : running.slice(0, 10),
    agencies: [...new Set(names)],
  };
}

async function askable(c: RequestContext) {
  const visitor = requireVisitor(c);
  const { group, standing } = await seeGroup(c.var.context.db.reader, c.req.param('id') ?? '', visitor);
  return { visitor, group, standing };
}

async function showAsk(c: RequestContext, { errors, typed }: Failed) {
  const { group, standing } = await askable(c);
  // Who takes part, waits already or need not ask has the group's own page.
  if (isMember(standing) || standing?.state === 'requested' || joinsAtOnce(group, standing))
    return c.redirect(`/groups/${group.id}`, 303);
  const body = (
    <AskPage
      {...(await landingOf(c, group))}
      csrf={c.var.csrf}
      questions={await questionsOf(c.var.context.db.reader, group.id)}
      errors={errors}
      typed={typed}
    />
  );
  return showPage(
    c,
    { title: messages(c.var.language)('askTo', { group: group.name }), error: errors.length > 0 },
    body,
  );
}

async function ask(c: RequestContext) {
  const { visitor, group } = await askable(c);
  const form = await readForm(c, askForm);
  const failed = await attempt(c, form, async (typed) => {
    const answers = answersFrom(await questionsOf(c.var.context.db.reader, group.id), Object.values(typed));
    await transactAs(c, visitor, async (work) => {
      await joinGroup(work, { group: group.id, person: visitor.person.id, answers });
    });
  });
  if (!failed) return c.redirect(`/groups/${group.id}`, 303);
  return showAsk(c, { ...failed, errors: faultsOf(failed.errors, c.var.language) });
}

async function showQueue(
  c: RequestContext,
  errors: FieldError[],
  typed: Record<string, string>,
  chosen: readonly string[],
) {
  const { group, standing, now } = await deciding(c);
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  const all = await waitingIn(db, group.id);
  const shown = c.req.query('agency') ?? '';
  const waiting = all.filter(({ person }) => shown === '' || person.home === shown);
  const agencies = new Map<string, { agency: string; count: number }>();
  for (const { person } of all) {
    const known = agencies.get(person.home);
    agencies.set(person.home, { agency: known?.agency ?? person.agency, count: (known?.count ?? 0) + 1 });
  }
  const decisions = await decisionsOf(db, group.id, decisionsShown);
  const rules = decisions.flatMap(({ rule }) => (rule?.startsWith('agency ') ? [rule.slice('agency '.length)] : []));
  const names = new Map<string, string>();
  for (const origin of new Set(rules))
    names.set(
      origin,
      origin === context.config.origin
        ? context.config.agency
        : ((await context.ports.peers.summary(db, origin))?.agency ?? hostOf(origin)),
    );
  const t = messages(language);
  const body = (
    <QueuePage
      reader={readerOf(c)}
      csrf={csrf}
      group={group}
      runs={canModerate(group, standing)}
      waiting={waiting}
      answers={
        await answersOf(
          db,
          group.id,
          waiting.map(({ person }) => person.id),
        )
      }
      newNodes={
        await newNodesOf(
          db,
          group,
          waiting.map(({ person }) => person),
        )
      }
      nodes={(await countedNodes(db, group.id)).filter(({ origin }) => origin !== group.home).length}
      agencies={[...agencies].map(([origin, one]) => ({ origin, ...one }))}
      shown={shown}
      responsible={group.local === 1 ? await responsibleFor(db, group.id, now) : []}
      decisions={decisions}
      names={names}
      errors={errors}
      typed={typed}
      chosen={chosen}
      afterRestore={await afterRestore(c, group)}
    />
  );
  const told = (name: 'done' | 'faster') => Math.min(Math.max(0, Number(c.req.query(name)) || 0), 1_000);
  const notices = [
    ...(told('done') > 0 ? [{ kind: 'success' as const, text: t('done', { count: told('done') }) }] : []),
    ...(told('faster') > 0 ? [{ kind: 'warning' as const, text: t('faster', { count: told('faster') }) }] : []),
  ];
  return showPage(c, { title: t('requestsOf', { group: group.name }), error: errors.length > 0, notices }, body);
}

async function decide(c: RequestContext) {
  const { visitor, group } = await deciding(c);
  const form = await readForm(c, decideForm);
  const chosen = c.var.form?.fields.get('person') ?? [];
  let told = { decided: 0, faster: 0 };
  const failed = await attempt(c, form, async ({ person, decision, reason }) => {
    if (person.length === 0) refuse('invalid', 'Choose somebody', [{ field: 'person', code: 'required' }]);
    const input = { group: group.id, people: person, by: visitor.person.id, accept: decision === 'approve', reason };
    told = await transactAs(c, visitor, (work) => decideSeveral(work, input));
  });
  if (failed) return showQueue(c, faultsOf(failed.errors, c.var.language), failed.typed, chosen);
  return c.redirect(
    `/groups/${group.id}/requests?${new URLSearchParams({ done: String(told.decided), faster: String(told.faster) })}`,
    303,
  );
}
