import {
  describeAgent,
  type Environment,
  holdAccount,
  isProven,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { type FieldError, type NoticeKind, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { providerDecides } from '../store.ts';
import { type RelyingParty, relyingParty } from './answers.ts';
import type { Asked } from './challenges.ts';
import { messages } from './messages.ts';
import {
  addPasskey,
  askForNewPasskey,
  isOnlyWayIn,
  longestPasskeyName,
  mostPasskeys,
  passkeyOf,
  passkeysOf,
  removePasskey,
  renamePasskey,
} from './passkeys.ts';
import { PasskeyPage, PasskeysPage } from './views.tsx';

const own = '/profile/sign-in/passkeys';
const nameField = z
  .string()
  .trim()
  .max(longestPasskeyName)
  .regex(/^[^\p{Cc}]*$/u);

/** Where passkeys of this node work. @throws {Refusal} not_found where browsers allow none */
export function partyOf(c: RequestContext): RelyingParty {
  return relyingParty(c.var.context.config.origin) ?? refuse('not_found', 'Passkeys need an address with a name');
}

/** The token for forms ties a question to this browser: it is of its session, or of a cookie when signed out. */
export function askedIn(c: RequestContext, purpose: Asked['purpose'], account: string): Asked & { account: string };
export function askedIn(c: RequestContext, purpose: Asked['purpose'], account: null): Asked;
export function askedIn(c: RequestContext, purpose: Asked['purpose'], account: string | null): Asked {
  return { purpose, browser: c.var.csrf, account };
}

/** One's own passkeys: adding, renaming, removing. */
export function passkeyRoutes(app: Hono<Environment>): void {
  app.get(own, (c) => listPage(c, []));

  app.post(`${own}/ask`, async (c) => {
    const visitor = requireVisitor(c);
    await requireProof(c);
    const asked = askedIn(c, 'add', visitor.account);
    return c.json(await askForNewPasskey(c.var.context, partyOf(c), asked, visitor.person));
  });

  app.post(own, async (c) => {
    const visitor = requireVisitor(c);
    const { context, language } = c.var;
    const t = messages(language);
    if (!(await isProven(context, c.var.session))) return listPage(c, []);
    const form = await readForm(c, z.object({ passkeyName: nameField.optional(), credential: z.string() }));
    const typed = form.ok ? form.value : form.typed;
    const { passkeyName: name = '', credential = '' } = typed;
    if (!form.ok) return listPage(c, [{ field: 'passkeyName', text: t('faultPasskeyName') }], name);
    const by = { kind: 'person', person: visitor.person.id } as const;
    const how = { name, agent: describeAgent(c.req.header('user-agent')) };
    const outcome = await addPasskey(context, partyOf(c), by, askedIn(c, 'add', visitor.account), credential, how);
    if ('passkey' in outcome) return c.redirect(`${own}?done=added`, 303);
    const text = { challenge: t('passkeyStale'), taken: t('passkeyTaken') }[String(outcome.fault)];
    return listPage(c, [{ text: text ?? t('passkeyNotAdded') }], name);
  });

  app.get(`${own}/:id`, (c) => onePage(c, []));

  app.post(`${own}/:id`, async (c) => {
    const visitor = requireVisitor(c);
    const id = c.req.param('id');
    const form = await readForm(c, z.object({ passkeyName: nameField.min(1) }));
    if (!form.ok) {
      const text = messages(c.var.language)('faultPasskeyName');
      return onePage(c, [{ field: 'passkeyName', text }], form.typed.passkeyName ?? '');
    }
    await transactAs(c, visitor, (work) => renamePasskey(work, visitor.account, id, form.value.passkeyName));
    return c.redirect(`${own}?done=renamed`, 303);
  });

  app.post(`${own}/:id/remove`, async (c) => {
    const visitor = requireVisitor(c);
    const { context } = c.var;
    const { id } = await passkeyOf(context.db.reader, visitor.account, c.req.param('id'));
    if (!(await isProven(context, c.var.session))) return c.redirect(`${own}/${id}`, 303);
    try {
      await transactAs(c, visitor, async (work) => {
        await holdAccount(work, visitor.account);
        if (await isOnlyWayIn(work.db, visitor.account, relyingParty(context.config.origin), id))
          refuse('conflict', 'It is the only way in');
        await removePasskey(work, visitor.account, id);
      });
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'conflict') throw error;
      return onePage(c, [{ text: messages(c.var.language)('passkeyLast') }]);
    }
    return c.redirect(`${own}?done=removed`, 303);
  });
}

/** Whoever comes upon an open browser must not be able to stay. */
async function requireProof(c: RequestContext): Promise<Visitor> {
  const visitor = requireVisitor(c);
  if (!(await isProven(c.var.context, c.var.session))) refuse('forbidden', 'Confirm first that it is you');
  return visitor;
}

async function listPage(c: RequestContext, errors: FieldError[], typed = ''): Promise<Response> {
  const visitor = requireVisitor(c);
  const { context, language, csrf } = c.var;
  const t = messages(language);
  const party = relyingParty(context.config.origin);
  const passkeys = await passkeysOf(context.db.reader, visitor.account);
  const done = {
    added: t('passkeyAdded'),
    renamed: t('passkeyRenamed'),
    removed: t('passkeyRemoved'),
  }[c.req.query('done') ?? ''];
  const page = (
    <PasskeysPage
      language={language}
      csrf={csrf}
      reader={readerOf(c)}
      errors={errors}
      passkeys={passkeys}
      party={party}
      isProven={await isProven(context, c.var.session)}
      isAllowed={!(await providerDecides(context.db.reader, visitor.account))}
      isFull={passkeys.length >= mostPasskeys}
      typed={typed}
    />
  );
  const notices = done && errors.length === 0 ? [{ kind: 'success' as NoticeKind, text: done }] : [];
  return showPage(c, { title: t('passkeys'), error: errors.length > 0, notices }, page);
}

async function onePage(c: RequestContext, errors: FieldError[], typed?: string): Promise<Response> {
  const visitor = requireVisitor(c);
  const { context, language, csrf } = c.var;
  const { reader } = context.db;
  const party = relyingParty(context.config.origin);
  const passkey = await passkeyOf(reader, visitor.account, c.req.param('id') ?? '');
  const page = (
    <PasskeyPage
      language={language}
      csrf={csrf}
      reader={readerOf(c)}
      errors={errors}
      passkey={passkey}
      party={party}
      isProven={await isProven(context, c.var.session)}
      isLast={await isOnlyWayIn(reader, visitor.account, party, passkey.id)}
      typed={typed ?? passkey.name}
    />
  );
  return showPage(c, { title: passkey.name, error: errors.length > 0 }, page);
}
