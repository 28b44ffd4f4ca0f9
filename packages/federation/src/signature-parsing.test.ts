import { describe, expect, it } from 'vitest';
import { parseSignature } from './signatures.ts';

describe('parseSignature', () => {
  const parse = (headers: Record<string, string>) => {
    const result = parseSignature(new Headers(headers));
    return result.ok ? 'ok' : result.code;
  };

  it('wants a signature (case 1)', () => expect(parse({})).toBe('signature_missing'));

  it.each([
    ['Bearer abc'],
    ['keyId="https://a.example/k"'],
    ['keyId="https://a.example/k",headers="date date",signature="YQ=="'],
    ['keyId="https://a.example/k",keyId="https://b.example/k",signature="YQ=="'],
    ['keyId="https://a.example/k",signature="not base64"'],
  ])('refuses %s', (signature) => expect(parse({ signature })).toBe('signature_malformed'));

  it.each(['https://a@b.example/k', 'acct:alice@a.example', 'file:///etc/passwd'])(
    'refuses a key at %s, where no partner can be (case 131)',
    (keyId) => expect(parse({ signature: `keyId="${keyId}",signature="YQ=="` })).toBe('key_address_malformed'),
  );

  it.each([
    ['sig1=("@method");keyid="https://a.example/k"', 'sig2=:YQ==:'],
    ['sig1=("@method" "@method");keyid="https://a.example/k"', 'sig1=:YQ==:'],
    ['sig1=("@method";req);keyid="https://a.example/k"', 'sig1=:YQ==:'],
    ['sig1=("@method");keyid="https://a.example/k";keyid="https://b.example/k"', 'sig1=:YQ==:'],
    ['sig1=("@method");keyid=token', 'sig1=:YQ==:'],
    ['sig1=("@method");created="now";keyid="https://a.example/k"', 'sig1=:YQ==:'],
    ['sig1=("@method");keyid="https://a.example/k"', 'sig1=:YQ==:, sig1=:YQ==:'],
    ['sig1="@method";keyid="https://a.example/k"', 'sig1=:YQ==:'],
    ['sig1=("@method")', 'sig1=:YQ==:'],
  ])('refuses %s with %s', (input, signature) =>
    expect(parse({ 'signature-input': input, signature })).toBe('signature_malformed'),
  );

  it('reads the first of several signatures that names a key', () => {
    const input = 'proxy=("@method");created=1, sig1=("@method" "@target-uri");created=2;keyid="https://a.example/k"';
    expect(
      parseSignature(new Headers({ 'signature-input': input, signature: 'proxy=:YQ==:,sig1=:Yg==:' })),
    ).toMatchObject({
      keyId: 'https://a.example/k',
      covered: ['@method', '@target-uri'],
      value: Buffer.from('b'),
    });
  });

  it('takes no longer for fields made to be slow', () => {
    const start = performance.now();
    for (const piece of [';a', ' ', '"', '\\"', ';a="', '("a" ', 'a=("b")', ',']) {
      parse({ 'signature-input': `sig1=(${piece.repeat(16_000 / piece.length)}`, signature: 'sig1=:YQ==:' });
      parse({ 'signature-input': `sig1=()${piece.repeat(16_000 / piece.length)}`, signature: 'sig1=:YQ==:' });
      parse({ signature: `keyId="a",${piece.repeat(16_000 / piece.length)}` });
    }
    expect(performance.now() - start).toBeLessThan(100);
  });
});
