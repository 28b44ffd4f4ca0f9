import { generateKeyPairSync } from 'node:crypto';
import type { JsonObject } from '@joinery/core';
import { describe, expect, it } from 'vitest';
import { guardActivity } from './guard.ts';
import { signRequest, verifySignature } from './signatures.ts';

const as = 'https://www.w3.org/ns/activitystreams';
const activity: JsonObject = {
  '@context': as,
  id: 'https://council.example/activities/1',
  type: 'Create',
  actor: 'https://council.example/people/1',
  to: 'as:Public',
  object: { id: 'https://council.example/posts/1', type: 'Note', content: 'Hello' },
};
const keyId = 'https://council.example/people/1#main-key';

function guard(
  change: JsonObject | string = {},
  options: { keyId?: string; headers?: Record<string, string>; asked?: string[]; allowed?: string } = {},
) {
  const headers = new Headers({
    'content-type': 'application/activity+json',
    signature: `keyId="${options.keyId ?? keyId}",headers="(request-target) host date digest",signature="YQ=="`,
    ...options.headers,
  });
  const body = typeof change === 'string' ? change : JSON.stringify({ ...activity, ...change });
  return guardActivity(headers, body, {
    mayReceive: (origin) => {
      options.asked?.push(origin);
      return origin === (options.allowed ?? 'https://council.example')
        ? { allowed: true, reason: 'allowed' }
        : { allowed: false, reason: 'not_listed' };
    },
  });
}

const codeOf = (result: ReturnType<typeof guard>) => (result.ok ? 'ok' : `${result.status} ${result.code}`);

describe('guardActivity', () => {
  it('lets a plain activity of an allowed node pass', () => {
    expect(guard()).toMatchObject({
      ok: true,
      activity,
      id: activity.id,
      actor: activity.actor,
      origin: 'https://council.example',
      keyId,
    });
  });

  it.each<[string, JsonObject]>([
    ['a list of one actor', { actor: ['https://council.example/people/1'] }],
    ['an actor object', { actor: { id: 'https://council.example/people/1', type: 'Person' } }],
    ['another spelling of the own host', { actor: 'https://COUNCIL.example.:443/people/1' }],
    ['unknown contexts, never fetched (case 58)', { '@context': [as, 'https://evil.example/ctx.jsonld'] }],
    ['a type nobody knows (case 62)', { type: '__proto__' }],
    ['no type (case 62)', { type: null }],
    ['odd values that real servers send', { tag: null, to: null, cc: [7], object: 12 }],
  ])('accepts %s', (_, change) => expect(codeOf(guard(change))).toBe('ok'));

  it('drops a Linked Data signature without trusting or minding it (case 17)', () => {
    const result = guard({
      signature: { type: 'RsaSignature2017', creator: keyId, signatureValue: 'x', '@graph': [] },
    });
    expect(result.ok && result.activity).toEqual(activity);
    expect(codeOf(guard({ signature: {} }, { headers: { signature: '' } }))).toBe('401 signature_missing');
  });

  it.each([
    'application/json',
    'text/plain',
    'application/ld+json',
    'application/ld+json; profile="https://evil.example"',
    'application/activity+json+evil',
    'application/octet-stream',
    '',
  ])('refuses the content type %j', (type) =>
    expect(codeOf(guard({}, { headers: { 'content-type': type } }))).toBe('415 content_type_unsupported'),
  );

  it.each([
    'application/activity+json; charset=utf-8',
    'Application/Activity+JSON',
    `application/ld+json; profile="${as}"`,
  ])('accepts the content type %j', (type) =>
    expect(codeOf(guard({}, { headers: { 'content-type': type } }))).toBe('ok'),
  );

  it.each(['gzip', 'br', 'identity, gzip'])('refuses the encoding %s', (encoding) =>
    expect(codeOf(guard({}, { headers: { 'content-encoding': encoding } }))).toBe('415 content_encoding_unsupported'),
  );

  it.each<[string, string]>([
    ['[]', '400 activity_malformed'],
    ['"x"', '400 activity_malformed'],
    ['{', '400 json_malformed'],
    [
      `{"@context":"${as}","actor":"https://council.example/people/2","actor":"https://council.example/people/1"}`,
      '400 json_duplicate_key',
    ],
    [`{"a":${'['.repeat(24)}${']'.repeat(24)}}`, '400 json_too_deep'],
    [`[${'1,'.repeat(5_000)}1]`, '400 json_too_many_values'],
    [`{"content":"${'x'.repeat(1_000_000)}"}`, '413 body_too_large'],
  ])('refuses the body %.40s', (body, code) => expect(codeOf(guard(body))).toBe(code));

  it.each<[string, JsonObject, string]>([
    ['no id', { id: null }, '400 activity_malformed'],
    ['an id that is no address', { id: 'urn:uuid:1' }, '400 activity_malformed'],
    ['no actor', { actor: null }, '400 activity_malformed'],
    [
      'two actors',
      { actor: ['https://council.example/people/1', 'https://council.example/people/2'] },
      '400 activity_malformed',
    ],
    ['an actor without id', { actor: { type: 'Person' } }, '400 activity_malformed'],
    ['no context', { '@context': null }, '400 context_missing'],
    ['a context that redefines actor', { '@context': [as, { actor: 'urn:x' }] }, '400 context_redefines_terms'],
    ['@graph', { '@graph': [] }, '400 keyword_refused'],
    ['an id of another node (case 20)', { id: 'https://victim.example/activities/7' }, '401 activity_origin_mismatch'],
    [
      'an actor of another node (case 7)',
      { id: 'https://victim.example/a/1', actor: 'https://victim.example/people/alice' },
      '401 key_origin_mismatch',
    ],
    ['another port', { actor: 'https://council.example:8443/people/1' }, '401 activity_origin_mismatch'],
    ['another scheme', { actor: 'http://council.example/people/1' }, '401 activity_origin_mismatch'],
    ['user information', { actor: 'https://council.example@evil.example/people/1' }, '400 activity_malformed'],
  ])('refuses %s', (_, change, code) => expect(codeOf(guard(change))).toBe(code));

  it.each([
    ['https://good.gov', 'ok'],
    ['https://GOOD.GOV', 'ok'],
    ['https://good.gov.', 'ok'],
    ['https://good.gov:443', 'ok'],
    ['https://good.gov:8443', '403 no_agreement'],
    ['https://gооd.gov', '403 no_agreement'],
    ['https://good.gov.evil.com', '403 no_agreement'],
    ['https://evil-good.gov', '403 no_agreement'],
    ['https://good.gov@evil.com', '403 key_address_malformed'],
    ['https://evil.com#good.gov', '403 no_agreement'],
    ['https://good.gov%2eevil.com', '403 key_address_malformed'],
    ['https://sub.good.gov', '403 no_agreement'],
    ['http://good.gov', '403 no_agreement'],
  ])('the key of %s is answered with %s (case 131)', (host, code) => {
    const key = `${host}/people/1`;
    const result = guard(
      { id: `${host}/a/1`, actor: key },
      { keyId: key.replace('gооd', 'xn--gd-fmca'), allowed: 'https://good.gov' },
    );
    expect(codeOf(result)).toBe(code);
  });

  it('asks the allow-list once, by canonical origin, before it reads the body', () => {
    const asked: string[] = [];
    const options = { keyId: 'https://STRANGER.example:443/k', asked };
    expect(codeOf(guard('not even JSON', options))).toBe('403 no_agreement');
    expect(asked).toEqual(['https://stranger.example']);
    expect(codeOf(guard({}, { asked: asked.splice(0) }))).toBe('ok');
  });

  it('hears what a node dropped for a while after its agreement ended, in few words', () => {
    const hear = (change: object, isLately = true) =>
      guardActivity(
        new Headers({
          'content-type': 'application/activity+json',
          signature: `keyId="${keyId}",headers="(request-target) host date digest",signature="YQ=="`,
        }),
        JSON.stringify({ ...activity, type: 'Leave', ...change }),
        {
          mayReceive: () => ({ allowed: false, reason: 'suspended', since: '2026-11-01T09:00:00.000Z' }),
          isReceipt: ({ type }) => type === 'Leave',
          isLately: () => isLately,
        },
      );
    expect(hear({})).toMatchObject({ ok: true });
    expect(hear({ type: 'Create' })).toMatchObject({ code: 'no_agreement' });
    expect(hear({}, false)).toMatchObject({ code: 'no_agreement' });
    expect(hear({ content: 'a'.repeat(9_000) })).toMatchObject({ code: 'no_agreement' });
  });

  it('refuses a large unsigned body within milliseconds (case 84)', () => {
    const body = `[${'{"a":1},'.repeat(600_000)}1]`;
    const start = performance.now();
    expect(codeOf(guard(body, { headers: { signature: '' } }))).toBe('413 body_too_large');
    expect(codeOf(guard(body.slice(0, 999_999), { headers: { signature: '' } }))).toBe('401 signature_missing');
    expect(performance.now() - start).toBeLessThan(20);
  });

  it('hands on what the verification needs', async () => {
    const keys = generateKeyPairSync('ed25519');
    const now = new Date();
    const url = 'https://department.example/inbox';
    const body = JSON.stringify(activity);
    const headers = await signRequest({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/activity+json' },
      body,
      key: { id: keyId, privateKey: keys.privateKey },
      form: 'rfc9421',
      now,
    });
    const guarded = guardActivity(new Headers(headers), body, {
      mayReceive: () => ({ allowed: true, reason: 'allowed' }),
    });
    expect(guarded.ok).toBe(true);
    if (!guarded.ok) return;
    const arrived = { method: 'POST', url, headers: new Headers(headers), body };
    expect(
      verifySignature(arrived, guarded.signature, keys.publicKey, { now, ownHosts: ['department.example'] }),
    ).toEqual({ ok: true });
  });
});
