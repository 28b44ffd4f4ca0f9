import { type Context, isObject, type JsonObject, originOf } from '@joinery/core';
import type { JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Configuration } from 'openid-client';
import type { ProviderRow } from './tables.ts';

/** What a provider says of itself, the members that are used (OpenID Connect Discovery 1.0 §3). */
export type Metadata = {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  userinfo_endpoint?: string;
  scopes_supported?: string[];
  code_challenge_methods_supported?: string[];
  token_endpoint_auth_methods_supported?: string[];
  id_token_signing_alg_values_supported?: string[];
  authorization_response_iss_parameter_supported?: boolean;
  backchannel_logout_supported?: boolean;
  backchannel_logout_session_supported?: boolean;
};

/** Signatures with a public key. `none` and those with a shared secret prove nothing about who signed (RFC 8725 §2.1). */
export const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Why a provider's description of itself cannot be used. */
export class MetadataFault extends Error {
  readonly code: 'unreachable' | 'not_a_provider' | 'other_issuer' | 'endpoint' | 'no_code_flow' | 'no_signature';
  constructor(code: MetadataFault['code'], detail: string) {
    super(detail);
    this.code = code;
  }
}

/** Where a provider describes itself. */
function descriptionAddress(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** The addresses of a provider that this node asks itself. */
export function endpointsOf(provider: Pick<ProviderRow, 'issuer' | 'metadata'>): string[] {
  const { token_endpoint, jwks_uri, userinfo_endpoint } = metadataOf(provider) as Partial<Metadata>;
  return [descriptionAddress(provider.issuer), token_endpoint, jwks_uri, userinfo_endpoint].filter(
    (address) => address !== undefined,
  );
}

/**
 * Reads what a provider says of itself, through the door to services.
 * @throws {MetadataFault} in words for the log; the page has its own
 */
export async function readMetadata(context: Context, issuer: string): Promise<Metadata> {
  const answer = await context.doors.services.request(descriptionAddress(issuer), {
    purpose: 'identity provider: description',
    method: 'GET',
    headers: { accept: 'application/json' },
    maximumBytes: 200_000,
  });
  if (!answer.ok) throw new MetadataFault('unreachable', answer.detail);
  if (answer.status !== 200) throw new MetadataFault('not_a_provider', `It answers ${answer.status}.`);
  let document: unknown;
  try {
    document = JSON.parse(answer.text);
  } catch {
    throw new MetadataFault('not_a_provider', 'The answer is not JSON.');
  }
  if (!isObject(document)) throw new MetadataFault('not_a_provider', 'The answer is not one object.');
  return checkMetadata(document, issuer, context.config.loopbackPeers);
}

/**
 * Takes what is used of a description.
 * @param issuer as the administrator gave it: the provider must name itself exactly so (OpenID Connect Discovery 1.0 §4.3)
 * @throws {MetadataFault}
 */
function checkMetadata(document: JsonObject, issuer: string, isTrial: boolean): Metadata {
  if (document.issuer !== issuer)
    throw new MetadataFault('other_issuer', `It names itself ${String(document.issuer)}.`);
  const address = (name: string): string | undefined => {
    const value = document[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.length > 500 || value.includes('#') || originOf(value) === null)
      throw new MetadataFault('endpoint', `${name} is not an address.`);
    if (!value.startsWith('https:') && !isTrial) throw new MetadataFault('endpoint', `${name} is not https.`);
    return value;
  };
  const needed = (name: string): string => {
    const value = address(name);
    if (value === undefined) throw new MetadataFault('endpoint', `${name} is missing.`);
    return value;
  };
  const list = (name: string): string[] | undefined => {
    const value = document[name];
    return Array.isArray(value)
      ? value.filter((item): item is string => typeof item === 'string').slice(0, 100)
      : undefined;
  };
  if (list('response_types_supported')?.includes('code') === false)
    throw new MetadataFault('no_code_flow', 'It does not support the code flow.');
  const signed = list('id_token_signing_alg_values_supported') ?? ['RS256'];
  const usable = signed.filter((name) => algorithms.includes(name));
  if (usable.length === 0) throw new MetadataFault('no_signature', 'It signs with nothing that can be checked.');
  const metadata: Metadata = {
    issuer,
    authorization_endpoint: needed('authorization_endpoint'),
    token_endpoint: needed('token_endpoint'),
    jwks_uri: needed('jwks_uri'),
    id_token_signing_alg_values_supported: usable,
  };
  const userinfo = address('userinfo_endpoint');
  if (userinfo !== undefined) metadata.userinfo_endpoint = userinfo;
  for (const name of [
    'scopes_supported',
    'code_challenge_methods_supported',
    'token_endpoint_auth_methods_supported',
  ] as const) {
    const value = list(name);
    if (value) metadata[name] = value;
  }
  for (const name of [
    'authorization_response_iss_parameter_supported',
    'backchannel_logout_supported',
    'backchannel_logout_session_supported',
  ] as const) {
    if (document[name] === true) metadata[name] = true;
  }
  return metadata;
}

/** Where the provider sends people back to. One per provider, so that one provider's answer never counts as another's (RFC 9700 §4.4). */
export function redirectAddress(origin: string, provider: string): string {
  return `${origin}/sign-in/with/${provider}/answer`;
}

/** Where the provider says that somebody signed out or may no longer sign in. */
export function logoutAddress(origin: string, provider: string): string {
  return `${origin}/sign-in/with/${provider}/logout`;
}

/** The provider's description as it was kept. */
export function metadataOf(provider: Pick<ProviderRow, 'metadata'>): Metadata {
  return JSON.parse(provider.metadata) as Metadata;
}

/** Loaded when the first person signs in so: a node without a provider does not hold them in memory. */
async function loadLibraries() {
  const [oidc, jose] = await Promise.all([import('openid-client'), import('jose')]);
  return { oidc, jose };
}

type Libraries = Awaited<ReturnType<typeof loadLibraries>>;

export type Client = Libraries & { configuration: Configuration; keys: JWTVerifyGetKey };

/** Per node, by provider and the time of its last change: keys of the provider are read once a minute at most. */
const clients = new WeakMap<Context['db'], LRUCache<string, Client>>();

/** The client of a provider, and the libraries that use it. */
export async function clientOf(context: Context, provider: ProviderRow): Promise<Client> {
  const libraries = await loadLibraries();
  let known = clients.get(context.db);
  if (!known) {
    known = new LRUCache({ max: 50 });
    clients.set(context.db, known);
  }
  const key = `${provider.id} ${provider.updated_at}`;
  const client = known.get(key) ?? makeClient(context, provider, libraries);
  known.set(key, client);
  return client;
}

function makeClient(context: Context, provider: ProviderRow, libraries: Libraries): Client {
  const { oidc, jose } = libraries;
  const metadata = metadataOf(provider);
  const secret = context.secret.decrypt(provider.client_secret);
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const authentication = methods.includes('client_secret_post')
    ? oidc.ClientSecretPost(secret)
    : oidc.ClientSecretBasic(secret);
  const configuration = new oidc.Configuration(metadata, provider.client_id, undefined, authentication);
  const fetchThroughDoor = doorFetch(context);
  configuration[oidc.customFetch] = fetchThroughDoor;
  configuration.timeout = 10;
  oidc.enableNonRepudiationChecks(configuration);
  if (context.config.loopbackPeers) oidc.allowInsecureRequests(configuration);
  const keys = jose.createRemoteJWKSet(new URL(metadata.jwks_uri), {
    cooldownDuration: 60_000,
    [jose.customFetch]: (url, options) => fetchThroughDoor(url, { ...options, body: undefined }),
  });
  return { ...libraries, configuration, keys };
}

/** What the libraries use in place of `fetch`. */
function doorFetch(context: Context) {
  return async (
    url: string,
    options: { method: string; headers: Headers | Record<string, string>; body?: unknown },
  ): Promise<Response> => {
    const { body } = options;
    const answer = await context.doors.services.request(url, {
      purpose: 'identity provider: sign-in',
      method: options.method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(new Headers(options.headers)),
      body: body === undefined || body === null ? null : String(body),
      maximumBytes: 500_000,
    });
    if (!answer.ok) throw new Unreachable(answer.detail);
    const isEmpty = answer.status === 204 || answer.status === 205 || answer.status === 304;
    return new Response(isEmpty ? null : answer.text, { status: answer.status, headers: answer.headers });
  };
}

/** The provider could not be asked: nobody's fault who wants to sign in. */
class Unreachable extends Error {}

/** What the library found, as codes for the log: its own say less than its words, and another version of it may have others. */
const found: [RegExp, string][] = [
  [/"alg"/, 'id_token_algorithm'],
  [/signature verification failed/, 'id_token_signature'],
  [/timestamp/, 'id_token_time'],
  [/"aud"/, 'id_token_audience'],
  [/"nonce"|ID Token "nonce"/, 'id_token_nonce'],
  [/response parameter "iss"|"iss" \(issuer\) response parameter/, 'answer_issuer'],
  [/JWT "iss"/, 'id_token_issuer'],
  [/"response" body "sub"/, 'userinfo_subject'],
  [/"sub" \(subject\) claim missing/, 'id_token_subject'],
];

/** What went wrong at or with a provider: a code for the log and what lies behind it. */
export function faultOf(error: unknown): {
  code: string;
  unreachable: boolean;
  provider: string | null;
  detail: string;
} {
  const fault = readFault(error);
  const named = fault.code.startsWith('OAUTH_') && found.find(([words]) => words.test(fault.detail));
  return named ? { ...fault, code: named[1] } : fault;
}

function readFault(error: unknown): ReturnType<typeof faultOf> {
  let current: unknown = error;
  let code = 'unknown';
  let provider: string | null = null;
  const details: string[] = [];
  for (let depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if (current instanceof Unreachable)
      return { code: 'unreachable', unreachable: true, provider, detail: current.message };
    if ('code' in current && typeof current.code === 'string' && code === 'unknown') code = current.code;
    if ('error' in current && typeof current.error === 'string') provider = current.error.slice(0, 60);
    details.push(current.message);
    const status: unknown = 'status' in current ? current.status : undefined;
    if (typeof status === 'number' && status >= 500)
      return { code, unreachable: true, provider, detail: details.join(': ').slice(0, 300) };
    current = current.cause;
  }
  return { code, unreachable: false, provider, detail: details.join(': ').slice(0, 300) };
}
