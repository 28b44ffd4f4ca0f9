import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSignature, type SignatureForm, signRequest, verifySignature } from './signatures.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const now = new Date('2026-11-21T12:00:00.000Z');
const keyId = 'https://council.example/people/1#main-key';
const url = 'https://department.example/inbox?shared=1';
const body = JSON.stringify({ type: 'Create', content: 'Grüße' });
const own = { now, ownHosts: ['department.example'] };
const forms: SignatureForm[] = ['draft-cavage', 'rfc9421'];

type Sent = { method: string; url: string; headers: Record<string, string>; body: string | null };

async function send(
  form: SignatureForm,
  change: Partial<Sent> & { privateKey?: KeyObject; signedAt?: Date } = {},
): Promise<Sent> {
  const request = { method: 'POST', url, body, ...change };
  const headers = await signRequest({
    ...request,
    headers: request.body === null ? {} : { 'Content-Type': 'application/activity+json' },
    key: { id: keyId, privateKey: change.privateKey ?? rsa.privateKey },
    form,
    now: change.signedAt ?? now,
  });
  return { ...request, headers: { ...headers, ...change.headers } };
}

function receive(
  sent: Sent,
  publicKey: KeyObject = rsa.publicKey,
  options: Parameters<typeof verifySignature>[3] = own,
) {
  const headers = new Headers(sent.headers);
  const parsed = parseSignature(headers);
  return parsed.ok ? verifySignature({ ...sent, headers }, parsed, publicKey, options) : parsed;
}

const codeOf = (result: ReturnType<typeof receive>) => (result.ok ? 'ok' : `${result.status} ${result.code}`);

describe.each(forms)('a request signed as %s', (form) => {
  it('verifies with RSA and with Ed25519, with and without a body', async () => {
    expect(receive(await send(form))).toEqual({ ok: true });
    expect(receive(await send(form, { method: 'GET', body: null }))).toEqual({ ok: true });
    expect(receive(await send(form, { privateKey: ed25519.privateKey }), ed25519.publicKey)).toEqual({ ok: true });
    expect(receive(await send(form, { url: 'https://department.example' }))).toEqual({ ok: true });
  });

  it('names the key before anything is proven', async () => {
    const { headers } = await send(form);
    expect(parseSignature(new Headers(headers))).toMatchObject({ ok: true, form, keyId });
  });

  it('with one byte of the body changed is refused (case 2)', async () => {
    const sent = await send(form);
    expect(codeOf(receive({ ...sent, body: body.replace('Create', 'Delete') }))).toBe('401 signature_digest');
  });

  it('with body and digest changed is refused', async () => {
    const [sent, other] = [await send(form), await send(form, { body: '{}' })];
    const digest = form === 'rfc9421' ? 'content-digest' : 'digest';
    const forged = { ...sent, body: '{}', headers: { ...sent.headers, [digest]: other.headers[digest] ?? '' } };
    expect(codeOf(receive(forged))).toBe('401 signature_invalid');
  });

  it('without the digest field, or with a weaker or a second one, is refused', async () => {
    const sent = await send(form);
    const name = form === 'rfc9421' ? 'content-digest' : 'digest';
    const value = sent.headers[name] ?? '';
    for (const changed of ['', 'md5=:abcd:', 'SHA=abcd', `${value}, ${value}`, value.replace(/.=(:?)$/, '$1')]) {
      expect(codeOf(receive({ ...sent, headers: { ...sent.headers, [name]: changed } }))).toBe('401 signature_digest');
    }
  });

  it('sent to another path, query or method is refused', async () => {
    const sent = await send(form);
    for (const change of [{ url: 'https://department.example/inbox' }, { url: `${url}&a=b` }, { method: 'PUT' }]) {
      expect(codeOf(receive({ ...sent, ...change }))).toBe('401 signature_invalid');
    }
  });

  it('repeated at another node is refused (case 5)', async () => {
    const sent = await send(form);
    const elsewhere = { now, ownHosts: ['town.example'] };
    expect(codeOf(receive(sent, rsa.publicKey, elsewhere))).toBe('401 signature_wrong_host');
    const moved = {
      ...sent,
      url: url.replace('department', 'town'),
      headers: { ...sent.headers, host: 'town.example' },
    };
    expect(codeOf(receive(moved, rsa.publicKey, elsewhere))).toBe('401 signature_invalid');
  });

  it('is accepted whichever way the own host is written', async () => {
    const sent = await send(form, { url: 'https://DEPARTMENT.example:443/inbox' });
    expect(receive(sent)).toEqual({ ok: true });
    const withPort = await send(form, { url: 'http://127.0.0.1:3000/inbox' });
    expect(receive(withPort, rsa.publicKey, { now, ownHosts: ['127.0.0.1:3000'] })).toEqual({ ok: true });
    expect(codeOf(receive(withPort, rsa.publicKey, { now, ownHosts: ['127.0.0.1'] }))).toBe('401 signature_wrong_host');
  });

  it.each([
    [7_200, 'Clock of peer differs by 2 h (ahead'],
    [-7_200, 'Clock of peer differs by 2 h (behind'],
    [-301, 'Clock of peer differs by 5 min (behind'],
    [-30 * 86_400, 'Clock of peer differs by 30 days (behind'],
  ])('%i seconds away is refused with the difference (case 13)', async (skewSeconds, words) => {
    const result = receive(await send(form, { signedAt: new Date(now.getTime() + skewSeconds * 1000) }));
    expect(result).toMatchObject({ ok: false, status: 401, code: 'signature_clock', retryable: true, skewSeconds });
    expect(result.ok ? '' : result.detail).toContain(words);
  });

  it.each([300, -300])('%i seconds away is accepted', async (skew) => {
    expect(receive(await send(form, { signedAt: new Date(now.getTime() + skew * 1000) }))).toEqual({ ok: true });
  });

  it('by another key is refused', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(codeOf(receive(await send(form, { privateKey: stranger.privateKey })))).toBe('401 signature_invalid');
  });

  it('that claims another algorithm than that of its key is refused (case 10)', async () => {
    expect(codeOf(receive(await send(form, { privateKey: ed25519.privateKey })))).toMatch(
      /signature_(algorithm|invalid)/,
    );
    for (const claimed of ['hmac-sha256', 'none', 'rsa-sha1', 'rsa-pss-sha512', 'RSA-V1_5-SHA256']) {
      const sent = await send(form);
      const name = form === 'rfc9421' ? 'signature-input' : 'signature';
      const changed = (sent.headers[name] ?? '').replace(/(alg|algorithm)="[^"]*"/, `$1="${claimed}"`);
      expect(codeOf(receive({ ...sent, headers: { ...sent.headers, [name]: changed } }))).toBe(
        '401 signature_algorithm',
      );
    }
  });

  it('never reads a public key as a shared secret (case 10)', async () => {
    const secret = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const sent = await send(form);
    const forged = createHmac('sha256', secret).update('anything').digest('base64');
    const name =
      form === 'rfc9421'
        ? `sig1=:${forged}:`
        : (sent.headers.signature ?? '').replace(/signature="[^"]*"/, `signature="${forged}"`);
    expect(codeOf(receive({ ...sent, headers: { ...sent.headers, signature: name } }))).toBe('401 signature_invalid');
  });

  it('by a weak or foreign kind of key is refused (case 11)', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const exponentOne = createPublicKey({
      key: { ...rsa.publicKey.export({ format: 'jwk' }), e: 'AQ' },
      format: 'jwk',
    });
    for (const key of [weak.publicKey, curve.publicKey, exponentOne, rsa.privateKey]) {
      expect(codeOf(receive(await send(form), key))).toBe('401 key_refused');
    }
    await expect(send(form, { privateKey: weak.privateKey })).rejects.toThrow(TypeError);
  });

  it('never makes the verifier throw, whatever the fields hold', async () => {
    const sent = await send(form);
    const names = ['signature', 'signature-input', 'digest', 'content-digest', 'date', 'host'];
    const pieces = fc.string({
      unit: fc.constantFrom(
        ...'";,=:()\\ abcAZ09-'.split(''),
        'sig1',
        'keyid=',
        'keyId=',
        'created=',
        'headers=',
        '"@method"',
      ),
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.constantFrom(...names), pieces, fc.nat(400), (name, text, position) => {
        const value = sent.headers[name] ?? '';
        const result = receive({
          ...sent,
          headers: { ...sent.headers, [name]: (value.slice(0, position) + text + value.slice(position + 3)).trim() },
        });
        expect(result.ok || [401, 403].includes(result.status)).toBe(true);
      }),
      // Once a name of a field that `Headers` refuses came about by chance.
      { numRuns: 1000, examples: [['signature', '(', 116]] },
    );
  });
});

describe('what a signature must cover', () => {
  const signedBy = (text: string) => sign('sha256', Buffer.from(text), rsa.privateKey).toString('base64');

  it.each([
    ['(request-target)', 'host date digest'],
    ['host', '(request-target) date digest'],
    ['date', '(request-target) host digest'],
    ['digest', '(request-target) host date'],
  ])('draft-cavage without %s is refused (case 4)', async (_, names) => {
    const { headers } = await send('draft-cavage');
    const lines = names
      .split(' ')
      .map((name) => `${name}: ${name === '(request-target)' ? 'post /inbox?shared=1' : headers[name]}`);
    const signature = `keyId="${keyId}",headers="${names}",signature="${signedBy(lines.join('\n'))}"`;
    expect(codeOf(receive({ method: 'POST', url, body, headers: { ...headers, signature } }))).toBe(
      '401 signature_incomplete',
    );
  });

  it('draft-cavage without a list of headers covers the date only, and is refused', async () => {
    const { headers } = await send('draft-cavage');
    const signature = `keyId="${keyId}",signature="${signedBy(`date: ${headers.date}`)}"`;
    expect(codeOf(receive({ method: 'POST', url, body, headers: { ...headers, signature } }))).toBe(
      '401 signature_incomplete',
    );
  });

  const components: Record<string, string> = {
    '@method': 'POST',
    '@target-uri': url,
    '@authority': 'department.example',
    '@path': '/inbox',
    '@query': '?shared=1',
  };
  const seconds = now.getTime() / 1000;
  async function rfc9421(names: string[], parameters: string): Promise<Sent> {
    const { headers } = await send('rfc9421');
    const input = `(${names.map((name) => `"${name}"`).join(' ')})${parameters};keyid="${keyId}"`;
    const base = [
      ...names.map((name) => `"${name}": ${components[name] ?? headers[name]}`),
      `"@signature-params": ${input}`,
    ].join('\n');
    return {
      method: 'POST',
      url,
      body,
      headers: { ...headers, 'signature-input': `s=${input}`, signature: `s=:${signedBy(base)}:` },
    };
  }

  it.each([
    ['@method', ['@target-uri', 'content-digest'], `;created=${seconds}`],
    ['@target-uri', ['@method', '@authority', 'content-digest'], `;created=${seconds}`],
    ['@query', ['@method', '@authority', '@path', 'content-digest'], `;created=${seconds}`],
    ['@authority', ['@method', '@path', '@query', 'content-digest'], `;created=${seconds}`],
    ['content-digest', ['@method', '@target-uri'], `;created=${seconds}`],
    ['created', ['@method', '@target-uri', 'content-digest'], ''],
  ])('RFC 9421 without %s is refused (case 4)', async (missing, names, parameters) => {
    const result = receive(await rfc9421(names, parameters));
    expect(codeOf(result)).toBe('401 signature_incomplete');
    expect(result.ok ? '' : result.detail).toContain(missing === '@query' ? '@target-uri' : missing);
  });

  it('RFC 9421 may name the target in parts', async () => {
    expect(
      receive(await rfc9421(['@method', '@authority', '@path', '@query', 'content-digest'], `;created=${seconds}`)),
    ).toEqual({ ok: true });
  });

  it('RFC 9421 that has expired is refused (case 13)', async () => {
    const names = ['@method', '@target-uri', 'content-digest'];
    expect(codeOf(receive(await rfc9421(names, `;created=${seconds - 10};expires=${seconds - 1}`)))).toBe(
      '401 signature_expired',
    );
    expect(receive(await rfc9421(names, `;created=${seconds - 10};expires=${seconds + 1}`))).toEqual({ ok: true });
  });
});
