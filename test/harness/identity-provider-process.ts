/** The OpenID providers of `identity-provider.ts`, in a process of their own. Who is there, and who they are a provider for, they ask of the tests each time. Ends with the process that started it. */
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { Answers, Order, ProviderPerson, Question, Said } from './identity-provider.ts';

const clientId = 'joinery';
const custom = [
  ...['oid', 'tid', 'ver', 'groups', 'roles', '_claim_names', '_claim_sources', 'realm_access', 'title', 'jobTitle'],
  ...['name', 'email', 'email_verified', 'preferred_username', 'locale'],
];

const say = (said: Said) => process.send?.(said);

let asked = 0;
const waiting = new Map<number, (answer: never) => void>();
/** Asks the tests, so that what they have said last always counts. */
function ask<What extends keyof Answers>(provider: number, what: What, sub = ''): Promise<Answers[What]> {
  asked += 1;
  const question: Question = { do: 'ask', number: asked, provider, what, sub };
  return new Promise((resolve) => {
    waiting.set(asked, resolve);
    say(question);
  });
}

const servers = new Map<number, http.Server>();

process.on('message', (order: Order) => {
  if (order.do === 'answer') {
    waiting.get(order.number)?.(order.answer as never);
    waiting.delete(order.number);
  } else if (order.do === 'start') void start(order);
  else {
    const server = servers.get(order.provider);
    servers.delete(order.provider);
    server?.closeAllConnections();
    server?.close(() => say({ do: 'stopped', provider: order.provider }));
  }
});
process.on('disconnect', () => process.exit());

async function start(order: Extract<Order, { do: 'start' }>): Promise<void> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.set(order.provider, server);
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'first', use: 'sig', alg: 'RS256' };
  let listener: { of: string; answer: http.RequestListener } = { of: '', answer: () => {} };
  server.on('request', (request, response) => {
    const handle = async () => {
      if (request.method === 'POST' && request.url === '/token') await ask(order.provider, 'token');
      const client = await ask(order.provider, 'client');
      const of = JSON.stringify(client);
      if (listener.of !== of) listener = { of, answer: provide(order, issuer, key, client) };
      listener.answer(request, response);
    };
    handle().catch((error) => response.writeHead(500).end(String(error)));
  });
  say({ do: 'started', provider: order.provider, issuer });
}

/** A provider for a client at these addresses. Signing in needs no page: whoever is next is signed in. */
function provide(
  { provider: number, clientSecret, refreshes, tells }: Extract<Order, { do: 'start' }>,
  issuer: string,
  key: object,
  addresses: Answers['client'],
): http.RequestListener {
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
      const person: ProviderPerson | null = await ask(number, 'account', sub);
      if (!person || person.disabled) return undefined;
      return { accountId: sub, claims: async () => ({ sub, ...person.claims }) };
    },
    interactions: { url: (_ctx: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    ttl: { Interaction: 600, Session: 3600, Grant: 3600, AccessToken: 600, IdToken: 600, RefreshToken: 3600 },
  });
  const callback = provider.callback();

  async function finishInteraction(request: http.IncomingMessage, response: http.ServerResponse) {
    const { prompt, params } = await provider.interactionDetails(request, response);
    const person = await ask(number, 'next');
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

  return (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
    finishInteraction(request, response).catch((error) => response.writeHead(500).end(String(error)));
  };
}
