import {
  type Account,
  accountOfPerson,
  type By,
  type Environment,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  secondStepOf,
  transact,
} from '@joinery/core';
import { type FieldError, type NoticeKind, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { type PersonRow, personById } from '../../people/index.ts';
import { relyingParty } from '../passkeys/answers.ts';
import { passkeysOf, removePasskey } from '../passkeys/passkeys.ts';
import { allProviders, identitiesOfAccount, providerById } from '../store.ts';
import type { ProviderRow } from '../tables.ts';
import {
  closePassword,
  holderOf,
  isSecondWayIn,
  linkPerson,
  planUnlink,
  readSubject,
  unlinkPerson,
} from './linking.ts';
import { messages } from './messages.ts';
import { LinkPersonPage, UnlinkPersonPage, WaysOfPersonPage } from './views.tsx';

const page = '/administration/people/:id/sign-in';
const pathOf = (person: string) => `/administration/people/${person}/sign-in`;

/** How somebody signs in, for administrators: taking a lost passkey away, and links with an identity provider. */
export function personRoutes(app: Hono<Environment>): void {
  app.get(page, async (c) => {
    requireAdministrator(c);
    return waysPage(c, await found(c), []);
  });

  app.post(`${page}/passkeys/:passkey/remove`, async (c) => {
    const by = byOf(c);
    const { person, account } = await found(c);
    await transact(c.var.context, by, (work) => removePasskey(work, account.id, c.req.param('passkey')));
    return c.redirect(`${pathOf(person.id)}?done=passkey-removed`, 303);
  });

  app.post(`${page}/password/remove`, async (c) => {
    const by = byOf(c);
    const { person, account } = await found(c);
    await closePassword(c.var.context, by, account);
    return c.redirect(`${pathOf(person.id)}?done=password-removed`, 303);
  });

  // Without `confirmed` it only shows what would follow.
  app.post(`${page}/link`, async (c) => {
    const by = byOf(c);
    const target = await found(c);
    const { context, language, csrf } = c.var;
    const t = messages(language);
    const form = await readForm(
      c,
      z.object({ provider: z.string().optional(), subject: z.string().optional(), confirmed: z.string().optional() }),
    );
    const { provider: id = '', subject: typed = '', confirmed } = form.ok ? form.value : form.typed;
    const again = (field: 'provider' | 'subject', text: string) =>
      waysPage(c, target, [{ field, text }], { provider: id, subject: typed });
    const provider = await providerById(context.db.reader, id);
    if (!provider) return again('provider', t('faultProvider'));
    try {
      const subject = readSubject(typed);
      const holder = await holderOf(context.db.reader, provider, subject);
      if (holder && holder.id !== target.person.id) return again('subject', t('faultTaken', { name: holder.name }));
      if (holder) return again('subject', t('faultLinked'));
      if (confirmed === undefined) {
        const model = { language, csrf, ...target, provider, subject };
        return await showPage(
          c,
          { title: t('linkTitle', { name: target.person.name }) },
          <LinkPersonPage {...model} />,
        );
      }
      await linkPerson(context, by, target.account, provider, subject);
      return c.redirect(`${pathOf(target.person.id)}?done=linked`, 303);
    } catch (error) {
      if (!isRefusal(error) || error.faults.length === 0) throw error;
      const [fault] = error.faults;
      const texts: Record<string, string> = { required: t('faultSubject'), too_long: t('faultSubjectLong') };
      return again('subject', texts[fault?.code ?? ''] ?? t('faultSubjectShape'));
    }
  });

  app.get(`${page}/links/:identity/unlink`, async (c) => {
    requireAdministrator(c);
    const { context, language, csrf } = c.var;
    const target = await found(c);
    const plan = await planUnlink(context, target.account.id, c.req.param('identity'));
    const provider = await providerOf(c, plan.identity.provider_id);
    const title = messages(language)('unlinkTitle', { name: target.person.name, provider: provider.name });
    return showPage(
      c,
      { title },
      <UnlinkPersonPage language={language} csrf={csrf} {...target} {...plan} provider={provider} />,
    );
  });

  app.post(`${page}/links/:identity/unlink`, async (c) => {
    const by = byOf(c);
    const { person, account } = await found(c);
    await unlinkPerson(c.var.context, by, account.id, c.req.param('identity'));
    return c.redirect(`${pathOf(person.id)}?done=unlinked`, 303);
  });
}

/** @throws {Refusal} signed_out, forbidden */
function byOf(c: RequestContext): By {
  return { kind: 'person', person: requireAdministrator(c).person.id };
}

async function providerOf(c: RequestContext, id: string): Promise<ProviderRow> {
  return (await providerById(c.var.context.db.reader, id)) ?? refuse('not_found', 'No such provider');
}

async function found(c: RequestContext): Promise<{ person: PersonRow; account: Account }> {
  const { reader } = c.var.context.db;
  const person = await personById(reader, c.req.param('id') ?? '');
  const account = person && (await accountOfPerson(reader, person.id));
  if (person?.local !== 1 || person.deleted_at !== null || !account) refuse('not_found', 'No such person on this node');
  return { person, account };
}

async function waysPage(
  c: RequestContext,
  target: { person: PersonRow; account: Account },
  errors: FieldError[],
  typed: { provider: string; subject: string } = { provider: '', subject: '' },
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const { reader } = context.db;
  const t = messages(language);
  const { account, person } = target;
  const done = {
    'passkey-removed': t('passkeyRemoved'),
    'password-removed': t('passwordRemoved', { name: person.name }),
    linked: t('linked'),
    unlinked: t('unlinked'),
  }[c.req.query('done') ?? ''];
  const body = (
    <WaysOfPersonPage
      language={language}
      csrf={csrf}
      reader={readerOf(c)}
      errors={errors}
      typed={typed}
      {...target}
      isSecondWayIn={await isSecondWayIn(reader, account)}
      secondStep={await secondStepOf(reader, account.id)}
      passkeys={await passkeysOf(reader, account.id)}
      party={relyingParty(context.config.origin)}
      identities={await identitiesOfAccount(reader, account.id)}
      providers={await allProviders(reader)}
    />
  );
  const notices = done && errors.length === 0 ? [{ kind: 'success' as NoticeKind, text: done }] : [];
  return showPage(c, { title: t('waysOf', { name: person.name }), error: errors.length > 0, notices }, body);
}
