import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  actorTokenHeader,
  issueActorToken,
  keyThumbprint,
  readActorToken,
  threadMark,
  verifyActorToken,
} from './actor-token.ts';
import { readJson } from './json.ts';

const group = 'https://ministry.example/groups/7';
const node = 'https://council.example/node';
const now = new Date('2026-11-22T08:00:00.000Z');
const groupPair = generateKeyPairSync('ed25519');
const otherGroup = generateKeyPairSync('ed25519');
const nodePair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherNode = generateKeyPairSync('rsa', { modulusLength: 2048 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const honest = {
  group,
  key: { id: `${group}#ed25519-key`, privateKey: groupPair.privateKey },
  node,
  nodeKey: nodePair.publicKey,
  version: 4,
  from: 120,
  now,
};
const expected = {
  group,
  groupKey: groupPair.publicKey,
  signer: node,
  signerKey: nodePair.publicKey,
  now,
  revokedBelow: 4,
  epoch: '' as string | null,
};

const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const instant = now.getTime() / 1_000;
const header = { alg: 'EdDSA', typ: 'joinery-actor-token+jwt' };
const claims = {
  iss: group,
  sub: node,
  cnf: { jkt: keyThumbprint(nodePair.publicKey) },
  iat: instant,
  exp: instant + 600,
  ver: 4,
  from: 120,
};

/** A token made by hand, with a right signature unless said otherwise. */
function forge(
  change: { header?: object; claims?: object; payload?: string; signWith?: (text: string) => Buffer } = {},
): string {
  const text = `${part({ ...header, ...change.header })}.${change.payload ?? part({ ...claims, ...change.claims })}`;
  const signature = (change.signWith ?? ((signed) => sign(null, Buffer.from(signed), groupPair.privateKey)))(text);
  return `${text}.${signature.toString('base64url')}`;
}

async function codeOf(token: string, change: Partial<typeof expected> = {}): Promise<string> {
  const verified = await verifyActorToken(token, { ...expected, ...change });
  return verified.ok ? 'ok' : verified.code;
}

describe('actor tokens', () => {
  it('say to the end which node may read what of which group, and are bound to its key', async () => {
    expect(await verifyActorToken(await issueActorToken(honest), expected)).toEqual({
      ok: true,
      claims: {
        group,
        node,
        thumbprint: keyThumbprint(nodePair.publicKey),
        issuedAt: instant,
        expiresAt: instant + 600,
        version: 4,
        epoch: '',
        from: 120,
        runs: false,
        began: Array(8).fill(expect.any(String)),
      },
    });
    expect(await codeOf(forge())).toBe('ok');
  });

  it('mark threads that people of the node began, so that nobody else sees which, how many, or whether there is any', async () => {
    const threads = Array.from({ length: 25 }, (_, number) => `https://council.example/posts/${number}`);
    const marksIn = async (began?: string[], later = 0) => {
      const token = await issueActorToken({ ...honest, now: at(later), ...(began ? { began } : {}) });
      const verified = await verifyActorToken(token, { ...expected, now: at(later) });
      if (!verified.ok) throw new Error(verified.code);
      const { claims } = verified;
      const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
      // What nodes of earlier releases read at most.
      expect(readJson(text, { maximumBytes: 6_000, maximumDepth: 3, maximumValues: 40 }).ok).toBe(true);
      return { ...claims, found: threads.filter((thread) => claims.began.includes(threadMark(claims, thread))) };
    };
    for (const [many, size] of [
      [0, 8],
      [1, 8],
      [8, 8],
      [9, 16],
      [17, 24],
      [25, 24],
    ] as const) {
      const { began, found } = await marksIn(threads.slice(0, many));
      expect([many, began.length, found]).toEqual([many, size, threads.slice(0, Math.min(many, 24))]);
      for (const mark of began) expect(mark).toMatch(/^[\w-]{16}$/);
      expect(began).toEqual([...began].sort());
    }
    expect((await marksIn()).began).toHaveLength(8);
    // Two tokens for the same thread have nothing in common.
    const [one, other] = [await marksIn(threads.slice(0, 1)), await marksIn(threads.slice(0, 1), 1)];
    expect(one.began.filter((mark) => other.began.includes(mark))).toEqual([]);
    expect(await codeOf(forge({ claims: { beg: Array(100).fill('A'.repeat(16)) } }))).toBe('ok');
    expect(await codeOf(forge({ claims: { beg: Array(101).fill('A'.repeat(16)) } }))).toBe('token_malformed');
  });

  it('are signed tokens that other software verifies (RFC 7515), with the thumbprint of RFC 7638', async () => {
    const { protectedHeader } = await compactVerify(await issueActorToken(honest), groupPair.publicKey);
    expect(protectedHeader).toEqual({ ...header, kid: `${group}#ed25519-key` });
    for (const { publicKey } of [nodePair, groupPair])
      expect(keyThumbprint(publicKey)).toBe(await calculateJwkThumbprint(publicKey.export({ format: 'jwk' })));
  });

  it('are not issued with a key that cannot be pinned', async () => {
    const key = { id: honest.key.id, privateKey: nodePair.privateKey };
    await expect(issueActorToken({ ...honest, key })).rejects.toThrow(TypeError);
  });

  it.each([
    ['nothing', ''],
    ['words', 'let me in'],
    ['two parts', 'YQ.YQ'],
    ['four parts', `${part(header)}.${part(claims)}.YQ.YQ`],
    ['other letters', `${part(header)}.${part(claims)}.+/==`],
    ['a JWS as JSON', JSON.stringify({ payload: part(claims), protected: part(header), signature: 'YQ' })],
    ['a header that is a list', `${part([header])}.${part(claims)}.YQ`],
    ['claims that are no JSON', forge({ payload: Buffer.from('{').toString('base64url') })],
    ['claims that are a list', forge({ payload: part([claims]) })],
    [
      'a claim twice',
      forge({ payload: Buffer.from(`{"ver":9,${JSON.stringify(claims).slice(1)}`).toString('base64url') }),
    ],
    [
      'claims that poison objects',
      forge({ payload: Buffer.from(`{"__proto__":{},${JSON.stringify(claims).slice(1)}`).toString('base64url') }),
    ],
    ['a version below nought', forge({ claims: { ver: -1 } })],
    ['a version that is text', forge({ claims: { ver: '4' } })],
    [
      'an end beyond all numbers',
      forge({ payload: Buffer.from(JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e400')).toString('base64url') }),
    ],
    ['half a second', forge({ claims: { iat: instant + 0.5 } })],
    ['no key', forge({ claims: { cnf: undefined } })],
    [
      'a key instead of its thumbprint',
      forge({ claims: { cnf: { jwk: nodePair.publicKey.export({ format: 'jwk' }) } } }),
    ],
    ['several groups', forge({ claims: { iss: [group] } })],
    ['people by their addresses', forge({ claims: { beg: [`${node}/people/1`] } })],
    ['people without end', forge({ claims: { beg: Array(101).fill('A'.repeat(16)) } })],
  ])('are refused when they are %s', async (_, token) => expect(await codeOf(token)).toBe('token_malformed'));

  it.each([
    ['alg none', forge({ header: { alg: 'none' }, signWith: () => Buffer.alloc(0) })],
    ['alg NonE', forge({ header: { alg: 'NonE' }, signWith: () => Buffer.alloc(0) })],
    [
      'HS256 with the public key as secret',
      forge({
        header: { alg: 'HS256' },
        signWith: (text) =>
          createHmac('sha256', groupPair.publicKey.export({ type: 'spki', format: 'pem' }))
            .update(text)
            .digest(),
      }),
    ],
    [
      'RS256',
      forge({ header: { alg: 'RS256' }, signWith: (text) => sign('sha256', Buffer.from(text), nodePair.privateKey) }),
    ],
    [
      'ES256',
      forge({
        header: { alg: 'ES256' },
        signWith: (text) => sign('sha256', Buffer.from(text), { key: elliptic.privateKey, dsaEncoding: 'ieee-p1363' }),
      }),
    ],
    ['several algorithms', forge({ header: { alg: ['EdDSA'] } })],
    [
      'a key of its own (jwk)',
      forge({ header: { jwk: otherGroup.publicKey.export({ format: 'jwk' }) }, signWith: by(otherGroup.privateKey) }),
    ],
    ['a certificate of its own (x5c)', forge({ header: { x5c: ['MIIB'] } })],
    ['an address of keys (jku)', forge({ header: { jku: 'https://stranger.example/keys' } })],
    ['an address of a certificate (x5u)', forge({ header: { x5u: 'https://stranger.example/key' } })],
    ['an extension to understand (crit)', forge({ header: { crit: ['exp'], exp: 1 } })],
    ['a payload that is not encoded (b64)', forge({ header: { b64: false, crit: ['b64'] } })],
    ['a compressed payload (zip)', forge({ header: { zip: 'DEF' } })],
    ['a key id that is a list', forge({ header: { kid: ['a'] } })],
  ])('are refused with %s', async (_, token) => expect(await codeOf(token)).toBe('token_algorithm'));

  it.each(['JWT', 'at+jwt', 'logout+jwt', 'application/joinery-actor-token+jwt', '', undefined])(
    'are refused as a token of the type %s',
    async (typ) => expect(await codeOf(forge({ header: { typ } }))).toBe('token_type'),
  );

  it('are refused for another group, even with its right signature', async () => {
    const other = 'https://ministry.example/groups/8';
    expect(await codeOf(await issueActorToken({ ...honest, group: other }))).toBe('token_issuer');
    expect(await codeOf(await issueActorToken({ ...honest, group: `${group}/` }))).toBe('token_issuer');
    expect(await codeOf(await issueActorToken({ ...honest, group: group.toUpperCase() }))).toBe('token_issuer');
  });

  it('are refused when anybody but the group signed them', async () => {
    expect(await codeOf(forge({ signWith: by(otherGroup.privateKey) }))).toBe('token_signature');
    expect(await codeOf(forge({ signWith: () => Buffer.alloc(0) }))).toBe('token_signature');
    expect(await codeOf(forge({ signWith: () => Buffer.alloc(64) }))).toBe('token_signature');
    const token = await issueActorToken(honest);
    const [head, , signature] = token.split('.');
    expect(await codeOf(`${head}.${part({ ...claims, from: 0 })}.${signature}`)).toBe('token_signature');
  });

  it('are refused rather than verified with a key of another kind', async () => {
    for (const groupKey of [nodePair.publicKey, elliptic.publicKey, groupPair.privateKey])
      expect(await codeOf(await issueActorToken(honest), { groupKey })).toBe('token_signature');
  });

  it('are refused when another node shows them, or shows them with another key', async () => {
    const stolen = await issueActorToken(honest);
    expect(await codeOf(stolen, { signer: 'https://stranger.example/node', signerKey: otherNode.publicKey })).toBe(
      'token_subject',
    );
    expect(await codeOf(stolen, { signerKey: otherNode.publicKey })).toBe('token_key');
    expect(await codeOf(stolen, { signerKey: groupPair.publicKey })).toBe('token_key');
  });

  it('hold for ten minutes, with the clock of signatures at their beginning and none at their end', async () => {
    const token = await issueActorToken(honest);
    expect(await codeOf(token, { now: at(-300) })).toBe('ok');
    expect(await codeOf(token, { now: at(-301) })).toBe('token_not_yet');
    expect(await codeOf(token, { now: at(599) })).toBe('ok');
    expect(await codeOf(token, { now: at(600) })).toBe('token_expired');
  });

  it('are refused when they would hold longer, or never', async () => {
    expect(await codeOf(forge({ claims: { exp: instant + 601 } }))).toBe('token_too_long');
    expect(await codeOf(forge({ claims: { exp: Number.MAX_SAFE_INTEGER } }))).toBe('token_too_long');
    expect(await codeOf(forge({ claims: { exp: instant } }))).toBe('token_too_long');
  });

  it('are refused from the moment that a higher version is known, whatever the clocks say', async () => {
    const token = await issueActorToken(honest);
    expect(await codeOf(token, { revokedBelow: 5 })).toBe('token_superseded');
    expect(await codeOf(token, { revokedBelow: 0 })).toBe('ok');
  });

  it.each([
    ['of the epoch that holds', '2026-11-22T07:00:00.000Z', 4, 'ok'],
    ['of the epoch that holds and a version that was taken', '2026-11-22T07:00:00.000Z', 3, 'token_superseded'],
    ['from before the restore, however high its version', undefined, 99, 'token_superseded'],
    ['from before an earlier restore', '2025-01-01T00:00:00.000Z', 99, 'token_superseded'],
    ['of an epoch that the node of the group never told of', '9999-01-01T00:00:00.000Z', 99, 'token_ahead'],
  ])('count epochs of the node of the group before versions: one %s', async (_, epo, ver, code) => {
    const epoch = '2026-11-22T07:00:00.000Z';
    expect(await codeOf(forge({ claims: { epo, ver } }), { epoch })).toBe(code);
    // The group's own node has just issued it.
    expect(await codeOf(forge({ claims: { epo, ver: 4 } }), { epoch: null })).toBe('ok');
  });

  it('are refused when they are too large, at once', async () => {
    const since = performance.now();
    for (const token of ['a'.repeat(1_000_000), forge({ claims: { more: 'a'.repeat(6_000) } }), '.'.repeat(900_000)])
      expect(await codeOf(token)).toBe('token_too_large');
    expect(performance.now() - since).toBeLessThan(100);
  });

  it('read a key that was kept as text', async () => {
    const groupKey = createPublicKey(groupPair.publicKey.export({ type: 'spki', format: 'pem' }));
    const signerKey = createPublicKey(nodePair.publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await codeOf(await issueActorToken(honest), { groupKey, signerKey })).toBe('ok');
  });
});

describe('readActorToken', () => {
  const read = (authorization?: string) => {
    const result = readActorToken(new Headers(authorization === undefined ? {} : { authorization }));
    return result.ok ? result.token : result.code;
  };

  it('gives what actorTokenHeader wrote, whatever the case of the scheme', () => {
    expect(read(actorTokenHeader('a.b.c').authorization)).toBe('a.b.c');
    expect(read('activitypubactortoken   a.b.c ')).toBe('a.b.c');
  });

  it('finds none where there is none', () => {
    for (const field of [undefined, '', 'Bearer a.b.c', 'Basic a', 'ActivityPubActorTokens a'])
      expect(read(field)).toBeNull();
  });

  it.each([
    'ActivityPubActorToken',
    'ActivityPubActorToken a b',
    'ActivityPubActorToken a, ActivityPubActorToken b',
    'ActivityPubActorToken a,b',
  ])('refuses %s', (field) => expect(read(field)).toBe('token_malformed'));

  it('refuses a header without end', () =>
    expect(read(`ActivityPubActorToken ${'a'.repeat(7_000)}`)).toBe('token_too_large'));
});

function by(key: KeyObject) {
  return (text: string) => sign(null, Buffer.from(text), key);
}
