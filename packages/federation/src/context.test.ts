import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { preloadedContexts } from '@fedify/vocab-runtime';
import { isObject, type Json, type JsonObject } from '@joinery/core';
import { describe, expect, it } from 'vitest';
import { activityStreamsTerms, checkDocument } from './context.ts';
import { readJson } from './json.ts';

const as = 'https://www.w3.org/ns/activitystreams';
const check = (document: JsonObject) => checkDocument(document)?.code ?? 'ok';
const inline = (...contexts: Json[]) => check({ '@context': [as, ...contexts], type: 'Create' });

describe('contexts', () => {
  it.each([
    as,
    [as],
    ['https://w3id.org/security/v1', as],
    [as, 'https://evil.example/context.jsonld'],
    `${as}#`,
    as.replace('https', 'http'),
  ])('are accepted when they name ActivityStreams: %j', (context) => expect(check({ '@context': context })).toBe('ok'));

  it.each([null, [], 'https://join-lemmy.org/context.json', { '@vocab': `${as}#` }, `${as}/evil`])(
    'are refused when they do not: %j',
    (context) => expect(check({ '@context': context })).toBe('context_missing'),
  );

  it.each<[Json]>([
    [{ sensitive: 'as:sensitive', Hashtag: 'as:Hashtag', manuallyApprovesFollowers: 'as:manuallyApprovesFollowers' }],
    [
      {
        likes: { '@id': 'as:likes', '@type': '@id' },
        to: { '@id': `${as}#to` },
        id: '@id',
        type: '@type',
        as: `${as}#`,
      },
    ],
    [
      {
        toot: 'http://joinmastodon.org/ns#',
        focalPoint: { '@container': '@list', '@id': 'toot:focalPoint' },
        '@language': 'und',
      },
    ],
    [{ sc: 'http://schema.org#', location: { '@id': 'sc:location', '@type': 'sc:Place' } }],
    [{ inbox: { '@id': 'http://www.w3.org/ns/ldp#inbox' }, '@vocab': 'urn:joinery:ns#' }],
  ])('may add terms, and repeat those of ActivityStreams: %j', (context) => expect(inline(context)).toBe('ok'));

  it.each<[Json]>([
    [{ actor: 'https://evil.example/ns#actor' }],
    [{ actor: 'as:object' }],
    [{ object: null }],
    [{ object: { '@type': '@id' } }],
    [{ as: 'https://evil.example/ns#' }],
    [{ as: 'https://evil.example/ns#', actor: 'as:actor' }],
    [{ id: '@type' }],
    [{ type: 'as:type' }],
    [{ content: '@id' }],
    [{ x: { '@id': 'urn:x', '@context': { actor: 'urn:x' } } }],
  ])('may not give a term of ActivityStreams another meaning: %j', (context) => {
    expect(inline(context)).toBe('context_redefines_terms');
    expect(check({ '@context': as, object: [{ object: { '@context': [context] } }] })).toBe('context_redefines_terms');
  });

  it('know every term of the normative context', () => {
    const normative = preloadedContexts[as] as { '@context': Record<string, string | { '@id': string }> };
    const others = new Set(['@vocab', 'xsd', 'ldp', 'vcard']);
    const expected = Object.entries(normative['@context']).flatMap(([term, definition]) => {
      const iri = typeof definition === 'string' ? definition : definition['@id'];
      return others.has(term)
        ? []
        : [[term, iri.replace(/^as:/, `${as}#`).replace(/^ldp:/, 'http://www.w3.org/ns/ldp#')]];
    });
    expect(Object.fromEntries(activityStreamsTerms)).toEqual(Object.fromEntries(expected));
  });
});

describe('JSON-LD keywords', () => {
  it.each([
    '@graph',
    '@included',
    '@reverse',
    '@nest',
    '@import',
    '@protected',
    '@version',
    '@base',
    '@index',
    '@list',
    '@set',
    '@anything',
  ])('%s is refused at any depth (case 59)', (keyword) => {
    expect(check({ '@context': as, [keyword]: [] })).toBe('keyword_refused');
    expect(check({ '@context': as, object: { tag: [{ [keyword]: {} }] } })).toBe('keyword_refused');
    if (keyword === '@index' || keyword === '@list' || keyword === '@set') return;
    expect(inline({ [keyword]: 'urn:x' })).toBe('keyword_refused');
    expect(inline({ x: { '@id': 'urn:x', [keyword]: 'urn:x' } })).toBe('keyword_refused');
    expect(inline({ x: keyword })).toBe('keyword_refused');
    expect(inline({ x: { '@id': 'urn:x', '@container': ['@set', keyword] } })).toBe('keyword_refused');
  });

  it('the plain ones are accepted', () => {
    expect(check({ '@context': as, '@id': 'urn:x', '@type': 'Note', name: { '@value': 'x', '@language': 'nl' } })).toBe(
      'ok',
    );
  });
});

describe('lists', () => {
  const many = (length: number) => Array<Json>(length).fill('https://a.example/b');

  it('500 recipients pass, 501 do not, however they are spread (case 83)', () => {
    expect(check({ '@context': as, to: many(400), cc: many(99), audience: 'https://a.example/group' })).toBe('ok');
    expect(check({ '@context': as, to: many(400), cc: many(100), audience: 'https://a.example/group' })).toBe(
      'too_many_recipients',
    );
    expect(check({ '@context': as, object: { bto: many(250), bcc: many(251) } })).toBe('too_many_recipients');
  });

  it('20 attachments pass, 21 do not (case 83)', () => {
    expect(check({ '@context': as, object: { attachment: many(20) } })).toBe('ok');
    expect(check({ '@context': as, object: { attachment: many(21) } })).toBe('too_many_attachments');
  });

  it('odd values in them are left to the reader', () => {
    expect(check({ '@context': as, to: [null], cc: 7, tag: null, object: { to: {}, attachment: 'x' } })).toBe('ok');
  });
});

const fixtures = new URL('../../../../shared/fixtures/', import.meta.url);
describe.skipIf(!existsSync(fixtures))('documents that real servers emitted', () => {
  const files = existsSync(fixtures)
    ? readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
    : [];

  it('are refused for their context only where one redefines terms', () => {
    const refused = files.filter((file) => {
      const read = readJson(readFileSync(new URL(file, fixtures), 'utf8'));
      const code = read.ok && isObject(read.value) && '@context' in read.value ? check(read.value) : 'ok';
      return code !== 'ok' && code !== 'context_missing';
    });
    // A proposal that gives `name` the meaning of schema.org.
    expect(
      refused.every((file) => file.startsWith('fep/fep/19b3/')),
      refused.join(),
    ).toBe(true);
  });
});
