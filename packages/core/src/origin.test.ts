import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalOrigin, isSameAddress, originOf } from './origin.ts';

describe('canonicalOrigin', () => {
  it.each([
    ['https://good.gov', 'https://good.gov'],
    ['HTTPS://GOOD.GOV', 'https://good.gov'],
    ['https://good.gov.', 'https://good.gov'],
    ['https://good.gov.:443/', 'https://good.gov'],
    ['https://good.gov:443', 'https://good.gov'],
    ['http://good.gov:80', 'http://good.gov'],
    ['http://good.gov:443', 'http://good.gov:443'],
    ['https://good.gov:8443', 'https://good.gov:8443'],
    ['https://Fryslân.example', 'https://xn--frysln-0ta.example'],
    ['https://frysla\u0302n.example', 'https://xn--frysln-0ta.example'],
    ['https://xn--frysln-0ta.example', 'https://xn--frysln-0ta.example'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://[0:0::1]:3000', 'http://[::1]:3000'],
  ])('reads %s as %s', (text, origin) => expect(canonicalOrigin(text)).toBe(origin));

  it.each([
    '',
    'good.gov',
    'ftp://good.gov',
    'https:good.gov',
    'https:/good.gov',
    'https:///good.gov',
    'https://',
    'https://.',
    'https://good.gov/people',
    'https://good.gov?x',
    'https://good.gov#x',
    'https://good.gov@evil.com',
    'https://user:pass@good.gov',
    'https://good.gov%2eevil.com',
    'https://good.gov\\@evil.com',
    'https://good.gov\\.evil.com',
    'https://good..gov',
    'https://good.gov..',
    'https://.good.gov',
    'https://-good.gov',
    'https://good.gov:',
    'https://good.gov:0',
    'https://good.gov:65536',
    'https://good.gov:443:443',
    'https://go\u00adod.gov',
    'https://go\u200bod.gov',
    'https://good\u3002gov',
    'https://ｇood.gov',
    'https://good.gov ',
    ' https://good.gov',
    'https://go\tod.gov',
    'https://good.gov\r\nX: y',
    'https://*',
    'https://*.gov',
    'https://2130706433',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://127.1',
    'https://1.2.3.4.5',
    'https://[::1',
    'https://[fe80::1%25eth0]',
    `https://${'a'.repeat(64)}.gov`,
    `https://${'a.'.repeat(140)}gov`,
  ])('refuses %j', (text) => expect(canonicalOrigin(text)).toBeNull());
});

describe('originOf', () => {
  it.each([
    ['https://good.gov/people/alice#main-key', 'https://good.gov'],
    ['https://evil.com#good.gov', 'https://evil.com'],
    ['https://evil.com/https://good.gov', 'https://evil.com'],
    ['https://evil.com?@good.gov', 'https://evil.com'],
    ['https://good.gov.evil.com/', 'https://good.gov.evil.com'],
    ['https://evil-good.gov/', 'https://evil-good.gov'],
    ['https://sub.good.gov/', 'https://sub.good.gov'],
    ['https://gооd.gov/', 'https://xn--gd-fmca.gov'],
    ['https://good.gov/straße', 'https://good.gov'],
  ])('reads %s as %s', (uri, origin) => expect(originOf(uri)).toBe(origin));

  it.each([
    'data:application/json,{}',
    'file:///etc/passwd',
    'ap://good.gov/people/1',
    'javascript:alert(1)',
    'blob:https://good.gov/x',
    'as:Public',
    '/people/1',
    'https://good.gov@evil.com/x',
    'https://good.gov%40evil.com/x',
    'https://good.gov\\@evil.com/x',
    'https://good.gov/a%0d%0aX-Injected: 1',
    'https://good.gov/a%0d%0aX-Injected',
    'https://good.gov/a\nb',
    'https://good.gov/a b',
    `https://good.gov/${'a'.repeat(2048)}`,
  ])('refuses %j', (uri) => expect(originOf(uri)).toBeNull());
});

describe('isSameAddress', () => {
  it.each([
    ['https://good.gov', 'https://GOOD.gov:443/'],
    ['https://good.gov./a?b', 'https://good.gov/a?b'],
  ])('%s is %s', (one, other) => expect(isSameAddress(one, other)).toBe(true));

  it.each([
    ['https://good.gov/A', 'https://good.gov/%41'],
    ['https://good.gov/a/../b', 'https://good.gov/b'],
    ['https://good.gov/a', 'https://good.gov/a/'],
    ['https://good.gov/a', 'https://good.gov/a?'],
    ['https://good.gov/a', 'https://good.gov/a#b'],
    ['https://good.gov/\u00e9', 'https://good.gov/e\u0301'],
    ['https://good.gov/a', 'http://good.gov/a'],
    ['mailto:a@b', 'mailto:a@b'],
  ])('%s is not %s', (one, other) => expect(isSameAddress(one, other)).toBe(false));
});

describe('whatever is put in', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(
      ...'aGz09.-:@/\\%?#[]xn--\u00ad\u200b\u3002ｅéß\t\r\n '.split(''),
      'https://',
      'good.gov',
      '%2e',
      'xn--',
      '0x7f',
      '443',
    ),
    maxLength: 14,
  });
  const addresses = fc.oneof(
    hostile,
    hostile.map((text) => `https://${text}`),
    fc.webUrl(),
    fc.domain().map((host) => `https://${host}`),
    fc.string(),
  );

  it('the result is canonical already', () => {
    fc.assert(
      fc.property(addresses, (text) => {
        const origin = originOf(text);
        if (origin !== null) expect(canonicalOrigin(origin)).toBe(origin);
      }),
      { numRuns: 2000 },
    );
  });

  it('labels are never joined, split or dropped', () => {
    fc.assert(
      fc.property(addresses, (text) => {
        const origin = originOf(text);
        if (origin === null || origin.includes('[')) return;
        const typed = (/^https?:\/\/([^/?#:]*)/i.exec(text)?.[1] ?? '').replace(/\.$/, '');
        expect(new URL(origin).hostname.split('.')).toHaveLength(typed.split('.').length);
      }),
      { numRuns: 2000 },
    );
  });

  it('what connects reads the same host', () => {
    fc.assert(
      fc.property(addresses, (text) => {
        const origin = originOf(text);
        if (origin !== null) expect(new URL(text).host.replace(/\.(?=:|$)/, '')).toBe(new URL(origin).host);
      }),
      { numRuns: 2000 },
    );
  });
});
