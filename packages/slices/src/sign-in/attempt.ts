import { type Context, dropCookie, isObject, type RequestContext, readCookie, writeCookie } from '@joinery/core';
import { clientOf, redirectAddress } from './client.ts';
import type { ProviderRow } from './tables.ts';

/** What a visit to a provider is for: signing in, linking it with one's account, or an administrator's trial. */
export type Purpose = 'sign-in' | 'link' | 'try';

/** A visit to a provider, kept encrypted in the browser that began it: nobody else can end it (RFC 9700 §2.1). */
export type Attempt = {
  provider: string;
  state: string;
  nonce: string;
  verifier: string;
  purpose: Purpose;
  /** Whose account, unless the purpose is signing in. */
  account: string | null;
  next: string;
  /** Milliseconds since 1970. */
  at: number;
};

const minutes = 10;

/** Begins a visit: remembers it in this browser and answers the address to send it to. PKCE with S256 always (RFC 7636). */
export async function beginAttempt(
  c: RequestContext,
  provider: ProviderRow,
  what: { purpose: Purpose; next: string },
): Promise<URL> {
  const { context, visitor } = c.var;
  const { oidc, configuration } = await clientOf(context, provider);
  const attempt: Attempt = {
    provider: provider.id,
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    verifier: oidc.randomPKCECodeVerifier(),
    purpose: what.purpose,
    account: what.purpose === 'sign-in' ? null : (visitor?.account ?? null),
    next: what.next,
    at: context.clock.now().getTime(),
  };
  writeCookie(c, 'pending', seal(context, attempt), minutes * 60);
  return oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectAddress(context.config.origin, provider.id),
    scope: provider.scope,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
    ui_locales: c.var.language,
  });
}

/** Takes the visit of this browser: it can end once. Null when there is none, or when it took too long. */
export function takeAttempt(c: RequestContext): Attempt | null {
  const value = readCookie(c, 'pending');
  if (value === null) return null;
  dropCookie(c, 'pending');
  const attempt = unseal(c.var.context, value);
  if (attempt === null || c.var.context.clock.now().getTime() - attempt.at > minutes * 60_000) return null;
  return attempt;
}

function seal({ secret }: Context, attempt: Attempt): string {
  return Buffer.from(secret.encrypt(JSON.stringify(attempt))).toString('base64url');
}

function unseal({ secret }: Context, value: string): Attempt | null {
  try {
    const read: unknown = JSON.parse(secret.decrypt(Buffer.from(value, 'base64url').toString()));
    return isObject(read) && typeof read.state === 'string' ? (read as Attempt) : null;
  } catch {
    return null;
  }
}
