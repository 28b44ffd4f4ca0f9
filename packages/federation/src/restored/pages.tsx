import {
  administrators,
  countHeld,
  type Environment,
  federationOfficers,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  requireFederationOfficer,
  restoredState,
} from '@joinery/core';
import { type FieldError, readerOf, renderPanels, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { restoredPage } from '../health.ts';
import { confirmRestored } from '../rejoin.ts';
import { unansweredOrigins } from '../trust/restored.ts';
import { restoredText } from './messages.ts';
import { answerRules, rulesToAnswer } from './rules.ts';
import { ConfirmRestored, RestoredNode } from './views.tsx';

const ids = z.array(z.string().max(64)).max(1_000).default([]);
const decisionForm = z.object({ administrator: ids, officer: ids, reason: z.string().trim().max(500).default('') });
const ruleForm = z.object({
  kind: z.string().max(100).default(''),
  subject: z.string().max(200).default(''),
  answer: z.enum(['on', 'off', 'all']),
});

/** A restored node: confirming it, and what is left to do afterwards. */
export function restoredRoutes(app: Hono<Environment>): void {
  app.get(restoredPage, (c) => showRestored(c, { errors: [] }));

  app.post(restoredPage, async (c) => {
    const visitor = requireAdministrator(c);
    const { context, language } = c.var;
    const state = await restoredState(context.db.reader);
    if (state === null || state.confirmedAt !== null) return c.redirect(restoredPage, 303);
    const form = await readForm(c, decisionForm);
    if (!form.ok) refuse('bad_request', 'Say who administers this node');
    const { administrator, officer, reason } = form.value;
    const missing = { field: 'administrator', text: restoredText(language)('administratorsMissing') };
    const again = () =>
      showRestored(c, { errors: [missing], typed: { administrators: administrator, officers: officer, reason } });
    if (administrator.length === 0) return again();
    const by = { kind: 'person', person: visitor.person.id } as const;
    // Only whom the backup knows in a role, on the page: whoever else is to have it gets it afterwards, by somebody who has it.
    const known = await rolesOf(c);
    const named = {
      administrators: administrator.filter((id) => known.administrators.includes(id)),
      officers: officer.filter((id) => known.officers.includes(id)),
    };
    try {
      await confirmRestored(context, by, { take: 'anew', reason, ...named });
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'invalid') throw error;
      return again();
    }
    return c.redirect(restoredPage, 303);
  });

  app.post(`${restoredPage}/rules`, async (c) => {
    const visitor = requireFederationOfficer(c);
    const form = await readForm(c, ruleForm);
    if (!form.ok) refuse('bad_request', 'Say which rule, and whether it is switched on');
    const { kind, subject, answer } = form.value;
    const mine = (await rulesToAnswer(c.var.context, visitor, c.var.language)).filter((rule) => rule.mine);
    // Groups are opened where they are looked at.
    const asked =
      answer === 'all'
        ? mine.filter(({ page }) => page === undefined)
        : mine.filter((rule) => rule.kind === kind && rule.subject === subject);
    if (answer !== 'off' && asked.some(({ ends }) => ends.length > 0))
      refuse('conflict', 'People of other nodes ran it: say on its own page whether they still do');
    if (asked.length === 0) refuse('not_found', 'Somebody has answered this already');
    const by = { kind: 'person', person: visitor.person.id } as const;
    await answerRules(c.var.context, by, visitor.person.id, asked, answer !== 'off');
    return c.redirect(`${restoredPage}?done=1#rules`, 303);
  });
}

async function rolesOf(c: RequestContext) {
  const db = c.var.context.db.reader;
  return { administrators: await administrators(db), officers: await federationOfficers(db) };
}

type Again = {
  errors: FieldError[];
  typed?: { administrators: readonly string[]; officers: readonly string[]; reason: string };
};

async function showRestored(c: RequestContext, { errors, typed }: Again): Promise<Response> {
  const visitor = requireFederationOfficer(c);
  const { context, language, csrf } = c.var;
  const db = context.db.reader;
  const t = restoredText(language);
  const title = t('title');
  const state = await restoredState(db);
  const reader = readerOf(c);
  const nameOf = async (id: string) => ({ id, name: (await context.ports.people.byId(db, id))?.name ?? '' });
  if (state?.confirmedAt === null) {
    const known = await rolesOf(c);
    const self = visitor.person.id;
    const page = (
      <ConfirmRestored
        {...{ state, errors, reader, csrf, self }}
        administrators={await Promise.all(known.administrators.map(nameOf))}
        officers={await Promise.all(known.officers.map(nameOf))}
        typed={typed ?? { administrators: [self], officers: known.officers.filter((id) => id === self), reason: '' }}
        origin={context.config.origin}
      />
    );
    return showPage(c, { title, error: errors.length > 0 }, page);
  }
  const person = state?.decision?.person;
  const page = (
    <RestoredNode
      {...{ state, reader, csrf }}
      decidedBy={person ? (await nameOf(person)).name : (state?.decision?.by ?? '')}
      held={visitor.administrator ? await countHeld(db) : null}
      rules={state === null ? [] : await rulesToAnswer(context, visitor, language)}
      unanswered={await unansweredOrigins(db)}
      panels={await renderPanels(c, 'restored', null)}
    />
  );
  const notices = c.req.query('done') ? [{ kind: 'success' as const, text: t('answered') }] : [];
  return showPage(c, { title, notices }, page);
}
