import { createHash, createVerify, generateKeyPairSync, verify } from 'node:crypto';
import type http from 'node:http';
import { isObject, type Json, type JsonObject } from '@joinery/core';
import {
  activityStreams,
  type RawAnswer,
  type Rogue,
  type RogueActor,
  rsaKeys,
  type SendOptions,
  startRogue,
  type Target,
} from '../harness/rogue.ts';

/** A delivery as the server took it: who signed, in which form, and what. */
type Delivery = { form: 'rfc9421' | 'draft-cavage'; keyId: string; activity: JsonObject };

/**
 * A server of other software on loopback: serves actors and objects in that software's shapes, reads our actors with its own signature, and
 * verifies what we deliver by the text of the standards, with nothing of ours.
 */
export type FediverseServer = AsyncDisposable & {
  rogue: Rogue;
  origin: string;
  /** Serves a document at its own address. */
  serve: (document: JsonObject) => JsonObject;
  actor: (path: string, document: JsonObject) => RogueActor;
  send: (by: RogueActor, activity: JsonObject, options?: SendOptions) => Promise<RawAnswer>;
  /** A signed fetch of a document of ours. */
  read: (by: RogueActor, url: string) => Promise<JsonObject>;
  /** Everything delivered and rightly signed, in order. */
  delivered: Delivery[];
  /** Why a delivery was refused. */
  refused: string[];
  /** Takes what was delivered until now out of `delivered`. */
  take: () => JsonObject[];
};

type Options = {
  to: Target;
  /** Signature forms that it understands; NodeBB and older Mastodon know draft-cavage only. */
  understands?: ('rfc9421' | 'draft-cavage')[];
  /** Form that it signs in. */
  signs?: 'rfc9421' | 'draft-cavage';
};

/** Starts a server of other software that federates with one of our nodes. */
export async function startServer(options: Options): Promise<FediverseServer> {
  const { to, understands = ['draft-cavage', 'rfc9421'], signs = 'draft-cavage' } = options;
  const rogue = await startRogue();
  const keys = rsaKeys();
  const delivered: Delivery[] = [];
  const refused: string[] = [];
  const proofKeys = generateKeyPairSync('ed25519');
  const serve = (document: JsonObject) => {
    rogue.serve(new URL(String(document.id)).pathname, { '@context': activityStreams, ...document });
    return document;
  };
  const actor: FediverseServer['actor'] = (path, document) => {
    const uri = `${rogue.origin}${path}`;
    const keyId = `${uri}#${path.includes('/uid/') || path.includes('/category/') ? 'key' : 'main-key'}`;
    const publicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const whole = {
      '@context': [activityStreams, 'https://w3id.org/security/v1'],
      id: uri,
      inbox: `${uri}/inbox`,
      outbox: `${uri}/outbox`,
      endpoints: { sharedInbox: `${rogue.origin}/inbox` },
      publicKey: { id: keyId, owner: uri, publicKeyPem },
      ...document,
    };
    rogue.serve(path, whole);
    return { uri, keyId, keys, proofKeys, document: whole };
  };
  const reader = actor('/actor', { type: 'Application', preferredUsername: 'instance.actor' });
  const read: FediverseServer['read'] = async (by, url) => {
    const { pathname, search } = new URL(url);
    const answer = await rogue.get(to, by, `${pathname}${search}`, { form: signs });
    if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as JsonObject;
  };
  const pems = new Map<string, string>();
  const pemOf = async (keyId: string) => {
    const known = pems.get(keyId);
    if (known) return known;
    const owner = await read(reader, keyId.replace(/#.*$/, ''));
    const key = isObject(owner.publicKey) ? owner.publicKey : {};
    if (key.id !== keyId || key.owner !== owner.id) throw new Error(`${keyId} is not the key of its owner`);
    pems.set(keyId, String(key.publicKeyPem));
    return String(key.publicKeyPem);
  };
  const takeIn: http.RequestListener = (request, response) => {
    const { headers } = request;
    const body = rogue.requests.at(-1)?.body ?? '';
    const form = headers['signature-input'] ? 'rfc9421' : 'draft-cavage';
    const refuse = (why: string) => {
      refused.push(why);
      response.statusCode = 401;
      response.end();
    };
    if (!understands.includes(form)) return refuse(`${form} is not understood`);
    const verifying = form === 'rfc9421' ? verifyRfc9421 : verifyCavage;
    verifying({ headers, body, path: request.url ?? '', origin: rogue.origin }, pemOf).then(
      (keyId) => {
        delivered.push({ form, keyId, activity: JSON.parse(body) as JsonObject });
        response.statusCode = 202;
        response.end();
      },
      (error) => refuse(String(error)),
    );
  };
  rogue.serve('/inbox', takeIn);
  return {
    rogue,
    origin: rogue.origin,
    serve,
    actor,
    send: (by, activity, sendOptions) => rogue.send(to, by, activity, { form: signs, ...sendOptions }),
    read,
    delivered,
    refused,
    take: () => delivered.splice(0).map((delivery) => delivery.activity),
    [Symbol.asyncDispose]: () => rogue[Symbol.asyncDispose](),
  };
}

type Signed = { headers: http.IncomingHttpHeaders; body: string; path: string; origin: string };
type PemOf = (keyId: string) => Promise<string>;

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

/** As Mastodon and NodeBB read it: target, host, date and digest signed with RSA and SHA-256. @returns the id of the key @throws when it does not hold */
async function verifyCavage({ headers, body, path }: Signed, pemOf: PemOf): Promise<string> {
  const parameters = Object.fromEntries(
    [...String(headers.signature).matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>;
  const names = (parameters.headers ?? '').split(' ');
  for (const name of ['(request-target)', 'host', 'date', 'digest'])
    if (!names.includes(name)) throw new Error(`${name} is not signed`);
  if (headers.digest !== `SHA-256=${sha256(body)}`) throw new Error('the digest is wrong');
  const text = names
    .map((name) => `${name}: ${name === '(request-target)' ? `post ${path}` : headers[name]}`)
    .join('\n');
  const pem = await pemOf(parameters.keyId ?? '');
  if (
    !createVerify('sha256')
      .update(text)
      .verify(pem, parameters.signature ?? '', 'base64')
  )
    throw new Error('the signature does not hold');
  return parameters.keyId ?? '';
}

/** RFC 9421 with the components that Mastodon asks for. @returns the id of the key @throws when it does not hold */
async function verifyRfc9421({ headers, body, path, origin }: Signed, pemOf: PemOf): Promise<string> {
  const [, label, input = ''] = /^([\w-]+)=(.*)$/.exec(String(headers['signature-input'])) ?? [];
  const components = [...(/^\(([^)]*)\)/.exec(input)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');
  for (const name of ['@method', '@target-uri', 'content-digest'])
    if (!components.includes(name)) throw new Error(`${name} is not signed`);
  if (!String(headers['content-digest']).includes(`sha-256=:${sha256(body)}:`)) throw new Error('the digest is wrong');
  const derived: Record<string, string> = {
    '@method': 'POST',
    '@target-uri': `${origin}${path}`,
    '@authority': new URL(origin).host,
    '@path': path,
  };
  const lines = components.map((name) => `"${name}": ${derived[name] ?? headers[name]}`);
  const text = [...lines, `"@signature-params": ${input}`].join('\n');
  const keyId = /;keyid="([^"]+)"/.exec(input)?.[1] ?? '';
  const [, value = ''] = new RegExp(`${label}=:([^:]+):`).exec(String(headers.signature)) ?? [];
  if (!verify('sha256', Buffer.from(text), await pemOf(keyId), Buffer.from(value, 'base64')))
    throw new Error('the signature does not hold');
  return keyId;
}

/** The embedded object of a member. */
export function inside(value: Json | undefined): JsonObject {
  if (value === undefined || !isObject(value)) throw new Error(`There is no object in ${JSON.stringify(value)}`);
  return value;
}
