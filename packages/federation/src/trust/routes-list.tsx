import {
  type Context,
  decodeCursor,
  type Environment,
  encodeCursor,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireFederationOfficer,
  transactAs,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { explain } from './explain.ts';
import { applyImport, type ImportPlan, planImport } from './imports.ts';
import { listForms, parseList, writeList, writeRegister } from './lists.ts';
import { declineProposal } from './partners.ts';
import { checkProposal, readProposal, waitingProposals } from './proposals.ts';
import { allPartners, decisions, partnerByOrigin, proposals } from './store.ts';
import { pageText } from './text.ts';
import { trustListOf } from './trust.ts';
import { home } from './views.tsx';
import { ImportPage, ImportPreviewPage, type TypedImport } from './views-import.tsx';
import { ExplainPage, ProposalsPage, RegisterPage } from './views-list.tsx';

const registerPage = 50;

/** Proposals, register, explanations, lists in and out. */
export function listRoutes(app: Hono<Environment>): void {
  app.get(`${home}/proposals`, async (c) => {
    requireFederationOfficer(c);
    const t = pageText(c.var.language);
    const open = (await proposals(c.var.context.db.reader)).filter(
      ({ state }) => state !== 'accepted' && state !== 'declined',
    );
    const rows = open.flatMap((row) => {
      const proposal = readProposal(row.document);
      return proposal ? [{ row, proposal }] : [];
    });
    const outcome = c.req.query('outcome');
    const notice =
      outcome === 'same'
        ? { kind: 'success' as const, text: t('checkDone') }
        : outcome === 'other'
          ? { kind: 'danger' as const, text: t('checkFailed') }
          : outcome === 'silent'
            ? { kind: 'warning' as const, text: t('checkUnavailable') }
            : undefined;
    const body = <ProposalsPage rows={rows} csrf={c.var.csrf} reader={readerOf(c)} />;
    return showPage(c, { title: t('proposals'), notices: notice ? [notice] : [] }, body);
  });

  app.post(`${home}/proposals/check`, async (c) => {
    const visitor = requireFederationOfficer(c);
    const { context, language } = c.var;
    const read = await readForm(c, z.object({ origin: z.string(), what: z.enum(['check', 'decline']) }));
    if (!read.ok) refuse('bad_request', 'Choose what to do with the proposal');
    const { origin, what } = read.value;
    const by = visitor.person.name;
    if (what === 'decline') {
      const input = { origin, by, reason: pageText(language)('decline') };
      await transactAs(c, visitor, (work) => declineProposal(work, input));
      return c.redirect(`${home}/proposals`, 303);
    }
    return c.redirect(`${home}/proposals?outcome=${await check(context, origin, by)}`, 303);
  });

  app.get(`${home}/proposals/accept`, async (c) => {
    requireFederationOfficer(c);
    const partner = await partnerByOrigin(c.var.context.db.reader, c.req.query('origin') ?? '');
    if (!partner) refuse('not_found', 'Check the proposal first');
    return c.redirect(`${home}/${partner.id}/decide?what=allow`, 303);
  });

  app.get(`${home}/register`, async (c) => {
    requireFederationOfficer(c);
    const db = c.var.context.db.reader;
    const cursor = decodeCursor(c.req.query('cursor'), ['string']);
    const rows = await decisions(db, { before: cursor ? String(cursor[0]) : null, limit: registerPage + 1 });
    const shown = rows.slice(0, registerPage);
    const last = rows.length > registerPage ? shown.at(-1) : undefined;
    const next = last ? `${home}/register?cursor=${encodeCursor([last.id])}` : null;
    const body = <RegisterPage rows={shown} next={next} proposals={await waitingProposals(db)} reader={readerOf(c)} />;
    return showPage(c, { title: pageText(c.var.language)('register') }, body);
  });

  app.get(`${home}/register.csv`, async (c) => {
    requireFederationOfficer(c);
    return download(c, 'register.csv', writeRegister(await decisions(c.var.context.db.reader)));
  });

  app.get(`${home}/export`, async (c) => {
    requireFederationOfficer(c);
    const form = listForms.find((known) => known === (c.req.query('form') ?? 'joinery'));
    if (!form) refuse('not_found', 'There is no such form of list');
    const text = writeList(await allPartners(c.var.context.db.reader), form);
    return download(c, form === 'text' ? 'partners.txt' : `partners-${form}.csv`, text);
  });

  app.get(`${home}/explain`, async (c) => {
    requireFederationOfficer(c);
    const { context, language } = c.var;
    const origin = (c.req.query('origin') ?? '').trim();
    const thing = (c.req.query('thing') ?? '').trim();
    const db = context.db.reader;
    const said = origin ? await explain(context, db, origin, thing || null, language) : null;
    const body = (
      <ExplainPage
        origin={origin}
        thing={thing}
        said={said}
        proposals={await waitingProposals(db)}
        reader={readerOf(c)}
      />
    );
    return showPage(c, { title: pageText(language)('explain') }, body);
  });

  app.get(`${home}/import`, async (c) => {
    requireFederationOfficer(c);
    return showImport(c, { list: '', source: '', as: 'allow', complete: '' }, null);
  });

  app.post(`${home}/import`, async (c) => {
    const visitor = requireFederationOfficer(c);
    const { context, csrf, language } = c.var;
    const t = pageText(language);
    const read = await readForm(c, importForm);
    const typed = typedImport(c);
    if (!read.ok) return showImport(c, typed, { field: read.faults[0]?.field ?? 'list', text: t('faultMissing') });
    let plan: ImportPlan;
    try {
      plan = await planOf(context, typed);
    } catch (error) {
      return showImport(c, typed, {
        field: 'list',
        text: t('importUnreadable', { detail: error instanceof Error ? error.message : '' }),
      });
    }
    const reason = read.value.reason?.trim() ?? '';
    if (read.value.apply && reason !== '') {
      const decider = { by: visitor.person.name, reason };
      await transactAs(c, visitor, (work) => applyImport(work, plan, decider));
      return c.redirect(home, 303);
    }
    const errors = read.value.apply ? [{ field: 'reason', text: t('faultReason') }] : [];
    const body = <ImportPreviewPage plan={plan} typed={typed} errors={errors} csrf={csrf} language={language} />;
    return showPage(c, { title: t('importTitle'), error: errors.length > 0 }, body);
  });
}

const importForm = z.object({
  list: z.string().trim().min(1).max(200_000),
  source: z.string().trim().min(1).max(200),
  as: z.enum(['allow', 'block']),
  complete: z.literal('1').optional(),
  apply: z.literal('1').optional(),
  reason: z.string().max(1000).optional(),
});

function typedImport(c: RequestContext): TypedImport {
  const value = (name: string) => c.var.form?.fields.get(name)?.[0] ?? '';
  return {
    list: value('list'),
    source: value('source'),
    as: value('as') === 'block' ? 'block' : 'allow',
    complete: value('complete'),
  };
}

async function planOf(context: Context, typed: TypedImport): Promise<ImportPlan> {
  const lines = parseList(typed.list, typed.as === 'block' ? 'block' : 'allow');
  return planImport(lines, await allPartners(context.db.reader), context.config, {
    source: typed.source,
    complete: typed.complete === '1',
    now: context.clock.now().toISOString(),
  });
}

async function showImport(c: RequestContext, typed: TypedImport, error: { field: string; text: string } | null) {
  requireFederationOfficer(c);
  const errors = error ? [error] : [];
  const waiting = await waitingProposals(c.var.context.db.reader);
  const body = <ImportPage typed={typed} errors={errors} proposals={waiting} csrf={c.var.csrf} reader={readerOf(c)} />;
  return showPage(c, { title: pageText(c.var.language)('importTab'), error: error !== null }, body);
}

async function check(context: Context, origin: string, by: string): Promise<'same' | 'other' | 'silent'> {
  try {
    const same = await checkProposal(context, trustListOf(context), origin, {
      by,
      reason: 'Proposal checked at their node',
    });
    return same ? 'same' : 'other';
  } catch (error) {
    if (isRefusal(error) && error.code === 'unavailable') return 'silent';
    throw error;
  }
}

function download(c: RequestContext, name: string, text: string) {
  c.header('content-disposition', `attachment; filename="${name}"`);
  return c.body(text, 200, {
    'content-type': name.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'text/plain; charset=utf-8',
  });
}
