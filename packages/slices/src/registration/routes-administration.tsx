import {
  type Environment,
  type FieldFault,
  type RequestContext,
  readForm,
  requireAdministrator,
  transactAs,
} from '@joinery/core';
import { type FieldError, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { mailDomain } from './addresses.ts';
import { decisionForm, settingsForm } from './input.ts';
import { messages } from './messages.ts';
import { answerRequest, waitingRequests } from './requests.ts';
import { changeSettings, settingsOf } from './settings.ts';
import { AdministrationPage, administrationHref, type SettingsValues } from './views-administration.tsx';

/** Requests on one page: making an account takes a tenth of a second. */
const atOnce = 50;

/** What administrators do: say who may register, and answer requests. */
export function administrationRoutes(app: Hono<Environment>): void {
  app.get(administrationHref, (c) => administrationPage(c, {}));
  app.post(administrationHref, saveSettings);
  app.post(`${administrationHref}/answer`, answer);
}

async function administrationPage(
  c: RequestContext,
  again: { errors?: FieldError[]; typed?: SettingsValues; reason?: string; chosen?: string[] },
): Promise<Response> {
  requireAdministrator(c);
  const { context, csrf, language } = c.var;
  const { reader } = context.db;
  const t = messages(language);
  const settings = await settingsOf(reader);
  const errors = again.errors ?? [];
  const page = (
    <AdministrationPage
      reader={readerOf(c)}
      csrf={csrf}
      errors={errors}
      mail={context.doors.mail !== null}
      settings={again.typed ?? { mode: settings.mode, domains: settings.domains.join('\n') }}
      requests={await waitingRequests(reader, atOnce)}
      reason={again.reason ?? ''}
      chosen={again.chosen ?? []}
    />
  );
  const count = Number(c.req.query('count') ?? '');
  const said = {
    saved: () => t('saved'),
    approve: () => (count > 0 ? t('approved', { count }) : t('answeredBefore')),
    refuse: () => (count > 0 ? t('refused', { count }) : t('answeredBefore')),
  };
  const done = c.req.query('done') ?? '';
  const text = Object.hasOwn(said, done) ? said[done as keyof typeof said]() : null;
  const notices = text !== null && errors.length === 0 ? [{ kind: 'success' as const, text }] : [];
  return showPage(c, { title: t('manage'), error: errors.length > 0, notices }, page);
}

async function saveSettings(c: RequestContext): Promise<Response> {
  const visitor = requireAdministrator(c);
  const { context, language } = c.var;
  const t = messages(language);
  const form = await readForm(c, settingsForm);
  const sent = form.ok ? form.value : form.typed;
  const typed = { mode: sent.mode ?? 'off', domains: sent.domains ?? '' };
  const again = (field: string, text: string) => administrationPage(c, { errors: [{ field, text }], typed });
  if (!form.ok) return again(form.faults[0]?.field ?? 'mode', faultText(form.faults[0], language));
  const { mode } = form.value;
  const domains: string[] = [];
  for (const line of form.value.domains.split(/[\s,;]+/).filter(Boolean)) {
    const domain = mailDomain(line.replace(/^@/, ''));
    if (domain === null) return again('domains', t('faultDomain', { domain: line }));
    if (!domains.includes(domain)) domains.push(domain);
  }
  if ((mode === 'domain' || mode === 'both') && domains.length === 0) return again('domains', t('faultDomains'));
  if (mode !== 'off' && context.doors.mail === null) return again('mode', t('needsMail'));
  await transactAs(c, visitor, (work) => changeSettings(work, { mode, domains }, visitor.person.id));
  return c.redirect(`${administrationHref}?done=saved`, 303);
}

function faultText(fault: FieldFault | undefined, language: 'en' | 'nl'): string {
  const t = messages(language);
  return fault?.code === 'too_long' ? t('faultTooLong', { maximum: fault.values?.maximum ?? '' }) : t('faultMode');
}

async function answer(c: RequestContext): Promise<Response> {
  const visitor = requireAdministrator(c);
  const { context, language } = c.var;
  const t = messages(language);
  const form = await readForm(c, decisionForm);
  if (!form.ok) {
    const tooLong = form.faults.find(({ field }) => field === 'reason');
    const error = tooLong
      ? { field: 'reason', text: faultText(tooLong, language) }
      : { field: 'registration', text: t('faultNobody') };
    const chosen = c.var.form?.fields.get('registration') ?? [];
    return administrationPage(c, { errors: [error], reason: form.typed.reason ?? '', chosen });
  }
  const { reason, decision } = form.value;
  const chosen = [...new Set(form.value.registration)].slice(0, atOnce);
  const errors: FieldError[] = [];
  if (chosen.length === 0) errors.push({ field: 'registration', text: t('faultNobody') });
  if (decision === 'refuse' && reason === '') errors.push({ field: 'reason', text: t('faultReason') });
  if (errors.length > 0) return administrationPage(c, { errors, reason, chosen });
  let count = 0;
  for (const id of chosen) {
    if (await answerRequest(context, visitor.person.id, id, decision === 'approve', reason)) count += 1;
  }
  return c.redirect(`${administrationHref}?done=${decision}&count=${count}`, 303);
}
