import {
  accountById,
  assertAdmittedInQuarantine,
  assertWaysHold,
  checkPassword,
  chosenAnewSince,
  type Environment,
  hashPassword,
  holdAccount,
  isRefusal,
  keepNext,
  ownNodeOffer,
  providerDecides,
  type RequestContext,
  readForm,
  readSignInLink,
  refuse,
  safeNext,
  setPassword,
  signIn,
  signInLinkAddress,
  signInStep,
  signOut,
  TooMany,
  takeNext,
  transact,
  useSignInLink,
} from '@joinery/core';
import { type FieldError, formatDateTime, readerOf, renderPanels, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { fieldErrors } from './faults.ts';
import { check, newPersonInput } from './input.ts';
import { canMail } from './mail-link.tsx';
import { messages } from './messages.ts';
import { becomeFirstAdministrator } from './onboarding.ts';
import { personById } from './store.ts';
import { FirstAdministratorPage, LinkPage, LinkUsedPage, SignInPage } from './views-sign-in.tsx';
import { emitWay } from './ways.ts';

/** Milliseconds for which the sign-in page says after a restore that passwords have ended: a month, for whoever is away. */
const anewSaidFor = 30 * 24 * 3_600_000;

const signInForm = z.object({ email: z.string(), password: z.string(), next: z.string().optional() });
const linkForm = z.object({ password: z.string().optional() });
const firstForm = z.object({
  name: z.string(),
  email: z.string(),
  handle: z.string().optional(),
  password: z.string(),
});

/** Signing in with a password or a one-time link, and signing out. */
export function signInRoutes(app: Hono<Environment>): void {
  app.get('/sign-in', async (c) => {
    const next = safeNext(c.req.query('next'));
    if (!c.var.visitor) keepNext(c, next);
    return c.var.visitor ? c.redirect(next, 303) : signInPage(c, [], '', next);
  });

  app.post('/sign-in', async (c) => {
    const form = await readForm(c, signInForm);
    const typed = form.ok ? form.value : form.typed;
    const email = typed.email ?? '';
    const next = safeNext(typed.next);
    const t = messages(c.var.language);
    const errors: FieldError[] = [];
    if (email.trim() === '') errors.push({ field: 'email', text: t('faultEmailMissing') });
    if (!typed.password) errors.push({ field: 'password', text: t('faultPasswordMissing') });
    if (errors.length > 0) return signInPage(c, errors, email, next);
    await assertWaysHold(c.var.context.db.reader);
    try {
      const password = typed.password ?? '';
      const account = await checkPassword(c.var.context, { email, password, address: c.var.clientNetwork });
      return c.redirect(await signInStep(c, account.id, next), 303);
    } catch (error) {
      const text = refusedText(c, error);
      if (text === null) throw error;
      if (!(error instanceof TooMany)) return signInPage(c, [{ text }], email, next);
      c.header('Retry-After', String(error.retryAfter));
      return signInPage(c, [{ text }], email, next, 429);
    }
  });

  app.get('/sign-in/link/:token', async (c) => linkPage(c, [], {}));

  app.post('/sign-in/link/:token', async (c) => {
    const token = c.req.param('token');
    const link = await usableLink(c);
    if (link === null) return linkPage(c, [], {});
    if (link.account_id === null) return setUp(c, token);
    // Before the link is used up: whoever does not come in yet does so with it later.
    await assertAdmittedInQuarantine(c.var.context, link.account_id, link.purpose);
    const form = await readForm(c, linkForm);
    const password = (form.ok ? form.value.password : '') ?? '';
    const { context } = c.var;
    if (password !== '' && (await providerDecides(context, context.db.reader, link.account_id)))
      return linkPage(c, [{ text: messages(c.var.language)('linkProvider') }], {});
    try {
      // Before the link is used up: a password that is too short costs nobody their link.
      const hash = password === '' ? null : await hashPassword(password);
      const account = await transact(context, { kind: 'system', what: 'sign-in link' }, async (work) => {
        const used = await useSignInLink(work, token);
        const id = used.account_id ?? refuse('expired', 'This link is for the first administrator');
        if (hash !== null) {
          await holdAccount(work, id);
          if (await providerDecides(context, work.db, id))
            refuse('forbidden', 'An identity provider decides who comes in');
          await setPassword(work, id, hash);
          const account = await accountById(work.db, id);
          if (account) emitWay(work, 'password.changed', account.person_id, account.person_id);
        }
        return id;
      });
      return c.redirect(await signInStep(c, account, takeNext(c)), 303);
    } catch (error) {
      if (!isRefusal(error) || (error.code !== 'invalid' && error.code !== 'expired')) throw error;
      return linkPage(c, fieldErrors(error.faults, c.var.language), {});
    }
  });

  app.post('/sign-out', async (c) => {
    await signOut(c);
    c.header('Clear-Site-Data', '"cache"');
    return c.redirect('/sign-in', 303);
  });
}

function refusedText(c: RequestContext, error: unknown): string | null {
  const t = messages(c.var.language);
  if (error instanceof TooMany) return t('faultTooMany', { minutes: Math.ceil(error.retryAfter / 60) });
  return isRefusal(error) && (error.code === 'wrong_password' || error.code === 'disabled') ? t('faultSignIn') : null;
}

/** The parts of a page that every page here shows. */
function common(c: RequestContext, errors: readonly FieldError[]) {
  return { language: c.var.language, csrf: c.var.csrf, agency: c.var.context.config.agency, errors };
}

async function signInPage(
  c: RequestContext,
  errors: readonly FieldError[],
  email: string,
  next: string,
  status?: 429,
): Promise<Response> {
  const { context, language } = c.var;
  const t = messages(language);
  const title = t('signIn');
  const since = await chosenAnewSince(context.db.reader);
  const isRecent = since && context.clock.now().getTime() - Date.parse(since.confirmedAt) < anewSaidFor;
  const notices = isRecent
    ? [
        {
          kind: 'warning' as const,
          text: t(canMail(context) ? 'anewMailed' : 'anewAsk', {
            agency: context.config.agency,
            time: formatDateTime(language, readerOf(c).timeZone, since.asOf),
          }),
        },
      ]
    : [];
  return showPage(
    c,
    { title, error: errors.length > 0, status, notices },
    <SignInPage
      page={common(c, errors)}
      email={email}
      next={next}
      offer={ownNodeOffer(c, next)}
      panels={await renderPanels(c, 'sign-in', { id: next })}
      without={await renderPanels(c, 'no-account', null)}
    />,
  );
}

async function usableLink(c: RequestContext) {
  const { context } = c.var;
  const token = c.req.param('token') ?? '';
  try {
    return await readSignInLink(context.db.reader, token, context.clock.now().toISOString());
  } catch (error) {
    if (isRefusal(error) && error.code === 'expired') return null;
    throw error;
  }
}

async function linkPage(
  c: RequestContext,
  errors: readonly FieldError[],
  typed: Record<string, string>,
): Promise<Response> {
  const { context, language } = c.var;
  const t = messages(language);
  const { agency } = context.config;
  const link = await usableLink(c);
  const account = link?.account_id ? await accountById(context.db.reader, link.account_id) : undefined;
  const person = account && (await personById(context.db.reader, account.person_id));
  const action = new URL(signInLinkAddress(context.config.origin, c.req.param('token') ?? '')).pathname;
  const error = errors.length > 0;
  if (link && link.account_id === null) {
    const page = <FirstAdministratorPage page={common(c, errors)} action={action} typed={typed} />;
    return showPage(c, { title: t('firstAdministrator'), error }, page);
  }
  if (!account || !person || account.disabled_at !== null) {
    return showPage(c, { title: t('linkUsed'), status: 410 }, <LinkUsedPage language={language} agency={agency} />);
  }
  const hasPassword = account.password_hash !== null;
  const isVouched = await providerDecides(context, context.db.reader, account.id);
  const page = <LinkPage page={common(c, errors)} {...{ action, hasPassword, isVouched }} name={person.name} />;
  return showPage(c, { title: t('linkSignIn', { agency }), error }, page);
}

async function setUp(c: RequestContext, token: string): Promise<Response> {
  const { context, language } = c.var;
  const form = await readForm(c, firstForm);
  const typed: Record<string, string> = form.ok
    ? { ...form.value, handle: form.value.handle ?? '' }
    : { ...form.typed };
  const { password = '' } = typed;
  delete typed.password;
  const checked = check(newPersonInput, { ...typed, administrator: true, federationOfficer: true });
  const faults = checked.ok ? [] : [...checked.faults];
  if (password === '') faults.push({ field: 'password', code: 'required' });
  if (!checked.ok || faults.length > 0) return linkPage(c, fieldErrors(faults, language), typed);
  try {
    const made = await becomeFirstAdministrator(context, token, checked.value, password, language);
    await signIn(c, made.account);
    return c.redirect('/', 303);
  } catch (error) {
    if (!isRefusal(error) || (error.faults.length === 0 && error.code !== 'expired')) throw error;
    return linkPage(c, fieldErrors(error.faults, language), typed);
  }
}
