import { describe, expect, it } from 'vitest';
import { createClientAddress } from './client-address.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { safeNext } from './request-target.ts';

describe('safeNext', () => {
  it.each(['/', '/groups/1?sort=new&x=%2F', '/a/b#c'])('goes to %s', (path) => {
    expect(safeNext(path)).toBe(path.replace(/#.*/, ''));
  });

  // Hostile case 152.
  it.each([
    ...['', '//evil.example', '/\\evil.example', '\\\\evil.example', 'https:evil.example', 'https://evil.example'],
    ...[
      '%2F%2Fevil.example',
      '/%2Fevil.example',
      '/%5Cevil.example',
      'javascript:alert(1)',
      '/\t/evil.example',
      '/\n//x',
    ],
    ...[
      '/a\\..\\..//evil.example',
      '/..//evil.example',
      '/./%2e%2e//evil.example',
      'evil.example',
      '/é',
      `/${'a'.repeat(3000)}`,
    ],
  ])('does not follow %j', (text) => expect(safeNext(text)).toBe('/'));
});

describe('The address of a client', () => {
  const address = createClientAddress(['10.0.0.0/8', '2001:db8:1::/48']);

  // Hostile case 157.
  it('is that of the socket, whatever an untrusted peer says (hostile case 157)', () => {
    expect(address('203.0.113.9', '127.0.0.1').address).toBe('203.0.113.9');
    expect(createClientAddress([])('127.0.0.1', '198.51.100.7').address).toBe('127.0.0.1');
  });

  it('is the nearest one that is not a trusted proxy', () => {
    expect(address('10.1.1.1', '6.6.6.6, 198.51.100.7, 10.2.2.2').address).toBe('198.51.100.7');
    expect(address('::ffff:10.1.1.1', '198.51.100.7').address).toBe('198.51.100.7');
    expect(address('10.1.1.1', undefined).address).toBe('10.1.1.1');
    expect(address('10.1.1.1', '198.51.100.7, nonsense').address).toBe('10.1.1.1');
    expect(address(undefined, '198.51.100.7').address).toBe('unknown');
  });

  it('counts for limits as a /64 in IPv6', () => {
    expect(address('2001:db8:2:3:a:b:c:d', undefined).network).toBe('2001:db8:2:3::/64');
    expect(address('203.0.113.9', undefined).network).toBe('203.0.113.9');
  });
});

describe('A cursor', () => {
  it('comes back as it was made', () => {
    expect(decodeCursor(encodeCursor(['2026-11-21', 7]), ['string', 'number'])).toEqual(['2026-11-21', 7]);
    expect(decodeCursor(undefined, ['string'])).toBeNull();
  });

  it.each([
    'x',
    '%',
    Buffer.from('{"a":1}').toString('base64url'),
    encodeCursor([1]),
    encodeCursor(['a', 'b']),
    'a'.repeat(2000),
  ])('is refused when it is %s', (text) => expect(() => decodeCursor(text, ['string'])).toThrow(/cursor/));
});
