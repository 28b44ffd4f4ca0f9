import {
  countAttempt,
  type Environment,
  isInQuarantine,
  isRefusal,
  limits,
  type RequestContext,
  refuse,
  requireAdministrator,
  requireVisitor,
  safeNext,
  signIn,
  transact,
  uncountAttempt,
} from '@joinery/core';
import { showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { takeAnswer, type Vouched } from './answer.ts';
import { type Attempt, beginAttempt, takeAttempt } from './attempt.ts';
import { readClaims, shownAs } from './claims.ts';
import { faultOf, metadataOf } from './client.ts';
import { longestUnasked } from './grants.ts';
import { endByProvider } from './logout.ts';
import { messages } from './messages.ts';
import { confirmRoutes } from './passkeys/routes-confirm.tsx';
import { passkeyRoutes } from './passkeys/routes-own.tsx';
import { passkeySignInRoutes } from './passkeys/routes-sign-in.tsx';
import { personRoutes } from './person/routes.tsx';
import { noteTried } from './providers.ts';
import { restoredRoutes } from './restored/routes.tsx';
import { administrationRoutes } from './routes-administration.tsx';
import { codeRoutes } from './routes-code.tsx';
import { profileRoutes, sealLink } from './routes-profile.tsx';
import { admit, type NotAdmitted } from './sign-in.ts';
import { providerById } from './store.ts';
import type { ProviderRow } from './tables.ts';
import { AnswerPage, LinkPage, TriedPage } from './views.tsx';

/** Pages of signing in with an identity provider. */
export function routes(app: Hono<Environment>): void {
  administrationRoutes(app);
  profileRoutes(app);
  codeRoutes(app);
  passkeyRoutes(app);
  passkeySignInRoutes(app);
  confirmRoutes(app);
  personRoutes(app);
  restoredRoutes(app);

  // A link and not a form: the policy of our pages lets forms lead nowhere else. Nothing is changed but a cookie of this browser.
  app.get('/sign-in/with/:id', async (c) => {
    const next = safeNext(c.req.query('next'));
    const what = c.req.query('for');
    const purpose = what === 'link' || what === 'try' ? what : 'sign-in';
    if (purpose === 'try') requireAdministrator(c);
    else if (purpose === 'link') requireVisitor(c);
    else if (c.var.visitor) return c.redirect(next, 303);
    countAttempt(c.var.context, `provider sign-in ${c.var.clientNetwork}`, limits.providerSignIn);
    const provider = await providerFor(c, purpose);
    return c.redirect((await beginAttempt(c, provider, { purpose, next })).href, 303);
  });

  app.get('/sign-in/with/:id/answer', async (c) => {
    const attempt = takeAttempt(c);
    const provider = await providerById(c.var.context.db.reader, c.req.param('id'));
    const query = new URL(c.req.url).search;
    const given = new URLSearchParams(query).getAll('state');
    if (!attempt || !provider || attempt.provider !== provider.id || given.length !== 1 || given[0] !== attempt.state) {
      c.var.context.logger.info('sign_in.refused', { provider: provider?.id ?? null, why: 'state' });
      return answerPage(c, provider ?? null, 'stale');
    }
    if (attempt.purpose !== 'sign-in' && c.var.visitor?.account !== attempt.account)
      return answerPage(c, provider, 'stale');
    if (attempt.purpose !== 'try' && provider.state !== 'live') refuse('not_found', 'This provider is not offered');
    let vouched: Vouched;
    try {
      vouched = await takeAnswer(c.var.context, provider, attempt, query);
    } catch (error) {
      const fault = faultOf(error);
      c.var.context.logger.warn('sign_in.refused', {
        provider: provider.id,
        why: fault.code,
        said: fault.provider,
        reason: fault.detail,
      });
      return answerPage(c, provider, fault.unreachable ? 'unreachable' : 'refused');
    }
    if (attempt.purpose === 'try') return triedPage(c, provider, vouched);
    if (attempt.purpose === 'link') return linkPage(c, provider, vouched);
    return finish(c, provider, vouched, attempt);
  });
}

/** Where providers say that somebody is out. The signed token proves who says so. */
export function callbacks(app: Hono<Environment>): void {
  app.post('/sign-in/with/:id/logout', async (c) => {
    c.header('cache-control', 'no-store');
    const { context } = c.var;
    const counted = `provider sign-out ${c.var.clientNetwork}`;
    countAttempt(context, counted, limits.providerLogout);
    const provider = await providerById(context.db.reader, c.req.param('id'));
    const text = await readLimited(c);
    const token = text === null ? [] : new URLSearchParams(text).getAll('logout_token');
    const isUsable = provider !== undefined && provider.client_id !== '' && provider.client_secret !== '';
    const fault = isUsable && token.length === 1 ? await endByProvider(context, provider, token[0] ?? '') : 'malformed';
    if (fault === null) {
      uncountAttempt(context, counted);
      return c.body(null, 200);
    }
    context.logger.warn('sign_in.logout_refused', { provider: provider?.id ?? null, why: fault });
    return c.json({ error: 'invalid_request', error_description: fault }, 400);
  });
}

const longestLogout = 20_000;

async function readLimited(c: RequestContext): Promise<string | null> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? '')) return null;
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of c.req.raw.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestLogout) return null;
  }
  return text;
}

async function providerFor(c: RequestContext, purpose: Attempt['purpose']): Promise<ProviderRow> {
  const provider = await providerById(c.var.context.db.reader, c.req.param('id') ?? '');
  const isReady = provider !== undefined && provider.client_id !== '' && provider.client_secret !== '';
  if (!isReady || (purpose !== 'try' && provider.state !== 'live')) refuse('not_found', 'There is no such provider');
  return provider;
}

async function finish(c: RequestContext, provider: ProviderRow, vouched: Vouched, attempt: Attempt): Promise<Response> {
  const { context } = c.var;
  if (await isInQuarantine(context.db.reader)) return answerPage(c, provider, 'quarantine');
  try {
    const outcome = await admit(context, provider, vouched, attempt.state, c.var.language);
    if (!outcome.admitted) {
      context.logger.info('sign_in.refused', { provider: provider.id, why: outcome.why });
      return answerPage(
        c,
        provider,
        outcome.why,
        outcome.why === 'disabled' || outcome.why === 'held' ? undefined : vouched.subject,
      );
    }
    const { backchannel_logout_supported: tells } = metadataOf(provider);
    const isAsked = vouched.refreshToken !== null || tells === true;
    await signIn(c, outcome.account, { grant: outcome.grant, ...(isAsked ? {} : { longest: longestUnasked }) });
    if (attempt.next !== '/') return c.redirect(attempt.next, 303);
    return c.redirect(outcome.isNew ? '/profile' : outcome.withoutRole ? '/profile/sign-in?guest' : '/', 303);
  } catch (error) {
    if (isRefusal(error) && error.code === 'forbidden') return answerPage(c, provider, 'stale');
    if (isRefusal(error) && error.code === 'disabled') return answerPage(c, provider, 'disabled');
    throw error;
  }
}

async function triedPage(c: RequestContext, provider: ProviderRow, vouched: Vouched): Promise<Response> {
  const { context, language, csrf } = c.var;
  const by = { kind: 'person', person: requireAdministrator(c).person.id } as const;
  await transact(context, by, (work) => noteTried(work, provider.id));
  const { backchannel_logout_supported: tells } = metadataOf(provider);
  const page = (
    <TriedPage
      language={language}
      csrf={csrf}
      provider={provider}
      profile={readClaims(vouched.claims, provider)}
      claims={vouched.claims}
      refreshes={vouched.refreshToken !== null}
      tells={tells === true}
    />
  );
  return showPage(c, { title: messages(language)('tryResult', { provider: provider.name }) }, page);
}

async function linkPage(c: RequestContext, provider: ProviderRow, vouched: Vouched): Promise<Response> {
  const { language, csrf } = c.var;
  const visitor = requireVisitor(c);
  const name = shownAs(vouched.claims, readClaims(vouched.claims, provider));
  const sealed = sealLink(c.var.context, {
    provider: provider.id,
    account: visitor.account,
    subject: vouched.subject,
    name,
  });
  const page = <LinkPage language={language} csrf={csrf} provider={provider.name} name={name} sealed={sealed} />;
  return showPage(c, { title: messages(language)('linkTitle', { provider: provider.name }) }, page);
}

type Trouble = NotAdmitted | 'quarantine' | 'stale' | 'refused' | 'unreachable';

function answerPage(
  c: RequestContext,
  provider: ProviderRow | null,
  trouble: Trouble,
  subject?: string,
): Promise<Response> {
  const { language, context } = c.var;
  const t = messages(language);
  const { agency } = context.config;
  const name = provider?.name ?? '';
  const words: Record<Trouble, [title: string, lead: string]> = {
    not_linked: [t('answerAccount'), t('answerAccountLead', { agency, provider: name })],
    email_taken: [t('answerEmailTaken'), t('answerEmailTakenLead', { provider: name })],
    email_missing: [
      t('answerEmailMissing', { provider: name }),
      t('answerEmailMissingLead', { agency, provider: name }),
    ],
    name_missing: [t('answerNameMissing', { provider: name }), t('answerEmailMissingLead', { agency, provider: name })],
    held: [t('answerHeld'), t('answerHeldLead', { agency })],
    quarantine: [t('answerQuarantine', { agency }), t('answerQuarantineLead')],
    disabled: [t('answerDisabled'), t('answerDisabledLead', { agency })],
    stale: [t('answerStale'), t('answerStaleLead')],
    refused: [t('answerRefused'), t('answerRefusedLead', { provider: name })],
    unreachable: [t('answerUnreachable', { provider: name }), t('answerUnreachableLead', { agency, provider: name })],
  };
  const [title, lead] = words[trouble];
  const status = trouble === 'unreachable' ? 502 : 403;
  return showPage(c, { title, status }, <AnswerPage language={language} title={title} lead={lead} subject={subject} />);
}
