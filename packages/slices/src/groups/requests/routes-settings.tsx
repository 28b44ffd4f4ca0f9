import { type Environment, type RequestContext, readForm, refuse, requireVisitor, transactAs } from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { attempt, type Failed } from '../attempt.ts';
import { listMembers } from '../lists.ts';
import { canModerate } from '../policy.ts';
import { seeGroup } from '../reads.ts';
import { partnersOf } from '../terms/routes.tsx';
import { automaticRules, setAutomaticRules } from './automatic.ts';
import { awayOf, setAway } from './away.ts';
import { faultsOf } from './faults.ts';
import { automaticForm, awayForm, questionsForm } from './input.ts';
import { messages } from './messages.ts';
import { questionsOf, setQuestions } from './questions.ts';
import { RequestSettingsPage } from './views-settings.tsx';

/** How many may be chosen from as a deputy. */
const deputiesShown = 200;

/** How requests are handled: what is asked, who is let in without asking, who stands in. */
export function settingsRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/requests/settings', (c) => showSettings(c, null));
  app.post('/groups/:id/requests/questions', saveQuestions);
  app.post('/groups/:id/requests/automatic', saveAutomatic);
  app.post('/groups/:id/requests/away', saveAway);
}

async function run(c: RequestContext) {
  const visitor = requireVisitor(c);
  const { group, standing } = await seeGroup(c.var.context.db.reader, c.req.param('id') ?? '', visitor);
  if (group.local !== 1 || !canModerate(group, standing))
    refuse('forbidden', 'Only those who run the group say how requests are handled');
  return { visitor, group };
}

async function showSettings(c: RequestContext, failed: Failed | null) {
  const { visitor, group } = await run(c);
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  const questions = await questionsOf(db, group.id);
  const rules = await automaticRules(db, group.id);
  const away = await awayOf(db, group.id, visitor.person.id);
  const kept: Record<string, string> = {
    ...Object.fromEntries(
      questions.flatMap(({ text, required }, index) => [
        [`question${index}`, text],
        [`required${index}`, required ? '1' : ''],
      ]),
    ),
    domains: rules.flatMap(({ kind, value }) => (kind === 'mail' ? [value] : [])).join('\n'),
    until: away?.until?.slice(0, 10) ?? '',
    deputy: away?.deputy_id ?? '',
  };
  const origins = rules.flatMap(({ kind, value }) => (kind === 'agency' ? [value] : []));
  const errors = failed?.errors ?? [];
  const members = await listMembers(db, group.id, { states: ['member'], limit: deputiesShown });
  const t = messages(language);
  const body = (
    <RequestSettingsPage
      reader={readerOf(c)}
      csrf={csrf}
      group={group}
      errors={errors}
      typed={{ ...kept, ...failed?.typed }}
      partners={(await partnersOf(context, origins)).filter(({ origin }) => origin !== group.home)}
      agencies={failed ? (c.var.form?.fields.get('agencies') ?? origins) : origins}
      deputies={members.flatMap(({ person }) =>
        person.local === 1 && person.id !== visitor.person.id ? [{ id: person.id, name: person.name }] : [],
      )}
    />
  );
  const saved = c.req.query('saved') === '1' ? [{ kind: 'success' as const, text: t('saved') }] : [];
  const title = t('settingsOf', { group: group.name });
  return showPage(c, { title, error: errors.length > 0, notices: saved }, body);
}

async function answer(c: RequestContext, group: string, failed: Failed | null) {
  if (failed) return showSettings(c, { ...failed, errors: faultsOf(failed.errors, c.var.language) });
  return c.redirect(`/groups/${group}/requests/settings?saved=1`, 303);
}

async function saveQuestions(c: RequestContext) {
  const { visitor, group } = await run(c);
  const failed = await attempt(
    c,
    await readForm(c, questionsForm),
    async (typed: Record<string, string | undefined>) => {
      const questions = Object.keys(typed)
        .filter((name) => name.startsWith('question') && typed[name])
        .map((name) => ({ text: typed[name] ?? '', required: typed[name.replace('question', 'required')] === '1' }));
      await transactAs(c, visitor, (work) => setQuestions(work, group.id, visitor.person.id, questions));
    },
  );
  return answer(c, group.id, failed);
}

async function saveAutomatic(c: RequestContext) {
  const { visitor, group } = await run(c);
  const failed = await attempt(c, await readForm(c, automaticForm), async ({ agencies, domains }) => {
    const input = {
      agencies,
      domains: domains
        .split(/[\s,;]+/)
        .filter(Boolean)
        .slice(0, 200),
    };
    await transactAs(c, visitor, (work) => setAutomaticRules(work, group.id, visitor.person.id, input));
  });
  return answer(c, group.id, failed);
}

async function saveAway(c: RequestContext) {
  const { visitor, group } = await run(c);
  const failed = await attempt(c, await readForm(c, awayForm), async ({ until, deputy }) => {
    const input = { until: until === '' ? null : `${until}T23:59:59.999Z`, deputy: deputy || null };
    await transactAs(c, visitor, (work) => setAway(work, group, visitor.person.id, input));
  });
  return answer(c, group.id, failed);
}
