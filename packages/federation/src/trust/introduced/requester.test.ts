import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseSignature, signRequest } from '../../signatures.ts';
import type { TrustList } from '../trust.ts';
import { provenIntroduction } from './requester.ts';

const origin = 'https://city.example';
const own = 'https://borough.example';
const [fraud, other] = [{ uri: 'https://one.example/groups/1' }, { uri: 'https://two.example/groups/2' }];
const now = new Date('2026-11-22T09:00:00Z');

const [city, impostor, unknown] = [0, 1, 2].map(() => generateKeyPairSync('ed25519')) as [Pair, Pair, Pair];
type Pair = { publicKey: KeyObject; privateKey: KeyObject };

/** Two groups introduce the same node, each with a key of its own: whoever hosts the second may have made that one up. */
const trust = {
  introductionsOf: () =>
    [
      { group: fraud, key: city.publicKey },
      { group: other, key: impostor.publicKey },
    ].map(({ group, key }) => ({ group: group.uri, host: '', origin, agency: 'City', key, refused: false })),
  mayFederate: () => ({ allowed: true, reason: 'allowed' }),
  mayRead: () => ({ allowed: true, reason: 'introduced' }),
} as unknown as TrustList;

async function ask(path: string, { privateKey }: Pair) {
  const key = { id: `${origin}/node#key`, privateKey };
  const url = `${own}${path}`;
  const headers = new Headers(
    await signRequest({ method: 'GET', url, headers: {}, body: null, key, form: 'rfc9421', now }),
  );
  const parsed = parseSignature(headers);
  if (!parsed.ok) throw new Error(parsed.code);
  const options = { now, ownHosts: ['borough.example'] };
  return provenIntroduction(trust, origin, { method: 'GET', url, headers, body: null }, parsed, options)?.trust;
}

it('An introduced node reads in the groups that vouch for the very key it signs with, and in no other that names it with another key', async () => {
  for (const [pair, reads] of [
    [city, [true, false]],
    [impostor, [false, true]],
  ] as const) {
    const proven = await ask('/posts/1', pair);
    expect([fraud, other].map((group) => proven?.mayRead?.(origin, group, 'out').allowed)).toEqual(reads);
    expect(proven?.mayRead?.('https://elsewhere.example', reads[0] ? fraud : other, 'out').allowed).toBe(false);
    expect(proven?.mayFederate(origin, null, 'out').allowed).toBe(false);
  }
  expect(await ask('/posts/1', unknown)).toBeUndefined();
});

it('It is known where an item is asked for, and nowhere else', async () => {
  for (const path of ['/posts/1', '/activities/1', '/files/1']) expect(await ask(path, city), path).toBeDefined();
  for (const path of ['/node', '/node/groups', '/groups/1', '/people/1', '/inbox', '/streams', '/x/posts/1'])
    expect(await ask(path, city), path).toBeUndefined();
});
