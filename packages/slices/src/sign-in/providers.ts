import { type By, type Context, endGrant, newId, refuse, transact, type Work } from '@joinery/core';
import { claimDefaults } from './claims.ts';
import { endpointsOf, type Metadata, readMetadata } from './client.ts';
import type { NewProviderInput, ProviderInput } from './input.ts';
import { allProviders, providerById } from './store.ts';
import type { ProviderRow } from './tables.ts';

/**
 * Adds a provider as a draft, once it has said what it is. Nobody can sign in with it yet.
 * @throws {Refusal} invalid (issuer taken)
 * @throws {MetadataFault} when it says nothing that can be used; nothing is kept then
 */
export async function addProvider(context: Context, by: By, input: NewProviderInput): Promise<ProviderRow> {
  const id = newId();
  await transact(context, by, async (work) => {
    const taken = (await allProviders(work.db)).some((provider) => provider.issuer === input.issuer);
    if (taken) refuse('invalid', 'This provider is here already', [{ field: 'issuer', code: 'taken' }]);
    const row: ProviderRow = {
      id,
      kind: input.kind,
      name: input.name,
      issuer: input.issuer,
      client_id: '',
      client_secret: '',
      metadata: '{}',
      scope: '',
      admits: 'everybody',
      ...claimDefaults[input.kind],
      administrators: '',
      officers: '',
      state: 'draft',
      tried_at: null,
      created_at: work.now,
      updated_at: work.now,
    };
    await work.db.insertInto('sign_in_provider').values(row).execute();
  });
  try {
    const metadata = await readMetadata(context, input.issuer);
    return await transact(context, by, (work) =>
      change(work, id, { metadata: JSON.stringify(metadata), scope: scopeOf(input.kind, metadata) }),
    );
  } catch (error) {
    await transact(context, by, async (work) => {
      await work.db.deleteFrom('sign_in_provider').where('id', '=', id).execute();
    });
    throw error;
  }
}

/** Keycloak's offline tokens outlive the session they come from, so they are not asked for there. */
function scopeOf(kind: ProviderRow['kind'], { scopes_supported = [] }: Metadata): string {
  const more = ['profile', 'email', ...(kind === 'keycloak' ? [] : ['offline_access'])];
  const known = more.filter((scope) => scopes_supported.length === 0 || scopes_supported.includes(scope));
  return ['openid', ...known].join(' ');
}

async function change(work: Work, id: string, values: Partial<ProviderRow>): Promise<ProviderRow> {
  // Clients are remembered by this instant: two changes in one millisecond would look like one.
  const before = (await providerById(work.db, id)) ?? refuse('not_found', 'No such provider');
  const at = new Date(Math.max(Date.parse(work.now), Date.parse(before.updated_at) + 1)).toISOString();
  await work.db
    .updateTable('sign_in_provider')
    .set({ ...values, updated_at: at })
    .where('id', '=', id)
    .execute();
  return { ...before, ...values, updated_at: at };
}

/**
 * Changes the settings of a provider. Another client is another agreement with the provider: it must be tried again.
 * @throws {Refusal} not_found; invalid when there would be no secret
 */
export async function changeProvider(work: Work, id: string, input: ProviderInput): Promise<ProviderRow> {
  const before = (await providerById(work.db, id)) ?? refuse('not_found', 'No such provider');
  const { clientSecret, ...rest } = input;
  if (!clientSecret && before.client_secret === '')
    refuse('invalid', 'The provider needs a secret', [{ field: 'clientSecret', code: 'required' }]);
  const isOther = input.clientId !== before.client_id;
  return change(work, id, {
    name: rest.name,
    client_id: rest.clientId,
    ...(clientSecret ? { client_secret: work.secret.encrypt(clientSecret) } : {}),
    scope: rest.scope,
    admits: rest.admits,
    claim_name: rest.claimName,
    claim_email: rest.claimEmail,
    claim_role: rest.claimRole,
    claim_language: rest.claimLanguage,
    claim_groups: rest.claimGroups,
    administrators: rest.administrators,
    officers: rest.officers,
    ...(isOther ? { state: 'draft', tried_at: null } : {}),
  });
}

/** Notes that a sign-in with these settings worked. */
export async function noteTried(work: Work, id: string): Promise<void> {
  await change(work, id, { tried_at: work.now });
}

/**
 * Offers the provider on the sign-in page, or takes it away again, which ends what was signed in with it.
 * @throws {Refusal} not_found; conflict when no sign-in has been tried
 */
export async function setLive(work: Work, id: string, live: boolean): Promise<void> {
  const provider = (await providerById(work.db, id)) ?? refuse('not_found', 'No such provider');
  if (live && provider.tried_at === null) refuse('conflict', 'Try a sign-in first');
  await change(work, id, { state: live ? 'live' : 'draft' });
  if (!live) await endGrantsOf(work, id);
}

/**
 * Forgets a provider and who signed in with it. Accounts stay: give people another way to sign in.
 * @throws {Refusal} not_found
 */
export async function removeProvider(work: Work, id: string): Promise<void> {
  if (!(await providerById(work.db, id))) refuse('not_found', 'No such provider');
  await endGrantsOf(work, id);
  await work.db.deleteFrom('sign_in_identity').where('provider_id', '=', id).execute();
  await work.db.deleteFrom('sign_in_provider').where('id', '=', id).execute();
}

async function endGrantsOf(work: Work, provider: string): Promise<void> {
  const grants = await work.db.selectFrom('sign_in_grant').select('id').where('provider_id', '=', provider).execute();
  for (const { id } of grants) await endGrant(work, id);
  await work.db.deleteFrom('sign_in_grant').where('provider_id', '=', provider).execute();
}

/** Reads what the provider says of itself again, after it moved an endpoint. @throws {MetadataFault} and as `setLive` */
export async function refreshMetadata(context: Context, by: By, id: string): Promise<void> {
  const provider = (await providerById(context.db.reader, id)) ?? refuse('not_found', 'No such provider');
  const metadata = await readMetadata(context, provider.issuer);
  await transact(context, by, (work) => change(work, id, { metadata: JSON.stringify(metadata) }));
}

/** Every address that this node may ask because of its providers. */
export async function serviceAddresses(db: Context['db']['reader']): Promise<string[]> {
  return (await allProviders(db)).flatMap(endpointsOf);
}
