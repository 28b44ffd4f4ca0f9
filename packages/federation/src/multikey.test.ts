import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase58, decodeMultikey, encodeBase58, encodeMultikey } from './multikey.ts';

describe('base58', () => {
  it.each([
    ['', 'z'],
    ['00', 'z1'],
    ['0000287fb4cd', 'z11233QC4'],
    [Buffer.from('Hello World!').toString('hex'), 'z2NEpo7TZRRrLZSi2U'],
  ])('writes %s as %s', (hex, text) => {
    expect(encodeBase58(Buffer.from(hex, 'hex'))).toBe(text);
    expect(decodeBase58(text)?.toString('hex')).toBe(hex);
  });

  it('gives back what was put in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(decodeBase58(encodeBase58(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each(['', '2NEpo', 'z0', 'zO', 'z I', 'm2NEpo', `z${'2'.repeat(200)}`])('refuses %j', (text) =>
    expect(decodeBase58(text)).toBeNull(),
  );
});

describe('multikey', () => {
  it('gives back the key that was put in', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const text = encodeMultikey(publicKey);
    expect(text).toMatch(/^z6Mk/);
    expect(decodeMultikey(text)?.equals(publicKey)).toBe(true);
  });

  it('reads the example of FEP-8b32', () => {
    const text = 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2';
    expect(encodeMultikey(decodeMultikey(text) as NonNullable<ReturnType<typeof decodeMultikey>>)).toBe(text);
  });

  it.each([
    '',
    'z6Mk',
    'u7QE',
    encodeBase58(Buffer.alloc(34)),
    encodeBase58(Buffer.from([0xed, 0x01, ...Buffer.alloc(33)])),
  ])('refuses %j', (text) => expect(decodeMultikey(text)).toBeNull());

  it('does not write other kinds of keys', () => {
    expect(() => encodeMultikey(generateKeyPairSync('x25519').publicKey)).toThrow(TypeError);
  });
});
