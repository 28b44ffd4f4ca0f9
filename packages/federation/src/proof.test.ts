import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { importJwk, signObject, verifyObject } from '@fedify/fedify';
import { Create, Multikey, Note } from '@fedify/vocab';
import type { JsonObject } from '@joinery/core';
import { Temporal as polyfill } from '@js-temporal/polyfill';
import { describe, expect, it } from 'vitest';
import { decodeBase58, decodeMultikey } from './multikey.ts';
import { createProof, readProof, verifyProof } from './proof.ts';

const keys = generateKeyPairSync('ed25519');
const alice = 'https://council.example/people/1';
const verificationMethod = `${alice}#ed25519-key`;
const created = new Date('2026-11-21T12:00:00.120Z');
const options = { verificationMethod, privateKey: keys.privateKey, created };
const document: JsonObject = {
  '@context': [
    'https://www.w3.org/ns/activitystreams',
    'https://w3id.org/security/data-integrity/v1',
    { joinery: 'urn:joinery:ns#' },
  ],
  id: 'https://council.example/activities/1',
  type: 'Create',
  actor: alice,
  'joinery:seq': 7,
  object: {
    id: 'https://council.example/posts/1',
    type: 'Note',
    attributedTo: alice,
    content: 'Grüße',
    latitude: 25.27,
    tag: null,
  },
};
const proven: JsonObject = { ...document, proof: createProof(document, options) };

describe('a proof', () => {
  it('verifies with its key, in any order of keys', () => {
    expect(verifyProof(proven, keys.publicKey)).toBe(true);
    expect(verifyProof(Object.fromEntries(Object.entries(proven).reverse()), keys.publicKey)).toBe(true);
    expect(readProof(proven)).toEqual({ verificationMethod, created: '2026-11-21T12:00:00Z' });
  });

  it('is found among several', () => {
    const other = { type: 'DataIntegrityProof', cryptosuite: 'ecdsa-jcs-2019' };
    expect(verifyProof({ ...proven, proof: [null, other, proven.proof ?? null] }, keys.publicKey)).toBe(true);
  });

  it('fails when anything in the document or in the proof was changed', () => {
    const proof = proven.proof as JsonObject;
    const object = document.object as JsonObject;
    const changed: JsonObject[] = [
      { ...proven, actor: 'https://council.example/people/2' },
      { ...proven, 'joinery:seq': 8 },
      { ...proven, object: { ...object, content: 'Gruß' } },
      { ...proven, object: { ...object, extra: 1 } },
      { ...proven, '@context': 'https://www.w3.org/ns/activitystreams' },
      { ...proven, proof: { ...proof, created: '2026-11-21T12:00:01Z' } },
      { ...proven, proof: { ...proof, verificationMethod: `${alice}#other` } },
      { ...proven, proof: { ...proof, expires: '2030-01-01T00:00:00Z' } },
      { ...proven, proof: { ...proof, proofPurpose: 'authentication' } },
      { ...proven, proof: { ...proof, cryptosuite: 'eddsa-rdfc-2022' } },
      { ...proven, proof: { ...proof, '@context': 'https://www.w3.org/ns/activitystreams' } },
      { ...proven, proof: { ...proof, proofValue: 'z' } },
      { ...proven, proof: { ...proof, proofValue: 7 } },
      { ...proven, proof: null },
      document,
    ];
    for (const one of changed) expect(verifyProof(one, keys.publicKey), JSON.stringify(one)).toBe(false);
  });

  it('fails with any other key', () => {
    expect(verifyProof(proven, generateKeyPairSync('ed25519').publicKey)).toBe(false);
    expect(verifyProof(proven, generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)).toBe(false);
  });

  it('is not made with other kinds of keys', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(() => createProof(document, { ...options, privateKey })).toThrow(TypeError);
  });
});

describe('Fedify as oracle', async () => {
  const id = new URL(verificationMethod);
  const publicKey = await importJwk(keys.publicKey.export({ format: 'jwk' }), 'public');
  const privateKey = await importJwk(keys.privateKey.export({ format: 'jwk' }), 'private');
  const multikey = new Multikey({ id, controller: new URL(alice), publicKey });
  const keyCache = { get: async () => multikey, set: async () => {} };

  it('accepts what is proven here, and refuses it when changed', async () => {
    expect(await verifyObject(Create, proven, { keyCache })).toBeInstanceOf(Create);
    expect(await verifyObject(Create, { ...proven, 'joinery:seq': 8 }, { keyCache })).toBeNull();
  });

  it('proves what is accepted here', async () => {
    const note = new Note({
      id: new URL('https://council.example/posts/1'),
      attribution: new URL(alice),
      content: 'Grüße',
    });
    const activity = new Create({
      id: new URL('https://council.example/activities/1'),
      actor: new URL(alice),
      object: note,
    });
    const instant = polyfill.Instant.from(created.toISOString()) as unknown as Temporal.Instant;
    const signed = (await (
      await signObject(activity, privateKey, id, { created: instant })
    ).toJsonLd({ format: 'compact' })) as JsonObject;
    expect(readProof(signed)).toEqual({ verificationMethod, created: '2026-11-21T12:00:00.12Z' });
    expect(verifyProof(signed, keys.publicKey)).toBe(true);
    expect(verifyProof({ ...signed, published: '2026-11-21T12:00:00Z' }, keys.publicKey)).toBe(false);
  });
});

const feature = new URL('../../../../shared/fixtures/fep/fep/8b32/fep-8b32.feature', import.meta.url);
describe.skipIf(!existsSync(feature))('the test vector of FEP-8b32', () => {
  const source = existsSync(feature) ? readFileSync(feature, 'utf8') : '';
  const [plain = {}, signed = {}, , actor = {}] = [...source.matchAll(/"""\s*(\{.*?\})\s*"""/gs)].map(
    (found) => JSON.parse(found[1] ?? '{}') as JsonObject,
  );
  const [method] = (actor.assertionMethod ?? []) as { id: string; publicKeyMultibase: string }[];

  it('verifies', () => {
    const publicKey = decodeMultikey(method?.publicKeyMultibase ?? '');
    expect(publicKey && verifyProof(signed, publicKey)).toBe(true);
  });

  it('comes out the same when made here', () => {
    const secret = decodeBase58(/secret key "(z\w+)"/.exec(source)?.[1] ?? '')?.subarray(2) ?? Buffer.alloc(0);
    const header = Buffer.from('302e020100300506032b657004220420', 'hex');
    const privateKey = createPrivateKey({ key: Buffer.concat([header, secret]), format: 'der', type: 'pkcs8' });
    const proof = createProof(plain, {
      verificationMethod: method?.id ?? '',
      privateKey,
      created: new Date('2023-02-24T23:36:38Z'),
    });
    expect(proof).toEqual(signed.proof);
  });
});
