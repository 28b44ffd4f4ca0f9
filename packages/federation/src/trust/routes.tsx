import {
  type Context,
  classificationLabels,
  type Reader as DatabaseReader,
  type Environment,
  type FieldFault,
  isId,
  isRefusal,
  nodeActor,
  type RequestContext,
  readForm,
  refuse,
  requireFederationOfficer,
  transactAs,
} from '@joinery/core';
import { onceField, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { retryLane } from '../lane-waits.ts';
import type { LaneHealth } from '../peers.ts';
import type { Change, ChangeKind } from './change.ts';
import { unmappedOf } from './classification/labels.ts';
import { classificationRoutes } from './classification/routes.tsx';
import { ownKey } from './fingerprint.ts';
import { bodyOf, emptyForm, explainFaults, formOf, type PartnerForm, partnerForm, type TypedPartner } from './form.ts';
import { readFields } from './input.ts';
import { introducedRoutes } from './introduced/routes.tsx';
import { groupInWords } from './labels.tsx';
import { partnerListRoutes } from './list/routes.tsx';
import { paperRoutes } from './papers/routes.tsx';
import { decideAs } from './partners.ts';
import { mayDecide, requireDecider } from './policy.ts';
import { exchangedWith, preview, shareableGroups } from './preview.ts';
import { proofRoutes } from './proof/routes.tsx';
import { sendProposal } from './proposals.ts';
import { rehearsalRoutes } from './rehearsal/routes.tsx';
import type { Rehearse } from './rehearsal/steps.ts';
import { requestRoutes } from './requests/routes.tsx';
import { listRoutes } from './routes-list.tsx';
import { decisions, groupNames, type Partner, partnerById } from './store.ts';
import { partnerKinds } from './tables.ts';
import { pageText } from './text.ts';
import { trafficRoutes } from './traffic/routes.tsx';
import { home, PartnerPage } from './views.tsx';
import { PartnerForm as PartnerFormView, PreviewPage } from './views-form.tsx';

const anyForm = z.object({});

export type RouteParts = {
  laneHealth?: (db: DatabaseReader, now: Date) => Promise<LaneHealth[]>;
  rehearse?: Rehearse;
};

/** The partners' pages; the federation officer's and administrators' business. */
export function partnerRoutes(parts: RouteParts) {
  return (app: Hono<Environment>): void => {
    partnerListRoutes(app, parts.laneHealth);

    app.get(`${home}/new`, async (c) => {
      await requireDecider(c);
      const kind = partnerKinds.find((known) => known === c.req.query('kind')) ?? 'government';
      const hosts = c.req.query('origin') ?? '';
      return showForm(c, null, { ...emptyForm(kind, c.var.context.clock.now()), hosts }, []);
    });

    app.post(`${home}/preview`, async (c) => {
      await requireDecider(c);
      const read = await readForm(c, partnerForm);
      const partner = await partnerOf(c);
      if (!read.ok) return showForm(c, partner, typedIn(c, read.typed), read.faults);
      // Back from the preview, with what was typed.
      if (c.var.form?.fields.has('again')) return showForm(c, partner, typedIn(c, read.value), []);
      try {
        return await showPreview(c, await changeOf(c.var.context, read.value, partner), hiddenIn(c), false, []);
      } catch (error) {
        return showForm(c, partner, typedIn(c, read.value), faultsIn(error));
      }
    });

    app.post(`${home}/decide`, async (c) => {
      const visitor = await requireDecider(c);
      const { context } = c.var;
      const read = await readForm(c, partnerForm);
      const partner = await partnerOf(c);
      if (!read.ok) return showUndecided(c, partner, read.faults);
      const { what, reason } = read.value;
      try {
        const { origin, fields } = await changeOf(context, read.value, partner);
        const input = { origin, fields, by: visitor.person.name, reason };
        const made = await transactAs(c, visitor, (work) => decideAs(work, what, input));
        if (what === 'propose') await propose(context, made);
        return c.redirect(`${home}/${made.id}?done=1`, 303);
      } catch (error) {
        return showUndecided(c, partner, faultsIn(error));
      }
    });

    listRoutes(app);
    requestRoutes(app);
    paperRoutes(app);
    classificationRoutes(app);
    introducedRoutes(app);
    trafficRoutes(app);
    proofRoutes(app);
    rehearsalRoutes(app, parts.rehearse);

    app.get(`${home}/:id`, async (c) => {
      requireFederationOfficer(c);
      const { context, language } = c.var;
      const db = context.db.reader;
      const partner = await load(context, c.req.param('id'));
      const reader = readerOf(c);
      const lane = (await parts.laneHealth?.(db, c.var.context.clock.now()))?.find(
        ({ origin }) => origin === partner.origin,
      );
      const exchanged = (await exchangedWith(context, db, [partner.origin]))(partner.origin);
      const named = await groupNames(db, partner);
      // Nothing was exchanged yet in some of those that the agreement names. One that can be shared no more is shown by its handle.
      const shareable = partner.groups === null ? [] : await shareableGroups(context, db);
      const groups = [
        ...[...exchanged, ...shareable].map((found) => ({ id: found.group, name: groupInWords(found, language) })),
        ...(partner.groups ?? []).map((id, index) => ({ id, name: named[index] ?? id })),
      ];
      const rows = await decisions(db, { partner: partner.id, limit: 100 });
      const body = (
        <PartnerPage
          partner={partner}
          labels={await classificationLabels(db)}
          unmapped={await unmappedOf(db, partner)}
          groups={groups}
          health={lane}
          decisions={rows}
          decides={await mayDecide(db, c.var.visitor)}
          ownKey={await ownKey(db, context.config.origin)}
          now={reader.now}
          reader={reader}
          csrf={c.var.csrf}
        />
      );
      const t = pageText(language);
      const said = c.req.query('done') ? t('done') : c.req.query('tried') ? t('tried') : null;
      const notices = said === null ? [] : [{ kind: 'success' as const, text: said }];
      return showPage(c, { title: partner.agency, notices }, body);
    });

    app.post(`${home}/:id/deliver`, async (c) => {
      const visitor = requireFederationOfficer(c);
      await readForm(c, anyForm);
      const partner = await load(c.var.context, c.req.param('id'));
      await transactAs(c, visitor, (work) => retryLane(work, partner.origin));
      return c.redirect(`${home}/${partner.id}?tried=1`, 303);
    });

    app.get(`${home}/:id/edit`, async (c) => {
      await requireDecider(c);
      const partner = await load(c.var.context, c.req.param('id'));
      return showForm(c, partner, formOf(partner, await groupNames(c.var.context.db.reader, partner)), []);
    });

    app.get(`${home}/:id/decide`, async (c) => {
      await requireDecider(c);
      const partner = await load(c.var.context, c.req.param('id'));
      const what = decidable.find((known) => known === c.req.query('what'));
      if (!what) refuse('not_found', 'There is no such decision');
      return showPreview(c, { what, origin: partner.origin, fields: {} }, [['partner', partner.id]], true, []);
    });
  };
}

const decidable = ['allow', 'suspend', 'block', 'accept-key'] as const;

async function load(context: Context, id: string): Promise<Partner> {
  const found = isId(id) ? await partnerById(context.db.reader, id) : undefined;
  return found ?? refuse('not_found', 'There is no such partner');
}

async function partnerOf(c: RequestContext): Promise<Partner | null> {
  const id = c.var.form?.fields.get('partner')?.[0];
  return id ? load(c.var.context, id) : null;
}

async function changeOf(context: Context, form: PartnerForm, partner: Partner | null): Promise<Change> {
  const body = bodyOf(form);
  const roles = new Map(partner?.hosts.map(({ origin, role }) => [origin, role]));
  const fields = await readFields(context.db.reader, context.config, body);
  fields.hosts = fields.hosts?.map(({ origin, role }) => ({ origin, role: roles.get(origin) ?? role }));
  const origin = partner?.origin ?? fields.hosts?.[0]?.origin;
  if (!origin) refuse('invalid', 'Name at least one address', [{ field: 'hosts', code: 'required' }]);
  return { what: form.what, origin, fields };
}

/** Tells their node what we propose. It may be away: the proposal then stands on our side, and can be sent again. */
async function propose(context: Context, partner: Partner): Promise<void> {
  const { scopes, direction, reason, expiresAt } = partner;
  const { agency, kind } = context.config;
  const claims = { agency, identifier: null, kind, contact: null };
  try {
    await sendProposal(context, partner.origin, { ...claims, scopes, direction, reason, expires: expiresAt });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    context.logger.warn('proposal.not_taken', { actor: nodeActor(partner.origin), reason: error.message });
  }
}

function faultsIn(error: unknown): FieldFault[] {
  if (!isRefusal(error) || error.code !== 'invalid') throw error;
  return error.faults;
}

function typedIn(c: RequestContext, typed: Record<string, unknown>): TypedPartner {
  const empty = emptyForm('government', c.var.context.clock.now());
  const given = Object.entries(typed).filter(([, value]) => typeof value === 'string');
  return { ...empty, expiresAt: '', ...Object.fromEntries(given), scopes: c.var.form?.fields.get('scopes') ?? [] };
}

function hiddenIn(c: RequestContext): [string, string][] {
  const fields = [...(c.var.form?.fields ?? [])].filter(([name]) => !['csrf', 'what', onceField].includes(name));
  return fields.flatMap(([name, values]) => values.map((value) => [name, value] as [string, string]));
}

async function showForm(
  c: RequestContext,
  partner: Partner | null,
  typed: TypedPartner,
  faults: readonly FieldFault[],
) {
  const { language, csrf, context } = c.var;
  const errors = explainFaults(faults, typed.hosts, context.config, language);
  const t = pageText(language);
  const title = partner ? t('changeTitle', { agency: partner.agency }) : t('addTitle');
  const labels = await classificationLabels(context.db.reader);
  const model = { partner, typed, errors, labels, csrf, language };
  const body = <PartnerFormView {...model} />;
  return showPage(c, { title, error: faults.length > 0 }, body);
}

async function showPreview(
  c: RequestContext,
  change: Change,
  hidden: readonly [string, string][],
  askReason: boolean,
  faults: readonly FieldFault[],
) {
  const { context, csrf, language } = c.var;
  const told = await preview(context, context.db.reader, change);
  const errors = explainFaults(faults, '', context.config, language);
  const body = (
    <PreviewPage
      what={change.what}
      told={told}
      hidden={hidden}
      askReason={askReason}
      labels={await classificationLabels(context.db.reader)}
      errors={errors}
      csrf={csrf}
      language={language}
    />
  );
  return showPage(c, { title: pageText(language)('previewTitle'), error: faults.length > 0 }, body);
}

/** A decision that could not be taken: the form again, or the preview when there was no form. */
async function showUndecided(c: RequestContext, partner: Partner | null, faults: readonly FieldFault[]) {
  const fields = c.var.form?.fields;
  const what = decidable.find((known: ChangeKind) => known === fields?.get('what')?.[0]);
  if (fields?.has('hosts') || !partner || !what) {
    const typed = Object.fromEntries([...(fields ?? [])].map(([name, values]) => [name, values[0]]));
    return showForm(c, partner, typedIn(c, typed), faults);
  }
  return showPreview(c, { what, origin: partner.origin, fields: {} }, [['partner', partner.id]], true, faults);
}
