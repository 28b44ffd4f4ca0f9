import { type Context, endGrant, type JsonObject, transact } from '@joinery/core';
import { checkHeader } from './answer.ts';
import { readClaims } from './claims.ts';
import { clientOf, faultOf, metadataOf } from './client.ts';
import { followRoles } from './sign-in.ts';
import { grantById, providerById } from './store.ts';
import type { GrantRow, ProviderRow } from './tables.ts';

const second = 1_000;

/**
 * How current a provider's word must be, in milliseconds. From `askAfter` on it is asked beside the request, from `waitAfter` on the
 * request waits for the answer: whoever is disabled there gets nothing here a minute later. While the provider cannot be reached,
 * people go on for `whileUnreachable`.
 */
const freshness = {
  askAfter: 30 * second,
  waitAfter: 50 * second,
  whileUnreachable: 15 * 60 * second,
};

/** Milliseconds a session lasts when the provider can neither be asked again nor tells of a sign-out. */
export const longestUnasked = 60 * 60 * second;

/**
 * The same when it tells of sign-outs: not every provider does so when it disables somebody, and a token of the API would go on for ever.
 */
const longestTold = 12 * 60 * 60 * second;

/** A question that nobody answered or ended, after which somebody else asks. */
const questionTime = 15 * second;

const asking = new WeakMap<Context['db'], Map<string, Promise<boolean>>>();

/** Whether the provider still vouches for a grant. Ends the access itself when it does not. */
export async function confirmGrant(context: Context, id: string): Promise<boolean> {
  const grant = await grantById(context.db.reader, id);
  if (!grant) return false;
  const age = ageOf(context, grant);
  if (grant.refresh_token === null)
    return age < longestUnasked || (age < longestTold && (await tellsOfSignOut(context, grant.provider_id)));
  if (age < freshness.askAfter) return true;
  const answer = ask(context, grant);
  if (age >= freshness.waitAfter) return answer;
  answer.catch((error) => context.logger.warn('sign_in.not_asked', { reason: String(error) }));
  return true;
}

async function tellsOfSignOut(context: Context, id: string): Promise<boolean> {
  const provider = await providerById(context.db.reader, id);
  return provider?.state === 'live' && metadataOf(provider).backchannel_logout_supported === true;
}

function ageOf(context: Context, grant: Pick<GrantRow, 'confirmed_at'>): number {
  return context.clock.now().getTime() - Date.parse(grant.confirmed_at);
}

/** One question per grant at a time in this process. */
function ask(context: Context, grant: GrantRow): Promise<boolean> {
  let table = asking.get(context.db);
  if (!table) {
    table = new Map();
    asking.set(context.db, table);
  }
  const running = table.get(grant.id);
  if (running) return running;
  const started = askProvider(context, grant).finally(() => table.delete(grant.id));
  table.set(grant.id, started);
  return started;
}

async function askProvider(context: Context, grant: GrantRow): Promise<boolean> {
  const provider = await providerById(context.db.reader, grant.provider_id);
  if (provider?.state !== 'live') return end(context, grant, 'provider_withdrawn');
  const mine = await claim(context, grant);
  if (mine === null) return waitForOther(context, grant);
  try {
    const { oidc, configuration } = await clientOf(context, provider);
    const tokens = await oidc.refreshTokenGrant(configuration, context.secret.decrypt(mine.refresh_token ?? ''));
    if (tokens.id_token !== undefined) checkHeader(tokens.id_token);
    const claims = tokens.claims();
    if (claims !== undefined && !(await isSamePerson(context, grant, claims.iss, claims.sub)))
      return await end(context, grant, 'other_person');
    await noteConfirmed(
      context,
      grant,
      provider,
      tokens.refresh_token ?? null,
      claims === undefined ? null : (claims as JsonObject),
    );
    return true;
  } catch (error) {
    const fault = faultOf(error);
    // Only the provider's own word about this grant ends it at once (RFC 6749 §5.2); a fault of the line or of the settings does not.
    const isRefused = ['invalid_grant', 'interaction_required', 'login_required', 'consent_required'];
    if (fault.provider !== null && isRefused.includes(fault.provider)) return end(context, grant, fault.provider);
    context.logger.warn('sign_in.not_confirmed', { provider: provider.id, why: fault.code, reason: fault.detail });
    if (ageOf(context, grant) >= freshness.whileUnreachable) return end(context, grant, 'provider_unreachable');
    await transact(context, { kind: 'system', what: 'identity provider' }, async (work) => {
      await work.db.updateTable('sign_in_grant').set({ asking_until: null }).where('id', '=', grant.id).execute();
    });
    return true;
  }
}

/** Takes the question: with rotation a refresh token works once, so two processes must not both use it. */
function claim(context: Context, grant: GrantRow): Promise<GrantRow | null> {
  return transact(context, { kind: 'system', what: 'identity provider' }, async (work) => {
    const until = new Date(Date.parse(work.now) + questionTime).toISOString();
    const row = await work.db
      .updateTable('sign_in_grant')
      .set({ asking_until: until })
      .where('id', '=', grant.id)
      .where('confirmed_at', '=', grant.confirmed_at)
      .where((eb) => eb.or([eb('asking_until', 'is', null), eb('asking_until', '<', work.now)]))
      .returningAll()
      .executeTakeFirst();
    return row ?? null;
  });
}

/** Another process asks: its answer counts here too. */
async function waitForOther(context: Context, grant: GrantRow): Promise<boolean> {
  for (let round = 0; round < 100; round += 1) {
    const now = await grantById(context.db.reader, grant.id);
    if (!now) return false;
    if (now.asking_until === null) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return ageOf(context, grant) < freshness.whileUnreachable;
}

async function isSamePerson(context: Context, grant: GrantRow, issuer: string, subject: string): Promise<boolean> {
  const identity = await context.db.reader
    .selectFrom('sign_in_identity')
    .select(['issuer', 'subject'])
    .where('id', '=', grant.identity_id)
    .executeTakeFirst();
  return identity?.issuer === issuer && identity.subject === subject;
}

async function noteConfirmed(
  context: Context,
  grant: GrantRow,
  provider: ProviderRow,
  refreshToken: string | null,
  claims: JsonObject | null,
): Promise<void> {
  await transact(context, { kind: 'system', what: 'identity provider' }, async (work) => {
    await work.db
      .updateTable('sign_in_grant')
      .set({
        confirmed_at: work.now,
        asking_until: null,
        ...(refreshToken === null ? {} : { refresh_token: work.secret.encrypt(refreshToken) }),
      })
      .where('id', '=', grant.id)
      .execute();
    // Only a token that speaks of groups decides about roles: many providers leave them out of a refreshed one.
    if (claims === null) return;
    const profile = readClaims(claims, provider);
    if (profile.groups.length > 0) await followRoles(context, work, grant.account_id, profile);
  });
}

async function end(context: Context, grant: GrantRow, why: string): Promise<false> {
  await transact(context, { kind: 'system', what: 'identity provider' }, async (work) => {
    await endGrant(work, grant.id);
    await work.db.deleteFrom('sign_in_grant').where('id', '=', grant.id).execute();
  });
  context.logger.info('sign_in.ended', { account: grant.account_id, why });
  return false;
}
