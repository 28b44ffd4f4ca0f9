import { generateKeyPairSync } from 'node:crypto';
import { signRequest as fedifySign, verifyRequest as fedifyVerify, importJwk } from '@fedify/fedify';
import { CryptographicKey } from '@fedify/vocab';
import { Temporal as polyfill } from '@js-temporal/polyfill';
import { describe, expect, it } from 'vitest';
import { parseSignature, type SignatureForm, signRequest, verifySignature } from './signatures.ts';

// Fedify as oracle: what one side signs, the other must accept.
const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keyId = 'https://council.example/people/1#main-key';
const url = 'https://department.example/inbox';
const now = new Date('2026-11-21T12:00:00.000Z');
const currentTime = polyfill.Instant.from(now.toISOString()) as unknown as Temporal.Instant;
const body = JSON.stringify({ type: 'Create', content: 'Grüße' });

const publicKey = await importJwk({ ...keyPair.publicKey.export({ format: 'jwk' }), alg: 'RS256' }, 'public');
const privateKey = await importJwk({ ...keyPair.privateKey.export({ format: 'jwk' }), alg: 'RS256' }, 'private');
const cached = new CryptographicKey({
  id: new URL(keyId),
  owner: new URL('https://council.example/people/1'),
  publicKey,
});
const keyCache = { get: async () => cached, set: async () => {} };
const refuseToFetch = async (address: string): Promise<never> => {
  throw new Error(`fetched ${address}`);
};

describe.each<SignatureForm>(['draft-cavage', 'rfc9421'])('%s', (form) => {
  it.each([
    ['POST', body],
    ['GET', null],
  ])('%s signed here verifies in Fedify', async (method, sentBody) => {
    const headers = await signRequest({
      method,
      url,
      headers: {
        accept: 'application/activity+json',
        'content-type': 'application/activity+json',
        'collection-synchronization': 'collectionId="https://council.example/groups/1/followers", digest="00"',
      },
      body: sentBody,
      key: { id: keyId, privateKey: keyPair.privateKey },
      form,
      now,
    });
    const options = { keyCache, currentTime, documentLoader: refuseToFetch, contextLoader: refuseToFetch };
    expect(await fedifyVerify(new Request(url, { method, headers, body: sentBody }), options)).toBe(cached);
    const forged = new Headers({ ...headers, 'collection-synchronization': 'digest="ff"' });
    expect(
      await fedifyVerify(new Request(url, { method, headers: forged, body: sentBody }), options),
      'a digest put in on the way',
    ).toBeNull();
    const changed = new Headers(headers);
    changed.set('date', new Date(now.getTime() + 1000).toUTCString());
    changed.set('signature-input', (headers['signature-input'] ?? '').replace(/created=\d+/, 'created=1795262401'));
    expect(await fedifyVerify(new Request(url, { method, headers: changed, body: sentBody }), options)).toBeNull();
  });

  it.each([
    ['POST', body],
    ['GET', null],
  ])('%s signed by Fedify verifies here', async (method, sentBody) => {
    const unsigned = new Request(url, {
      method,
      headers: { 'content-type': 'application/activity+json' },
      body: sentBody,
    });
    const spec = form === 'rfc9421' ? 'rfc9421' : 'draft-cavage-http-signatures-12';
    const { headers } = await fedifySign(unsigned, privateKey, new URL(keyId), { spec, currentTime });
    const parsed = parseSignature(headers);
    expect(parsed).toMatchObject({ ok: true, form, keyId });
    if (!parsed.ok) return;
    const arrived = { method, url, headers, body: sentBody };
    const options = { now, ownHosts: ['department.example'] };
    expect(verifySignature(arrived, parsed, keyPair.publicKey, options)).toEqual({ ok: true });
    expect(verifySignature({ ...arrived, url: `${url}/other` }, parsed, keyPair.publicKey, options)).toMatchObject({
      code: 'signature_invalid',
    });
  });
});
