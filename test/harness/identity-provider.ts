import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Somebody at the provider. `claims` beside `sub`. */
export type ProviderPerson = { sub: string; claims: Record<string, unknown>; disabled?: boolean };

export type IdentityProvider = AsyncDisposable & {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in next, without a page to fill in. */
  next: ProviderPerson;
  /** Address that ends the browser's session at the provider. */
  endSession: string;
  /** Requests that reached the token endpoint, by grant. */
  grants: Record<string, number>;
};

/** Groups and roles in the shape of the product, as its ID tokens carry them. */
export const people = {
  /** Microsoft Entra ID: the subject is pairwise, `oid` and `tid` name the account, groups are object ids. */
  entra: (sub: string, name: string, mail: string, more: Record<string, unknown> = {}): ProviderPerson => ({
    sub,
    claims: {
      oid: '6f1b9c5e-0000-4000-8000-000000000001',
      tid: '9a1e2f3c-0000-4000-8000-000000000002',
      ver: '2.0',
      name,
      preferred_username: mail,
      ...more,
    },
  }),
  /** Entra ID for somebody in more than 200 groups: they are named elsewhere and not told. */
  entraOverage: (sub: string, name: string, mail: string): ProviderPerson =>
    people.entra(sub, name, mail, {
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.microsoft.com/v1.0/users/6f1b/getMemberObjects' } },
    }),
  /** Keycloak: roles of the realm below `realm_access`. */
  keycloak: (sub: string, name: string, mail: string, roles: string[] = []): ProviderPerson => ({
    sub,
    claims: {
      name,
      email: mail,
      email_verified: true,
      preferred_username: mail.split('@')[0],
      locale: 'nl',
      realm_access: { roles: ['offline_access', 'default-roles-agency', ...roles] },
    },
  }),
};

const custom = [
  ...['oid', 'tid', 'ver', 'groups', 'roles', '_claim_names', '_claim_sources', 'realm_access', 'title', 'jobTitle'],
  ...['name', 'email', 'email_verified', 'preferred_username', 'locale'],
];

/**
 * Starts a real OpenID provider on a free loopback port. Signing in needs no page: whoever is `next` is signed in.
 * @param node origin and provider id of the node are known only later: `register` adds the client
 */
export async function startIdentityProvider(options: {
  first: ProviderPerson;
  /** Gives refresh tokens; on unless said. */
  refreshes?: boolean;
  /** Says that it tells of sign-outs, and does; on unless said. */
  tells?: boolean;
}): Promise<IdentityProvider & { register: (addresses: { redirect: string; logout: string }) => void }> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clientId = 'joinery';
  const clientSecret = 'a secret of the provider / with : odd + letters';
  const known = new Map<string, ProviderPerson>();
  const { refreshes = true, tells = true } = options;
  const grants: Record<string, number> = {};
  const self = { issuer, clientId, clientSecret, next: options.first, endSession: `${issuer}/session/end`, grants };
  let listener: http.RequestListener = (_request, response) => response.writeHead(503).end();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'first', use: 'sig', alg: 'RS256' };

  const make = (addresses: { redirect: string; logout: string }) => {
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: [addresses.redirect],
          grant_types: ['authorization_code', 'refresh_token'],
          ...(tells ? { backchannel_logout_uri: addresses.logout, backchannel_logout_session_required: true } : {}),
        },
      ],
      jwks: { keys: [key] },
      cookies: { keys: ['a key of the tests'] },
      claims: { openid: ['sub', ...custom], profile: ['given_name'] },
      conformIdTokenClaims: false,
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: tells },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource: (ctx: { body: string }, form: string) => {
            ctx.body = `<!doctype html>${form}`;
          },
          postLogoutSuccessSource: (ctx: { body: string }) => {
            ctx.body = 'out';
          },
        },
      },
      // Its own fetch refuses loopback addresses.
      fetch: (url: URL, { dispatcher: _, ...request }: RequestInit & { dispatcher?: unknown }) => fetch(url, request),
      pkce: { required: () => true },
      issueRefreshToken: async () => refreshes,
      rotateRefreshToken: true,
      findAccount: async (_ctx: unknown, sub: string) => {
        const person = known.get(sub);
        if (!person || person.disabled) return undefined;
        return { accountId: sub, claims: async () => ({ sub, ...person.claims }) };
      },
      interactions: { url: (_ctx: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
      ttl: { Interaction: 600, Session: 3600, Grant: 3600, AccessToken: 600, IdToken: 600, RefreshToken: 3600 },
    });
    const callback = provider.callback();
    listener = (request, response) => {
      if (request.url?.startsWith('/interaction/')) {
        finishInteraction(provider, request, response).catch((error) => response.writeHead(500).end(String(error)));
        return;
      }
      callback(request, response);
    };
  };

  async function finishInteraction(provider: Provider, request: http.IncomingMessage, response: http.ServerResponse) {
    const { prompt, params } = await provider.interactionDetails(request, response);
    const person = self.next;
    known.set(person.sub, person);
    const grant = new provider.Grant({ accountId: person.sub, clientId: params.client_id ?? '' });
    grant.addOIDCScope('openid profile email offline_access');
    const grantId = await grant.save();
    await provider.interactionFinished(
      request,
      response,
      { ...(prompt.name === 'login' ? { login: { accountId: person.sub } } : {}), consent: { grantId } },
      { mergeWithLastSubmission: true },
    );
  }

  server.on('request', (request, response) => {
    if (request.method === 'POST' && request.url === '/token') grants.token = (grants.token ?? 0) + 1;
    listener(request, response);
  });
  make({ redirect: 'http://127.0.0.1:1/answer', logout: 'http://127.0.0.1:1/logout' });
  return Object.assign(self, {
    register: make,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
