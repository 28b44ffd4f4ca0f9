import { expect, it } from 'vitest';
import { mailDomain, registrationAddress } from './addresses.ts';
import { admits } from './settings.ts';

const settings = { mode: 'domain' as const, domains: ['good.gov', 'xn--gemeente-ssel-4qb.example'] };
const way = (text: string) => {
  const address = registrationAddress(text);
  return typeof address === 'string' ? address : admits(settings, address);
};

it('An address belongs to exactly the domain behind its @, in whatever spelling', () => {
  for (const text of ['a@good.gov', 'A@GOOD.GOV', ' a@good.gov ', 'ａ@ｇｏｏｄ．ｇｏｖ', 'a@good。gov'])
    expect([text, way(text), registrationAddress(text)]).toEqual([
      text,
      'at_once',
      { email: 'a@good.gov', domain: 'good.gov' },
    ]);
  expect(mailDomain('BÜCHER.example')).toBe('xn--bcher-kva.example');
  expect(registrationAddress('a@bücher.example')).toEqual(registrationAddress('A@xn--bcher-kva.EXAMPLE'));
});

it('Lookalikes are others, or no addresses at all', () => {
  for (const text of [
    ...['a@good.gov.evil.com', 'a@evilgood.gov', 'a@sub.good.gov', 'a@good-gov.com', 'a@gооd.gov', 'a@goοd.gov'],
  ])
    expect([text, way(text)]).toEqual([text, null]);
  for (const text of [
    ...['"a@good.gov"@evil.com', 'a@good.gov@evil.com', 'a@evil.com@good.gov', 'a@evil.com,b@good.gov', '<a@good.gov>'],
    ...[
      'a@good.gov\r\nBcc: x@evil.com',
      'a\r\n@good.gov',
      'a@good.gov.',
      'a@.good.gov',
      'a@good..gov',
      'a@good.gov:25',
    ],
    ...['a%evil.com@good.gov', 'evil.com!a@good.gov', 'a@good.gov/evil', 'a@good.gov#evil', 'a@good.gov%00.evil.com'],
    ...[
      'a@[127.0.0.1]',
      'a@127.0.0.1',
      'a@0x7f.1',
      'a@gov',
      'a@',
      '@good.gov',
      'a',
      '',
      '.a@good.gov',
      'a..b@good.gov',
    ],
    ...['a\u200b@good.gov', 'a@go\u00adod.gov', 'a@good\u200d.gov', 'a(b)@good.gov', 'é@good.gov', 'a@-good.gov'],
  ])
    expect([text, way(text)]).toEqual([text, 'bad_format']);
  expect(way('anna+second@good.gov')).toBe('plus');
});

it('Domains of the settings are read with care', () => {
  expect(['Good.GOV', ' good.gov '].map(mailDomain)).toEqual(['good.gov', 'good.gov']);
  for (const text of [
    '*.good.gov',
    'gov',
    'good.gov/x',
    'https://good.gov',
    'good gov',
    '10.0.0.1',
    'good.gov.',
    'a@b.c',
  ])
    expect([text, mailDomain(text)]).toEqual([text, null]);
});

it('Both ways together: domains at once, everybody else after approval; off is off', () => {
  const other = { email: 'a@else.example', domain: 'else.example' };
  const own = { email: 'a@good.gov', domain: 'good.gov' };
  const by = (mode: 'off' | 'domain' | 'approval' | 'both') =>
    [own, other].map((one) => admits({ ...settings, mode }, one));
  expect(by('off')).toEqual([null, null]);
  expect(by('domain')).toEqual(['at_once', null]);
  expect(by('approval')).toEqual(['approval', 'approval']);
  expect(by('both')).toEqual(['at_once', 'approval']);
});
