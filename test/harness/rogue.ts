import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '@joinery/core';
import { encodeMultikey } from '../../packages/federation/src/multikey.ts';
import { createProof } from '../../packages/federation/src/proof.ts';
import { type SignatureForm, signRequest } from '../../packages/federation/src/signatures.ts';

export const activityStreams = 'https://www.w3.org/ns/activitystreams';
const activityType = 'application/activity+json';

export type Keys = { publicKey: KeyObject; privateKey: KeyObject };
export const rsaKeys = (bits = 2048): Keys => generateKeyPairSync('rsa', { modulusLength: bits });

/** An actor that a rogue node serves. Change `document` to make it lie. */
export type RogueActor = { uri: string; keyId: string; keys: Keys; proofKeys: Keys; document: JsonObject };

/** What came back. */
export type RawAnswer = {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** Of the problem document, when it is one. */
  code: string | null;
  milliseconds: number;
};

/** A request exactly as given; nothing is added but what HTTP needs. `target` is the node that it goes to. */
export type RawRequest = {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | null;
  /** Sent without Content-Length. */
  chunked?: boolean;
};

export type SendOptions = {
  form?: SignatureForm;
  path?: string;
  now?: Date;
  keyId?: string;
  key?: KeyObject;
  /** Text to send in place of the activity, as it stands. */
  text?: string;
  /** Sent besides, and signed where a signature covers them. */
  headers?: Record<string, string>;
  /** Changes request and headers after they were signed. */
  tamper?: (request: RawRequest & { headers: Record<string, string>; body: string }) => void;
};

/** Another node as a test needs it: serves what it was told to, honest or not, signs in both forms, and remembers every request it got. */
export type Rogue = AsyncDisposable & {
  origin: string;
  requests: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[];
  /** TCP connections so far. */
  connections: () => number;
  actor: (name: string, change?: JsonObject, keys?: Keys) => RogueActor;
  /** Serves a document, or anything, at a path. */
  serve: (path: string, answer: JsonObject | http.RequestListener) => string;
  /** Signs an activity and posts it. */
  send: (to: Target, by: RogueActor, activity: JsonObject, options?: SendOptions) => Promise<RawAnswer>;
  /** Fetches as `by`, signed. */
  get: (to: Target, by: RogueActor, path: string, options?: SendOptions) => Promise<RawAnswer>;
  /** Makes an id on this node that was not used before. */
  id: (path: string) => string;
};

export type Target = { origin: string; port: number | null };

/** Sends one request as it is. */
export function raw(to: Target, request: RawRequest): Promise<RawAnswer> {
  const { method, path, headers = {}, body = null, chunked = false } = request;
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const length = body === null || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = http.request({
      host: '127.0.0.1',
      port: to.port ?? undefined,
      method,
      path,
      agent: false,
      headers: { host: new URL(to.origin).host, ...length, ...headers },
    });
    let answered = false;
    outgoing.on('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          code: codeIn(text),
          milliseconds: performance.now() - start,
        });
        outgoing.destroy();
      });
    });
    // A refused body may be cut off after the answer has come.
    outgoing.on('error', (error) => (answered ? undefined : reject(error)));
    outgoing.end(body ?? undefined);
  });
}

function codeIn(text: string): string | null {
  try {
    const code = (JSON.parse(text) as { code?: unknown }).code;
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}

/** Starts a rogue node on a free loopback port. */
export async function startRogue(): Promise<Rogue> {
  const served = new Map<string, JsonObject | http.RequestListener>();
  const requests: Rogue['requests'] = [];
  const [rsa, ed25519] = [rsaKeys(), generateKeyPairSync('ed25519')];
  let connections = 0;
  let lastId = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      const answer = served.get(url) ?? served.get(url.split('?')[0] ?? '');
      if (typeof answer === 'function') return answer(request, response);
      if (answer) {
        response.setHeader('content-type', activityType);
        return response.end(JSON.stringify(answer));
      }
      response.statusCode = method === 'POST' && url.endsWith('inbox') ? 202 : 404;
      response.end();
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const serve: Rogue['serve'] = (path, answer) => {
    served.set(path, answer);
    return `${origin}${path}`;
  };
  const actor: Rogue['actor'] = (name, change = {}, keys = rsa) => {
    const uri = `${origin}/users/${name}`;
    const keyId = `${uri}#main-key`;
    const document: JsonObject = {
      '@context': [activityStreams, 'https://w3id.org/security/v1'],
      id: uri,
      type: 'Person',
      preferredUsername: name,
      name,
      inbox: `${uri}/inbox`,
      outbox: `${uri}/outbox`,
      endpoints: { sharedInbox: `${origin}/inbox` },
      publicKey: {
        id: keyId,
        owner: uri,
        publicKeyPem: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      },
      assertionMethod: [
        {
          id: `${uri}#ed25519-key`,
          type: 'Multikey',
          controller: uri,
          publicKeyMultibase: encodeMultikey(ed25519.publicKey),
        },
      ],
      ...change,
    };
    serve(`/users/${name}`, document);
    return { uri, keyId, keys, proofKeys: ed25519, document };
  };
  const signed = async (
    to: Target,
    by: RogueActor,
    request: { method: string; path: string; body: string | null; headers: Record<string, string> },
    { form = 'rfc9421', now = new Date(), keyId = by.keyId, key = by.keys.privateKey, tamper }: SendOptions,
  ) => {
    const headers = await signRequest({
      method: request.method,
      url: `${to.origin}${request.path}`,
      headers: request.headers,
      body: request.body,
      key: { id: keyId, privateKey: key },
      form,
      now,
    });
    const ready = { ...request, headers, body: request.body ?? '' };
    tamper?.(ready);
    return raw(to, { ...ready, body: ready.body === '' ? null : ready.body });
  };
  return {
    origin,
    requests,
    connections: () => connections,
    actor,
    serve,
    id: (path) => `${origin}${path}/${++lastId}`,
    send: (to, by, activity, options = {}) => {
      const body = options.text ?? JSON.stringify({ '@context': activityStreams, ...activity });
      const headers = { 'content-type': activityType, ...options.headers };
      return signed(to, by, { method: 'POST', path: options.path ?? '/inbox', body, headers }, options);
    },
    get: (to, by, path, options = {}) =>
      signed(to, by, { method: 'GET', path, body: null, headers: { accept: activityType } }, options),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The document with an FEP-8b32 proof by the actor's own key, or by another one. */
export function proven(document: JsonObject, by: RogueActor, privateKey = by.proofKeys.privateKey): JsonObject {
  const whole = { '@context': [activityStreams, 'https://w3id.org/security/data-integrity/v1'], ...document };
  const proof = createProof(whole, { verificationMethod: `${by.uri}#ed25519-key`, privateKey, created: new Date() });
  return { ...whole, proof };
}
