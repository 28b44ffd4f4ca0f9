import { type Context, endGrant, isObject, sha256, transact } from '@joinery/core';
import { algorithms, clientOf } from './client.ts';
import type { ProviderRow } from './tables.ts';

const event = 'http://schemas.openid.net/event/backchannel-logout';
const skew = 60;
/** Seconds that a logout token may be old: it is made when it is sent. */
const oldest = 5 * 60;

/** Why a logout token is not believed. */
export type LogoutFault = 'malformed' | 'signature' | 'claims' | 'replayed' | 'unreachable';

/**
 * Ends what a provider says is over (OpenID Connect Back-Channel Logout 1.0 §2.5–2.7): the session it names, or everything of the
 * person. Also the API tokens that were made in it. Nobody here by that name is a success.
 * @returns null, or why the token is not believed
 */
export async function endByProvider(
  context: Context,
  provider: ProviderRow,
  token: string,
): Promise<LogoutFault | null> {
  const { keys, jose } = await clientOf(context, provider);
  const { errors } = jose;
  let claims: Record<string, unknown>;
  try {
    const { payload, protectedHeader } = await jose.jwtVerify(token, keys, {
      algorithms,
      issuer: provider.issuer,
      audience: provider.client_id,
      clockTolerance: skew,
      maxTokenAge: oldest,
      requiredClaims: ['iat', 'jti', 'events'],
    });
    const { typ } = protectedHeader;
    if (typ !== undefined && !/^(?:application\/)?(?:logout\+jwt|jwt)$/i.test(typ)) return 'claims';
    claims = payload;
  } catch (error) {
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) return 'claims';
    if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
      return 'signature';
    if (error instanceof errors.JOSEError) return 'malformed';
    return 'unreachable';
  }
  const { sub, sid, jti, exp, nonce, events } = claims;
  // A nonce marks an ID token, which must never do as a logout token (§2.6).
  if (nonce !== undefined || !isObject(events) || !isObject(events[event])) return 'claims';
  const subject = typeof sub === 'string' && sub !== '' ? sub : null;
  const session = typeof sid === 'string' && sid !== '' ? sid : null;
  if (typeof jti !== 'string' || jti === '' || (subject === null && session === null)) return 'claims';
  return transact(context, { kind: 'system', what: 'sign-out at the provider' }, async (work) => {
    await work.db.deleteFrom('sign_in_logout').where('expires_at', '<', work.now).execute();
    const keepUntil = Math.max(
      Date.parse(work.now) + (oldest + skew) * 1_000,
      typeof exp === 'number' ? exp * 1_000 : 0,
    );
    const added = await work.db
      .insertInto('sign_in_logout')
      .values({ id: sha256(`${provider.id} ${jti}`), expires_at: new Date(keepUntil + skew * 1_000).toISOString() })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows !== 1n) return 'replayed';
    let query = work.db
      .selectFrom('sign_in_grant')
      .innerJoin('sign_in_identity', 'sign_in_identity.id', 'sign_in_grant.identity_id')
      .select(['sign_in_grant.id', 'sign_in_grant.account_id'])
      .where('sign_in_grant.provider_id', '=', provider.id);
    if (session !== null) query = query.where('sign_in_grant.sid', '=', session);
    if (subject !== null) query = query.where('sign_in_identity.subject', '=', subject);
    for (const grant of await query.execute()) {
      await endGrant(work, grant.id);
      await work.db.deleteFrom('sign_in_grant').where('id', '=', grant.id).execute();
      context.logger.info('sign_in.ended', { account: grant.account_id, why: 'provider_signed_out' });
    }
    return null;
  });
}
