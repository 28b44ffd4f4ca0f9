import {
  type Context,
  classificationLabels,
  decodeCursor,
  type Environment,
  encodeCursor,
  type RequestContext,
  readForm,
  refuse,
  requireFederationOfficer,
  transactAs,
} from '@joinery/core';
import { type Language, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { explain } from './explain.ts';
import { applyImport, type ImportPlan, planImport } from './imports.ts';
import { listForms, parseList, writeList, writeRegister } from './lists.ts';
import { requireDecider } from './policy.ts';
import { waitingRequests } from './requests/waiting.ts';
import { allPartners, decisions } from './store.ts';
import { pageText } from './text.ts';
import { home } from './views.tsx';
import { ImportPage, ImportPreviewPage, type TypedImport } from './views-import.tsx';
import { ExplainPage, RegisterPage } from './views-list.tsx';

const registerPage = 50;

/** Register, explanations, lists in and out. */
export function listRoutes(app: Hono<Environment>): void {
  app.get(`${home}/register`, async (c) => {
    requireFederationOfficer(c);
    const db = c.var.context.db.reader;
    const cursor = decodeCursor(c.req.query('cursor'), ['string']);
    const rows = await decisions(db, { before: cursor ? String(cursor[0]) : null, limit: registerPage + 1 });
    const shown = rows.slice(0, registerPage);
    const last = rows.length > registerPage ? shown.at(-1) : undefined;
    const next = last ? `${home}/register?cursor=${encodeCursor([last.id])}` : null;
    const body = <RegisterPage rows={shown} next={next} requests={await waitingRequests(db)} reader={readerOf(c)} />;
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
        requests={await waitingRequests(db)}
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
    const visitor = await requireDecider(c);
    const { context, csrf, language } = c.var;
    const t = pageText(language);
    const read = await readForm(c, importForm);
    const typed = typedImport(c);
    if (!read.ok) return showImport(c, typed, { field: read.faults[0]?.field ?? 'list', text: t('faultMissing') });
    let plan: ImportPlan;
    try {
      plan = await planOf(context, typed, c.var.language);
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

async function planOf(context: Context, typed: TypedImport, language: Language): Promise<ImportPlan> {
  const lines = parseList(typed.list, typed.as === 'block' ? 'block' : 'allow');
  return planImport(lines, await allPartners(context.db.reader), context.config, {
    labels: await classificationLabels(context.db.reader),
    source: typed.source,
    complete: typed.complete === '1',
    now: context.clock.now().toISOString(),
    language,
  });
}

async function showImport(c: RequestContext, typed: TypedImport, error: { field: string; text: string } | null) {
  requireFederationOfficer(c);
  const errors = error ? [error] : [];
  const waiting = await waitingRequests(c.var.context.db.reader);
  const body = <ImportPage typed={typed} errors={errors} requests={waiting} csrf={c.var.csrf} reader={readerOf(c)} />;
  return showPage(c, { title: pageText(c.var.language)('importTab'), error: error !== null }, body);
}

function download(c: RequestContext, name: string, text: string) {
  c.header('content-disposition', `attachment; filename="${name}"`);
  return c.body(text, 200, {
    'content-type': name.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'text/plain; charset=utf-8',
  });
}
