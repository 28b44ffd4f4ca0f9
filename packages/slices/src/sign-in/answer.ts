import { type Context, type JsonObject, refuse } from '@joinery/core';
import type { Attempt } from './attempt.ts';
import { algorithms, clientOf, metadataOf, redirectAddress } from './client.ts';
import type { ProviderRow } from './tables.ts';

/** What a provider vouches for, after every check. */
export type Vouched = {
  subject: string;
  claims: JsonObject;
  refreshToken: string | null;
  /** Session at the provider, when it names one. */
  sid: string | null;
};

/** Seconds that an ID token may be old or from the future: it is made while the person waits. */
const oldest = 10 * 60;
const skew = 60;

/** An answer that the library lets through and we do not. */
class AnswerFault extends Error {
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * Takes the answer of a provider: state, `iss` (RFC 9207), code against PKCE, and the ID token's signature, issuer, audience, time,
 * nonce and kind (OpenID Connect Core 1.0 §3.1.3.7). Network: outside any unit of work.
 * @param query of the address that the browser came back to
 * @throws what the library throws; AnswerFault
 */
export async function takeAnswer(
  context: Context,
  provider: ProviderRow,
  attempt: Attempt,
  query: string,
): Promise<Vouched> {
  const { oidc, configuration } = await clientOf(context, provider);
  // From the settings, not from the request: the address is compared byte by byte at the provider.
  const address = new URL(`${redirectAddress(context.config.origin, provider.id)}${query}`);
  const tokens = await oidc.authorizationCodeGrant(configuration, address, {
    pkceCodeVerifier: attempt.verifier,
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    idTokenExpected: true,
  });
  checkHeader(tokens.id_token ?? '');
  const claims = tokens.claims() ?? refuse('forbidden', 'The provider sent no ID token');
  const now = Date.now() / 1_000;
  if (claims.iat < now - oldest || claims.iat > now + skew)
    throw new AnswerFault('id_token_age', 'The ID token was not made for this sign-in: look at the clocks');
  if (typeof claims.sub !== 'string' || claims.sub === '' || claims.sub.length > 255)
    throw new AnswerFault('id_token_subject', 'The ID token names nobody');
  const more =
    metadataOf(provider).userinfo_endpoint === undefined
      ? {}
      : await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
  return {
    subject: claims.sub,
    claims: { ...(more as JsonObject), ...(claims as JsonObject) },
    refreshToken: tokens.refresh_token ?? null,
    sid: typeof claims.sid === 'string' ? claims.sid : null,
  };
}

/** The kind of the token (RFC 8725 §3.11) and how it was signed, which the library leaves to the caller. */
export function checkHeader(token: string): void {
  const [part = ''] = token.split('.');
  const header = JSON.parse(Buffer.from(part, 'base64url').toString()) as { typ?: unknown; alg?: unknown };
  if (header.typ !== undefined && !(typeof header.typ === 'string' && /^jwt$/i.test(header.typ)))
    throw new AnswerFault('id_token_kind', 'The token is not an ID token');
  if (typeof header.alg !== 'string' || !algorithms.includes(header.alg))
    throw new AnswerFault('id_token_algorithm', 'The ID token is not signed with a public key');
}
