import {
  type Environment,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  shortestPassword,
  signInStep,
  TooMany,
} from '@joinery/core';
import { check, fieldErrors, newPersonInput } from '@joinery/slices/people';
import { type FieldError, isLanguage, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { registrationAddress } from './addresses.ts';
import { askForm, confirmForm } from './input.ts';
import { confirmAddress } from './mail-job.ts';
import { messages } from './messages.ts';
import { askForAccount, confirmRequest, requestBehind, wayOf } from './requests.ts';
import { administrationRoutes } from './routes-administration.tsx';
import { admits, type Settings, settingsOf } from './settings.ts';
import { type AskValues, ConfirmPage, type ConfirmValues, namedDomains, RegisterPage, SayPage } from './views.tsx';

/** Pages of registration. `/register/sent` and `/register/waiting` come before `/register/<token>`. */
export function routes(app: Hono<Environment>): void {
  administrationRoutes(app);

  app.get('/register', async (c) => {
    const settings = await openSettings(c);
    if (c.var.context.doors.mail === null) return say(c, 'noMail', 'noMailLead');
    return askPage(c, settings, { name: '', email: '', language: c.var.language, note: '' }, []);
  });
  app.post('/register', ask);
  app.get('/register/sent', async (c) => {
    await openSettings(c);
    return say(c, 'sent', 'sentLead', true);
  });
  app.get('/register/waiting', async (c) => {
    await openSettings(c);
    return say(c, 'waits', 'waitsLead');
  });
  app.get('/register/:token', (c) => linkPage(c, null, []));
  app.post('/register/:token', confirm);
}

/** Who may register. @throws {Refusal} not_found while nobody may, so that a node without registration shows nothing of it */
async function openSettings(c: RequestContext): Promise<Settings> {
  const settings = await settingsOf(c.var.context.db.reader);
  if (settings.mode === 'off') refuse('not_found', 'Nobody can register on this node');
  return settings;
}

/** The parts of a page that the forms here share. */
function common(c: RequestContext, errors: readonly FieldError[]) {
  return { language: c.var.language, csrf: c.var.csrf, agency: c.var.context.config.agency, errors };
}

function say(
  c: RequestContext,
  title: 'noMail' | 'sent' | 'waits' | 'used',
  lead: 'noMailLead' | 'sentLead' | 'waitsLead' | 'usedLead',
  again = false,
  status?: 410,
): Promise<Response> {
  const t = messages(c.var.language);
  const { agency } = c.var.context.config;
  const link = again ? { href: '/register', text: t('again') } : undefined;
  const page = <SayPage title={t(title)} lead={t(lead, { agency })} {...(link ? { link } : {})} />;
  return showPage(c, { title: t(title), status }, page);
}

function askPage(
  c: RequestContext,
  settings: Settings,
  values: AskValues,
  errors: readonly FieldError[],
  status?: 429,
): Promise<Response> {
  const page = <RegisterPage page={common(c, errors)} settings={settings} values={values} />;
  return showPage(c, { title: messages(c.var.language)('register'), error: errors.length > 0, status }, page);
}

async function ask(c: RequestContext): Promise<Response> {
  const settings = await openSettings(c);
  const { context, language } = c.var;
  const t = messages(language);
  if (context.doors.mail === null) return say(c, 'noMail', 'noMailLead');
  const form = await readForm(c, askForm);
  const typed: Record<string, string | undefined> = form.ok ? form.value : form.typed;
  const { name = '', email = '', note = '' } = typed;
  const spoken = isLanguage(typed.language) ? typed.language : language;
  const again = (errors: FieldError[], status?: 429) =>
    askPage(c, settings, { name, email, language: spoken, note }, errors, status);
  const errors = form.ok ? [] : fieldErrors(form.faults, language).filter(({ field }) => field === 'note');
  errors.push(...nameErrors(c, { name, handle: '' }));
  const address = registrationAddress(email);
  if (address === 'plus') errors.push({ field: 'email', text: t('faultEmailPlus') });
  else if (address === 'bad_format') errors.push({ field: 'email', text: t('faultEmailFormat') });
  else if (admits(settings, address) === null) {
    errors.push({ field: 'email', text: t('faultEmailDomain', { domains: namedDomains(settings, language) }) });
  }
  if (errors.length > 0 || typeof address === 'string') return again(errors);
  try {
    await askForAccount(context, { address, name: name.trim(), language: spoken, note }, c.var.clientNetwork);
  } catch (error) {
    if (error instanceof TooMany) {
      c.header('Retry-After', String(error.retryAfter));
      return again([{ text: t('faultTooMany', { minutes: Math.ceil(error.retryAfter / 60) }) }], 429);
    }
    if (isRefusal(error) && error.code === 'unavailable') return again([{ text: t('faultFull') }], 429);
    throw error;
  }
  return c.redirect('/register/sent', 303);
}

/** What is wrong with the name and handle that somebody typed, by the same rules as when an administrator adds them. */
function nameErrors(c: RequestContext, { name, handle }: ConfirmValues): FieldError[] {
  const input = { name, handle, email: 'anybody@agency.example', administrator: false, federationOfficer: false };
  const checked = check(newPersonInput, input);
  return checked.ok ? [] : fieldErrors(checked.faults, c.var.language);
}

async function linkPage(
  c: RequestContext,
  typed: ConfirmValues | null,
  errors: readonly FieldError[],
): Promise<Response> {
  const { context, language } = c.var;
  const { reader } = context.db;
  const token = c.req.param('token') ?? '';
  const row = await requestBehind(reader, token, context.clock.now().toISOString());
  const way = row && (await wayOf(reader, row));
  // On a node where nobody registers this address is as missing as any other.
  if (!row || !way) {
    const { mode } = await openSettings(c);
    return say(c, 'used', 'usedLead', mode !== 'off', 410);
  }
  const page = (
    <ConfirmPage
      page={common(c, errors)}
      action={new URL(confirmAddress(context.config.origin, token)).pathname}
      email={row.email}
      way={way}
      values={typed ?? { name: row.name, handle: '' }}
    />
  );
  return showPage(c, { title: messages(language)('confirm'), error: errors.length > 0 }, page);
}

async function confirm(c: RequestContext): Promise<Response> {
  const { context, language } = c.var;
  const token = c.req.param('token') ?? '';
  const form = await readForm(c, confirmForm);
  const typed = form.ok ? form.value : form.typed;
  const { name = '', handle = '', password = '' } = typed;
  const errors = nameErrors(c, { name, handle });
  if ([...password].length < shortestPassword) {
    const values = { minimum: shortestPassword };
    errors.push(...fieldErrors([{ field: 'password', code: password ? 'too_short' : 'required', values }], language));
  }
  if (errors.length > 0) return linkPage(c, { name, handle }, errors);
  try {
    const chosen = handle.trim().toLowerCase();
    const input = { name: name.trim(), handle: chosen === '' ? undefined : chosen, password };
    const account = await confirmRequest(context, token, input);
    if (account === null) return c.redirect('/register/waiting', 303);
    return c.redirect(await signInStep(c, account, '/'), 303);
  } catch (error) {
    if (!isRefusal(error) || !['expired', 'invalid', 'handle_taken'].includes(error.code)) throw error;
    // An account with this address was made meanwhile: only whoever has the address gets here.
    if (error.faults.some(({ field }) => field === 'email')) return c.redirect('/sign-in', 303);
    return linkPage(c, { name, handle }, fieldErrors(error.faults, language));
  }
}
