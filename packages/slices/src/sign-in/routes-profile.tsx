import {
  accountById,
  type Context,
  type Environment,
  grantOfSession,
  holdAccount,
  isObject,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  revokeToken,
  secondStepOf,
  sessionBounds,
  transactAs,
} from '@joinery/core';
import { type FieldError, type NoticeKind, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { fieldErrors } from './faults.ts';
import { messages } from './messages.ts';
import { endOtherSessions, endOwnSession, ownSessions, ownTokens } from './own.ts';
import { relyingParty } from './passkeys/answers.ts';
import { isOnlyWayIn, passkeysOf } from './passkeys/passkeys.ts';
import { link, unlink } from './sign-in.ts';
import { identitiesOfAccount, liveProviders, providerById, providerDecides } from './store.ts';
import { makeToken } from './tokens.ts';
import { SecurityPage } from './views-profile.tsx';

const own = '/profile/sign-in';
const linkMinutes = 10;

type SealedLink = { provider: string; account: string; subject: string; name: string };

/** What a provider vouched for, until its person confirms the link. */
export function sealLink(context: Context, what: SealedLink): string {
  return context.secret.encrypt(JSON.stringify({ ...what, kind: 'link', at: context.clock.now().getTime() }));
}

function openLink(context: Context, sealed: string): SealedLink | null {
  try {
    const read: unknown = JSON.parse(context.secret.decrypt(sealed));
    if (!isObject(read) || read.kind !== 'link') return null;
    const isFresh = context.clock.now().getTime() - Number(read.at) < linkMinutes * 60_000;
    return isFresh ? (read as unknown as SealedLink) : null;
  } catch {
    return null;
  }
}

/** Sign-in and security: one's own ways to sign in, sessions and tokens. */
export function profileRoutes(app: Hono<Environment>): void {
  app.get(own, async (c) => securityPage(c, {}));

  app.post(`${own}/link`, async (c) => {
    const visitor = requireVisitor(c);
    const { context } = c.var;
    const form = await readForm(c, z.object({ sealed: z.string().max(4_000) }));
    const sealed = form.ok ? openLink(context, form.value.sealed) : null;
    if (sealed === null) refuse('expired', 'Begin again');
    if (sealed.account !== visitor.account) refuse('forbidden', 'Somebody else asked for this link');
    const provider =
      (await providerById(context.db.reader, sealed.provider)) ?? refuse('not_found', 'No such provider');
    try {
      const claims = { sub: sealed.subject, preferred_username: sealed.name };
      await transactAs(c, visitor, (work) =>
        link(work, provider, { subject: sealed.subject, claims }, visitor.account),
      );
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'conflict') throw error;
      return securityPage(c, {
        errors: [{ text: messages(c.var.language)('linkTaken', { provider: provider.name }) }],
      });
    }
    return c.redirect(`${own}?linked=${provider.id}`, 303);
  });

  app.post(`${own}/identities/:id/unlink`, async (c) => {
    const visitor = requireVisitor(c);
    const { reader } = c.var.context.db;
    const identities = await identitiesOfAccount(reader, visitor.account);
    const identity = identities.find(({ id }) => id === c.req.param('id')) ?? refuse('not_found', 'No such link');
    const party = relyingParty(c.var.context.config.origin);
    // Asked in the same unit of work: of the last two, unlinked at once, one stays.
    const done = await transactAs(c, visitor, async (work) => {
      await holdAccount(work, visitor.account);
      if (await isOnlyWayIn(work.db, visitor.account, party, identity.id)) return false;
      await unlink(work, identity);
      return true;
    });
    if (!done) return securityPage(c, { errors: [{ text: messages(c.var.language)('unlinkLast') }] });
    return c.redirect(`${own}?done=unlinked`, 303);
  });

  app.post(`${own}/sessions/:name/end`, async (c) => {
    const visitor = requireVisitor(c);
    await transactAs(c, visitor, (work) => endOwnSession(work, visitor.account, c.req.param('name')));
    return c.redirect(own, 303);
  });

  app.post(`${own}/sessions/end-others`, async (c) => {
    const visitor = requireVisitor(c);
    const cookie = c.var.session ?? refuse('signed_out', 'Sign in first');
    await transactAs(c, visitor, (work) => endOtherSessions(work, visitor.account, cookie));
    return c.redirect(own, 303);
  });

  // Shown in the answer to the form and nowhere else: only its hash is kept.
  app.post(`${own}/tokens`, async (c) => {
    const visitor = requireVisitor(c);
    const { context, language } = c.var;
    const form = await readForm(c, z.object({ tokenName: z.string().trim().min(1).max(100) }));
    if (!form.ok) return securityPage(c, { errors: fieldErrors(form.faults, language), typed: form.typed.tokenName });
    const grant = await grantOfSession(context.db.reader, c.var.session);
    if (grant === null && (await providerDecides(context.db.reader, visitor.account)))
      return securityPage(c, {
        errors: [{ field: 'tokenName', text: messages(language)('tokensProvider') }],
        typed: form.value.tokenName,
      });
    const made = await transactAs(c, visitor, (work) =>
      makeToken(work, { id: visitor.account, person_id: visitor.person.id }, { name: form.value.tokenName, grant }),
    );
    return securityPage(c, { token: made.token });
  });

  app.post(`${own}/tokens/:id/revoke`, async (c) => {
    const visitor = requireVisitor(c);
    await transactAs(c, visitor, (work) => revokeToken(work, visitor.account, c.req.param('id')));
    return c.redirect(own, 303);
  });
}

async function securityPage(
  c: RequestContext,
  {
    errors = [],
    token = null,
    typed = '',
  }: { errors?: FieldError[]; token?: string | null; typed?: string | undefined },
): Promise<Response> {
  const visitor = requireVisitor(c);
  const { context, language, csrf, session } = c.var;
  const { reader } = context.db;
  const t = messages(language);
  const providers = await liveProviders(reader);
  const linked = providers.find(({ id }) => id === c.req.query('linked'));
  const done = linked
    ? t('linkedDone', { provider: linked.name })
    : { unlinked: t('unlinked'), 'code-off': t('codeOffDone') }[c.req.query('done') ?? ''];
  const account = await accountById(reader, visitor.account);
  const page = (
    <SecurityPage
      language={language}
      csrf={csrf}
      reader={readerOf(c)}
      errors={errors}
      secondStep={await secondStepOf(reader, visitor.account)}
      passkeys={(await passkeysOf(reader, visitor.account)).length}
      hasPassword={account?.password_hash != null}
      providers={providers}
      identities={await identitiesOfAccount(reader, visitor.account)}
      sessions={await ownSessions(reader, visitor.account, session, sessionBounds(context))}
      tokens={await ownTokens(reader, visitor.account)}
      token={token}
      typed={typed}
    />
  );
  const notices = done && errors.length === 0 ? [{ kind: 'success' as NoticeKind, text: done }] : [];
  if (c.req.query('guest') !== undefined && account?.ends_at != null)
    notices.push({ kind: 'info', text: t('guestWithoutRole') });
  return showPage(c, { title: t('title'), error: errors.length > 0, notices }, page);
}
