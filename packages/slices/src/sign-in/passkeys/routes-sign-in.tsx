import {
  assertWaysHold,
  type Environment,
  isRefusal,
  type RequestContext,
  readForm,
  safeNext,
  signIn,
  TooMany,
} from '@joinery/core';
import { showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { AnswerPage } from '../views.tsx';
import { messages } from './messages.ts';
import { askedIn, partyOf } from './routes-own.tsx';
import { askForPasskey, usePasskey } from './signing-in.ts';

/** Signing in with a passkey alone: it is something one has, and the device has checked who holds it, so no code is asked for. */
export function passkeySignInRoutes(app: Hono<Environment>): void {
  app.post('/sign-in/passkey/ask', async (c) => {
    const { context, clientNetwork } = c.var;
    return c.json(await askForPasskey(context, partyOf(c), askedIn(c, 'sign-in', null), clientNetwork));
  });

  app.post('/sign-in/passkey', async (c) => {
    const form = await readForm(c, z.object({ credential: z.string(), next: z.string().optional() }));
    const { credential = '', next: onward } = form.ok ? form.value : form.typed;
    const next = safeNext(onward);
    if (c.var.visitor) return c.redirect(next, 303);
    const { context, clientNetwork } = c.var;
    await assertWaysHold(context.db.reader);
    try {
      const use = await usePasskey(context, partyOf(c), askedIn(c, 'sign-in', null), credential, clientNetwork);
      if ('fault' in use) return refusedPage(c, next, use.fault === 'challenge');
      await signIn(c, use.account);
      return c.redirect(next, 303);
    } catch (error) {
      if (isRefusal(error) && error.code === 'disabled') return refusedPage(c, next, false);
      if (!(error instanceof TooMany)) throw error;
      c.header('Retry-After', String(error.retryAfter));
      const text = messages(c.var.language)('faultTooMany', { minutes: Math.ceil(error.retryAfter / 60) });
      return showAnswer(c, next, text, 429);
    }
  });
}

/** The same words for a passkey that is unknown, removed, wrong, or of somebody who was disabled. */
function refusedPage(c: RequestContext, next: string, isStale: boolean): Promise<Response> {
  const t = messages(c.var.language);
  return showAnswer(c, next, isStale ? t('passkeyStale') : t('passkeyWrong'), 403);
}

function showAnswer(c: RequestContext, next: string, lead: string, status: 403 | 429): Promise<Response> {
  const { language } = c.var;
  const title = messages(language)('notSignedIn');
  const again = next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`;
  const page = <AnswerPage language={language} title={title} lead={lead} again={again} />;
  return showPage(c, { title, status }, page);
}
