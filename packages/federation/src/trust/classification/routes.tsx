import {
  classificationLabels,
  type Environment,
  type FieldFault,
  isRefusal,
  longestLabel,
  mostLabels,
  type Reader,
  type RequestContext,
  readForm,
  requireFederationOfficer,
  transactAs,
} from '@joinery/core';
import { type FieldError, type Language, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { mayDecide, requireDecider } from '../policy.ts';
import { waitingRequests } from '../requests/waiting.ts';
import { allPartners } from '../store.ts';
import { pageText } from '../text.ts';
import { home } from '../views.tsx';
import { decideLabels, decideMeanings, labelLines, theirsNamed } from './labels.ts';
import { classificationText } from './text.ts';
import { LabelsPage, type LabelUse } from './views.tsx';

const labelsForm = z.object({
  labels: z.string().max(2_000, 'too_long'),
  reason: z.string().trim().min(1, 'required').max(1_000, 'too_long'),
});

/** The labels by which groups are classified; whoever decides about partners decides about them. */
export function classificationRoutes(app: Hono<Environment>): void {
  app.get(`${home}/labels`, (c) => {
    requireFederationOfficer(c);
    return show(c, null, []);
  });

  app.post(`${home}/labels`, async (c) => {
    const visitor = await requireDecider(c);
    const read = await readForm(c, labelsForm);
    if (!read.ok) return show(c, read.typed, read.faults);
    const { labels, reason } = read.value;
    try {
      await transactAs(c, visitor, (work) => decideLabels(work, labels, { by: visitor.person.name, reason }));
    } catch (error) {
      if (!isRefusal(error) || (error.code !== 'invalid' && error.code !== 'conflict')) throw error;
      const faults = error.code === 'conflict' ? [{ field: 'labels', code: 'unknown' as const }] : error.faults;
      return show(c, read.value, faults);
    }
    return c.redirect(`${home}/labels?saved=1`, 303);
  });

  app.post(`${home}/labels/theirs`, async (c) => {
    const visitor = await requireDecider(c);
    const read = await readForm(c, mapForm);
    if (!read.ok) return show(c, read.typed, read.faults);
    const { fields } = c.var.form ?? { fields: new Map<string, string[]>() };
    const one = (name: string) => fields.get(name)?.[0];
    const chosen = Array.from({ length: mostMapped }, (_, index) => ({
      origin: one(`origin-${index}`) ?? '',
      en: one(`word-${index}`) ?? '',
      label: one(`means-${index}`) || null,
    })).filter(({ en }) => en !== '');
    const decider = { by: visitor.person.name, reason: read.value.mapReason };
    await transactAs(c, visitor, (work) => decideMeanings(work, chosen, decider));
    return c.redirect(`${home}/labels?saved=1#theirs`, 303);
  });
}

const mapForm = z.object({ mapReason: z.string().trim().min(1, 'required').max(1_000, 'too_long') });
const mostMapped = 200;

async function show(c: RequestContext, typed: Record<string, string> | null, faults: readonly FieldFault[]) {
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  const use = await labelUse(db);
  const text = classificationText(language);
  const body = (
    <LabelsPage
      use={use}
      typed={{
        labels: typed?.labels ?? labelLines(use.map(({ label }) => label)),
        reason: typed?.reason ?? '',
        mapReason: typed?.mapReason ?? '',
      }}
      theirs={await theirsNamed(db)}
      errors={faults.map((fault) => inWords(fault, language))}
      decides={await mayDecide(db, c.var.visitor)}
      requests={await waitingRequests(db)}
      csrf={csrf}
      reader={readerOf(c)}
    />
  );
  const notices = c.req.query('saved') ? [{ kind: 'success' as const, text: text('saved') }] : [];
  return showPage(c, { title: text('name'), error: faults.length > 0, notices }, body);
}

function inWords({ field, code }: FieldFault, language: Language): FieldError {
  const t = classificationText(language);
  if (field === 'reason' || field === 'mapReason')
    return { field, text: pageText(language)(code === 'required' ? 'faultReason' : 'faultTooLong') };
  switch (code) {
    case 'bad_format':
      return { field, text: t('faultFormat') };
    case 'too_large':
      return { field, text: t('faultMany', { maximum: mostLabels }) };
    case 'too_long':
      return { field, text: t('faultLong', { maximum: longestLabel }) };
    case 'taken':
      return { field, text: t('faultTwice') };
    case 'unknown':
      return { field, text: t('faultInUse') };
    default:
      return { field, text: t('faultNone') };
  }
}

async function labelUse(db: Reader): Promise<LabelUse[]> {
  const labels = await classificationLabels(db);
  const partners = await allPartners(db);
  const counts = await db
    .selectFrom('group_classification')
    .select(['label'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .groupBy('label')
    .execute();
  return labels.map((label, place) => ({
    label,
    groups: Number(counts.find((row) => row.label === label.id)?.count ?? 0),
    partners: partners
      .filter(({ state }) => state === 'allowed')
      .filter(
        ({ classification }) =>
          labels.findIndex(({ id }) => id === classification) === place || (place === 0 && classification === null),
      )
      .map(({ agency }) => agency),
  }));
}
