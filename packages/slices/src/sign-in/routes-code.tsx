import {
  accountById,
  type Environment,
  finishSecondStep,
  isObject,
  isRefusal,
  newSecondStepKey,
  pendingSecondStep,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  secondStepFits,
  secondStepOf,
  secondStepPath,
  TooMany,
  transactAs,
  turnSecondStepOff,
  turnSecondStepOn,
} from '@joinery/core';
import { type FieldError, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { emitWay } from '../people/index.ts';
import { messages } from './messages.ts';
import { relyingParty } from './passkeys/answers.ts';
import { passkeysOf } from './passkeys/passkeys.ts';
import { askedIn, partyOf } from './passkeys/routes-own.tsx';
import { askForPasskey, usePasskey } from './passkeys/signing-in.ts';
import { providerDecides } from './store.ts';
import { CodeOfProviderPage, CodePage, RecoveryCodesPage, SetUpCodePage, TurnOffCodePage } from './views-code.tsx';

const own = '/profile/sign-in/code';
const setUpMinutes = 30;
const codeForm = z.object({ code: z.string().max(100).optional() });

/** The second step: being asked for a code, and turning that on and off. */
export function codeRoutes(app: Hono<Environment>): void {
  app.get(secondStepPath, async (c) => {
    if (c.var.visitor) return c.redirect('/', 303);
    return pendingSecondStep(c) === null ? c.redirect('/sign-in', 303) : codePage(c, []);
  });

  app.post(secondStepPath, async (c) => {
    const pending = pendingSecondStep(c);
    if (pending === null) return c.redirect('/sign-in', 303);
    return checked(
      c,
      pending.account,
      (errors, status) => codePage(c, errors, status),
      async () => {
        await finishSecondStep(c, pending);
        return c.redirect(pending.next, 303);
      },
    );
  });

  app.post(`${secondStepPath}/passkey/ask`, async (c) => {
    const pending = pendingSecondStep(c) ?? refuse('expired', 'Begin again');
    const asked = askedIn(c, 'second-step', pending.account);
    return c.json(await askForPasskey(c.var.context, partyOf(c), asked, c.var.clientNetwork));
  });

  app.post(`${secondStepPath}/passkey`, async (c) => {
    const pending = pendingSecondStep(c);
    if (pending === null) return c.redirect('/sign-in', 303);
    const form = await readForm(c, z.object({ credential: z.string() }));
    const credential = form.ok ? form.value.credential : '';
    return tooManyInWords(
      c,
      (errors, status) => codePage(c, errors, status),
      async () => {
        const asked = askedIn(c, 'second-step', pending.account);
        const use = await usePasskey(c.var.context, partyOf(c), asked, credential, c.var.clientNetwork);
        const t = messages(c.var.language);
        if ('fault' in use)
          return codePage(c, [{ text: use.fault === 'challenge' ? t('passkeyStale') : t('passkeyWrong') }]);
        await finishSecondStep(c, pending);
        return c.redirect(pending.next, 303);
      },
    );
  });

  app.get(own, async (c) => {
    const { account } = requireVisitor(c);
    const { reader } = c.var.context.db;
    if ((await secondStepOf(reader, account)) !== null) return turnOffPage(c, []);
    return (await providerDecides(reader, account)) ? providerPage(c) : setUpPage(c, newSecondStepKey(), []);
  });

  app.post(own, async (c) => {
    const visitor = requireVisitor(c);
    const { context, language } = c.var;
    const t = messages(language);
    if (await providerDecides(context.db.reader, visitor.account)) return providerPage(c, 403);
    const form = await readForm(c, codeForm.extend({ sealed: z.string().max(1_000) }));
    const key = form.ok ? openKey(c, form.value.sealed, visitor.account) : null;
    if (!form.ok || key === null) return setUpPage(c, newSecondStepKey(), [{ text: t('codeSetUpStale') }]);
    if ((await secondStepOf(context.db.reader, visitor.account)) !== null)
      refuse('conflict', 'It is on already: turn it off first');
    try {
      const { code = '' } = form.value;
      const codes = await transactAs(c, visitor, async (work) => {
        const made = await turnSecondStepOn(work, visitor.account, key, code);
        emitWay(work, 'code.turned_on', visitor.person.id);
        return made;
      });
      const page = <RecoveryCodesPage language={language} codes={codes} />;
      return await showPage(c, { title: t('recoveryTitle') }, page);
    } catch (error) {
      if (!isRefusal(error) || error.faults.length === 0) throw error;
      return setUpPage(c, key, [{ field: 'code', text: t('faultCodeSetUp') }]);
    }
  });

  app.post(`${own}/off`, async (c) => {
    const visitor = requireVisitor(c);
    return checked(
      c,
      visitor.account,
      (errors, status) => turnOffPage(c, errors, status),
      async () => {
        await transactAs(c, visitor, async (work) => {
          await turnSecondStepOff(work, visitor.account);
          emitWay(work, 'code.turned_off', visitor.person.id);
        });
        return c.redirect('/profile/sign-in?done=code-off', 303);
      },
    );
  });
}

type Again = (errors: FieldError[], status?: 429) => Promise<Response>;

/** Checks the code of a form; a wrong one leads back to the form, in words. */
async function checked(
  c: RequestContext,
  account: string,
  again: Again,
  then: () => Promise<Response>,
): Promise<Response> {
  const t = messages(c.var.language);
  const form = await readForm(c, codeForm);
  const code = (form.ok ? form.value.code : '') ?? '';
  if (code.trim() === '') return again([{ field: 'code', text: t('faultCodeMissing') }]);
  return tooManyInWords(c, again, async () => {
    if (await secondStepFits(c.var.context, account, code)) return then();
    return again([{ field: 'code', text: t('faultCode') }]);
  });
}

async function tooManyInWords(c: RequestContext, again: Again, run: () => Promise<Response>): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    c.header('Retry-After', String(error.retryAfter));
    const text = messages(c.var.language)('faultTooMany', { minutes: Math.ceil(error.retryAfter / 60) });
    return again([{ field: 'code', text }], 429);
  }
}

/** The key goes with the form, readable by this node only, until a code shows that the app has it. */
function sealKey(c: RequestContext, key: string, account: string): string {
  const at = c.var.context.clock.now().getTime();
  return c.var.context.secret.encrypt(JSON.stringify({ kind: 'second step', key, account, at }));
}

function openKey(c: RequestContext, sealed: string, account: string): string | null {
  const { secret, clock } = c.var.context;
  try {
    const read: unknown = JSON.parse(secret.decrypt(sealed));
    if (!isObject(read) || read.kind !== 'second step' || read.account !== account) return null;
    return clock.now().getTime() - Number(read.at) < setUpMinutes * 60_000 ? String(read.key) : null;
  } catch {
    return null;
  }
}

/** Where an identity provider decides, a second step is its business. */
function providerPage(c: RequestContext, status?: 403): Promise<Response> {
  const { language } = c.var;
  return showPage(c, { title: messages(language)('codeSetUp'), status }, <CodeOfProviderPage language={language} />);
}

async function codePage(c: RequestContext, errors: FieldError[], status?: 429): Promise<Response> {
  const { context, language, csrf } = c.var;
  const party = relyingParty(context.config.origin);
  const pending = pendingSecondStep(c);
  const passkeys = pending === null ? [] : await passkeysOf(context.db.reader, pending.account);
  const hasPasskey = passkeys.some(({ rp_id }) => rp_id === party?.id);
  const page = <CodePage language={language} csrf={csrf} errors={errors} hasPasskey={hasPasskey} />;
  return showPage(c, { title: messages(language)('codeTitle'), error: errors.length > 0, status }, page);
}

async function setUpPage(c: RequestContext, key: string, errors: FieldError[]): Promise<Response> {
  const visitor = requireVisitor(c);
  const { context, language, csrf } = c.var;
  const account = await accountById(context.db.reader, visitor.account);
  const label = `${context.config.agency}:${account?.email ?? visitor.person.handle}`;
  const address = `otpauth://totp/${encodeURIComponent(label)}?secret=${key}&issuer=${encodeURIComponent(context.config.agency)}`;
  const { encode } = await import('uqr');
  const page = (
    <SetUpCodePage
      language={language}
      csrf={csrf}
      errors={errors}
      address={address}
      picture={encode(address, { border: 2 })}
      code={key.match(/.{4}/g)?.join(' ') ?? key}
      sealed={sealKey(c, key, visitor.account)}
    />
  );
  return showPage(c, { title: messages(language)('codeSetUp'), error: errors.length > 0 }, page);
}

function turnOffPage(c: RequestContext, errors: FieldError[], status?: 429): Promise<Response> {
  const { language, csrf } = c.var;
  const page = <TurnOffCodePage language={language} csrf={csrf} errors={errors} />;
  return showPage(c, { title: messages(language)('codeOff'), error: errors.length > 0, status }, page);
}
