import {
  type Environment,
  type FieldFault,
  faultsOf,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  transactAs,
} from '@joinery/core';
import { type FieldError, type NoticeKind, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { logoutAddress, MetadataFault, redirectAddress } from './client.ts';
import { fieldErrors, metadataError } from './faults.ts';
import { newProviderInput, providerInput } from './input.ts';
import { messages } from './messages.ts';
import { addProvider, changeProvider, refreshMetadata, removeProvider, setLive } from './providers.ts';
import { allProviders, peoplePerProvider, providerById } from './store.ts';
import type { ProviderRow } from './tables.ts';
import {
  NewProviderPage,
  ProviderPage,
  ProvidersPage,
  type ProviderValues,
  RemoveProviderPage,
} from './views-administration.tsx';

const anyForm = z.object({}).catchall(z.string());
const list = '/administration/sign-in';

/** Identity providers: list, set up, try, offer, remove. */
export function administrationRoutes(app: Hono<Environment>): void {
  app.get(list, async (c) => {
    requireAdministrator(c);
    const { context, language } = c.var;
    const { reader } = context.db;
    const page = (
      <ProvidersPage
        language={language}
        providers={await allProviders(reader)}
        people={await peoplePerProvider(reader)}
      />
    );
    return showPage(c, { title: messages(language)('manage') }, page);
  });

  app.get(`${list}/new`, async (c) => {
    requireAdministrator(c);
    return newPage(c, { kind: 'entra', name: '', issuer: '' }, []);
  });

  app.post(`${list}/new`, async (c) => {
    const by = { kind: 'person', person: requireAdministrator(c).person.id } as const;
    const { context, language } = c.var;
    const typed = await typedForm(c);
    const checked = newProviderInput.safeParse(typed);
    if (!checked.success) return newPage(c, typed, fieldErrors(faultsOf(checked.error, typed), language));
    try {
      const { id } = await addProvider(context, by, checked.data);
      return c.redirect(`${list}/${id}`, 303);
    } catch (error) {
      if (error instanceof MetadataFault) return newPage(c, typed, [metadataError(error, language)]);
      if (!isRefusal(error) || error.faults.length === 0) throw error;
      return newPage(c, typed, fieldErrors(error.faults, language));
    }
  });

  app.get(`${list}/:id`, async (c) => {
    requireAdministrator(c);
    const provider = await found(c);
    return providerPage(c, provider, valuesOf(provider), []);
  });

  app.post(`${list}/:id`, async (c) => {
    const visitor = requireAdministrator(c);
    const provider = await found(c);
    const typed = await typedForm(c);
    const again = (faults: readonly FieldFault[]) =>
      providerPage(c, provider, { ...valuesOf(provider), ...typed }, fieldErrors(faults, c.var.language));
    const checked = providerInput.safeParse(typed);
    if (!checked.success) return again(faultsOf(checked.error, typed));
    try {
      await transactAs(c, visitor, (work) => changeProvider(work, provider.id, checked.data));
    } catch (error) {
      if (!isRefusal(error) || error.faults.length === 0) throw error;
      return again(error.faults);
    }
    return c.redirect(`${list}/${provider.id}?done=saved`, 303);
  });

  for (const live of [true, false]) {
    app.post(`${list}/:id/${live ? 'live' : 'draft'}`, async (c) => {
      const visitor = requireAdministrator(c);
      const provider = await found(c);
      if (live && provider.tried_at === null)
        return providerPage(c, provider, valuesOf(provider), [{ text: messages(c.var.language)('goLiveFirst') }]);
      await transactAs(c, visitor, (work) => setLive(work, provider.id, live));
      return c.redirect(`${list}/${provider.id}?done=${live ? 'live' : 'saved'}`, 303);
    });
  }

  app.post(`${list}/:id/refresh`, async (c) => {
    const by = { kind: 'person', person: requireAdministrator(c).person.id } as const;
    const provider = await found(c);
    try {
      await refreshMetadata(c.var.context, by, provider.id);
    } catch (error) {
      if (!(error instanceof MetadataFault)) throw error;
      const { text } = metadataError(error, c.var.language);
      return providerPage(c, provider, valuesOf(provider), [{ text }]);
    }
    return c.redirect(`${list}/${provider.id}?done=refreshed`, 303);
  });

  app.get(`${list}/:id/remove`, async (c) => {
    requireAdministrator(c);
    const { context, language, csrf } = c.var;
    const provider = await found(c);
    const people = (await peoplePerProvider(context.db.reader)).get(provider.id) ?? 0;
    const title = messages(language)('removeTitle', { name: provider.name });
    return showPage(
      c,
      { title },
      <RemoveProviderPage language={language} csrf={csrf} provider={provider} people={people} />,
    );
  });

  app.post(`${list}/:id/remove`, async (c) => {
    const visitor = requireAdministrator(c);
    const provider = await found(c);
    await transactAs(c, visitor, (work) => removeProvider(work, provider.id));
    return c.redirect(list, 303);
  });
}

async function typedForm(c: RequestContext): Promise<Record<string, string>> {
  const form = await readForm(c, anyForm);
  return form.ok ? form.value : form.typed;
}

async function found(c: RequestContext): Promise<ProviderRow> {
  const provider = await providerById(c.var.context.db.reader, c.req.param('id') ?? '');
  return provider ?? refuse('not_found', 'There is no such provider');
}

function valuesOf(provider: ProviderRow): ProviderValues {
  return {
    name: provider.name,
    clientId: provider.client_id,
    scope: provider.scope,
    admits: provider.admits,
    claimName: provider.claim_name,
    claimEmail: provider.claim_email,
    claimRole: provider.claim_role,
    claimLanguage: provider.claim_language,
    claimGroups: provider.claim_groups,
    administrators: provider.administrators,
    officers: provider.officers,
  };
}

function newPage(c: RequestContext, values: Record<string, string>, errors: readonly FieldError[]): Promise<Response> {
  const { language, csrf } = c.var;
  const page = <NewProviderPage language={language} csrf={csrf} values={values} errors={errors} />;
  return showPage(c, { title: messages(language)('addProvider'), error: errors.length > 0 }, page);
}

function providerPage(
  c: RequestContext,
  provider: ProviderRow,
  values: ProviderValues,
  errors: readonly FieldError[],
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const t = messages(language);
  const asked = c.req.query('done') ?? '';
  const done = { saved: t('saved'), live: t('liveDone'), refreshed: t('refreshed') }[asked];
  // Whoever set it up has an account already, which single sign-on does not open by itself.
  const link = asked === 'live' ? { link: { href: '/profile/sign-in', text: t('liveLinkOwn') } } : {};
  const notices = done && errors.length === 0 ? [{ kind: 'success' as NoticeKind, text: done, ...link }] : [];
  const page = (
    <ProviderPage
      language={language}
      csrf={csrf}
      provider={provider}
      values={values}
      errors={errors}
      redirect={redirectAddress(context.config.origin, provider.id)}
      logout={logoutAddress(context.config.origin, provider.id)}
    />
  );
  return showPage(c, { title: provider.name, error: errors.length > 0, notices }, page);
}
