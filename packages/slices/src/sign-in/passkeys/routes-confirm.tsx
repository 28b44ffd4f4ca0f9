import {
  accountById,
  type Environment,
  noteProven,
  ownPasswordFits,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  safeNext,
  secondStepFits,
  secondStepOf,
  TooMany,
  transactAs,
} from '@joinery/core';
import { type FieldError, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { relyingParty } from './answers.ts';
import { messages } from './messages.ts';
import { passkeysOf } from './passkeys.ts';
import { askedIn, partyOf } from './routes-own.tsx';
import { askForPasskey, usePasskey } from './signing-in.ts';
import { ConfirmPage } from './views.tsx';

const own = '/profile/sign-in/confirm';

/** Showing once more who one is, before something that opens the account is changed. */
export function confirmRoutes(app: Hono<Environment>): void {
  app.get(own, (c) => confirmPage(c, []));

  app.post(own, async (c) => {
    const visitor = requireVisitor(c);
    const { context, language } = c.var;
    const t = messages(language);
    const form = await readForm(
      c,
      z.object({ code: z.string().max(100).optional(), password: z.string().max(1_000).optional() }),
    );
    const { code = '', password = '' } = form.ok ? form.value : {};
    const proof = await proofOf(c);
    if (proof === null) refuse('forbidden', 'There is nothing to confirm with');
    const field = proof;
    const given = proof === 'code' ? code : password;
    if (given.trim() === '')
      return confirmPage(c, [{ field, text: proof === 'code' ? t('faultCodeMissing') : t('faultPasswordMissing') }]);
    return tooManyInWords(c, async () => {
      const account = (await accountById(context.db.reader, visitor.account)) ?? refuse('signed_out', 'Sign in first');
      const fits =
        proof === 'code'
          ? await secondStepFits(context, visitor.account, code)
          : await ownPasswordFits(context, account, password);
      if (!fits) return confirmPage(c, [{ field, text: proof === 'code' ? t('faultCode') : t('faultPassword') }]);
      return proven(c);
    });
  });

  app.post(`${own}/passkey/ask`, async (c) => {
    const { account } = requireVisitor(c);
    const asked = askedIn(c, 'confirm', account);
    return c.json(await askForPasskey(c.var.context, partyOf(c), asked, c.var.clientNetwork));
  });

  app.post(`${own}/passkey`, async (c) => {
    const { account } = requireVisitor(c);
    const form = await readForm(c, z.object({ credential: z.string() }));
    const credential = form.ok ? form.value.credential : '';
    return tooManyInWords(c, async () => {
      const asked = askedIn(c, 'confirm', account);
      const use = await usePasskey(c.var.context, partyOf(c), asked, credential, c.var.clientNetwork);
      const t = messages(c.var.language);
      if ('fault' in use)
        return confirmPage(c, [{ text: use.fault === 'challenge' ? t('passkeyStale') : t('passkeyWrong') }]);
      return proven(c);
    });
  });
}

async function proven(c: RequestContext): Promise<Response> {
  const session = c.var.session ?? refuse('signed_out', 'Sign in first');
  await transactAs(c, requireVisitor(c), (work) => noteProven(work, session));
  return c.redirect(nextOf(c), 303);
}

const nextOf = (c: RequestContext) => (c.req.query('next') ? safeNext(c.req.query('next')) : '/profile/sign-in');

/** The code is the stronger one: where it is asked for at sign-in, the password alone shows nothing. */
async function proofOf(c: RequestContext): Promise<'code' | 'password' | null> {
  const { reader } = c.var.context.db;
  const { account } = requireVisitor(c);
  if ((await secondStepOf(reader, account)) !== null) return 'code';
  return (await accountById(reader, account))?.password_hash == null ? null : 'password';
}

async function tooManyInWords(c: RequestContext, run: () => Promise<Response>): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    c.header('Retry-After', String(error.retryAfter));
    const text = messages(c.var.language)('faultTooMany', { minutes: Math.ceil(error.retryAfter / 60) });
    return confirmPage(c, [{ text }], 429);
  }
}

async function confirmPage(c: RequestContext, errors: FieldError[], status?: 429): Promise<Response> {
  const { account } = requireVisitor(c);
  const { context, language, csrf } = c.var;
  const party = relyingParty(context.config.origin);
  const passkeys = await passkeysOf(context.db.reader, account);
  const page = (
    <ConfirmPage
      language={language}
      csrf={csrf}
      errors={errors}
      next={nextOf(c)}
      proof={await proofOf(c)}
      hasPasskey={passkeys.some(({ rp_id }) => rp_id === party?.id)}
    />
  );
  return showPage(c, { title: messages(language)('confirmTitle'), error: errors.length > 0, status }, page);
}
