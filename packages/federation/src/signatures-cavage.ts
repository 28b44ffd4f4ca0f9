import { type Refused, refused } from './refusals.ts';
import {
  type ArrivedRequest,
  type ClockWindow,
  checkClock,
  checkExpiry,
  coveredWhenSent,
  decodeBase64,
  fieldOf,
  type HeaderReader,
  hasDigest,
  isOwnHost,
  type ParsedSignature,
  sha256,
} from './signature-parts.ts';

// draft-cavage-http-signatures-12 §2.1: name="text" or name=number, separated by commas.
const parameter = /\s*([A-Za-z]+)=(?:"([^"\\]*)"|([0-9]{1,15}))\s*(,|$)/y;
const parameterNames = new Set(['keyId', 'algorithm', 'created', 'expires', 'headers', 'signature']);
const sha256Member = /^sha-256=(.+)$/i;
// What the fediverse writes for RSA with SHA-256 and for Ed25519; `hs2019` leaves the choice to the key.
const algorithms = { rsa: ['rsa-sha256', 'hs2019'], ed25519: ['ed25519', 'hs2019'] };

/** Reads the `Signature` field; cheap, before the key is known. */
export function parseCavage(field: string): ParsedSignature | Refused {
  const values = new Map<string, string>();
  parameter.lastIndex = 0;
  while (parameter.lastIndex < field.length) {
    const [, name = '', text, number, separator] = parameter.exec(field) ?? [];
    if (name === '' || values.has(name)) return malformed();
    if (parameterNames.has(name)) values.set(name, text ?? number ?? '');
    if (separator === '') break;
  }
  const keyId = values.get('keyId');
  const value = decodeBase64(values.get('signature') ?? '');
  const covered = (values.get('headers') ?? 'date').toLowerCase().split(' ');
  const [created, expires] = [seconds(values.get('created')), seconds(values.get('expires'))];
  if (
    !keyId ||
    value === null ||
    created === undefined ||
    expires === undefined ||
    new Set(covered).size !== covered.length
  )
    return malformed();
  return {
    ok: true,
    form: 'draft-cavage',
    keyId,
    covered,
    value,
    created,
    expires,
    algorithm: values.get('algorithm') ?? null,
    parameters: '',
  };
}

function malformed(): Refused {
  return refused('signature_malformed', 'The Signature field cannot be read as draft-cavage-http-signatures-12.');
}

function seconds(text: string | undefined): number | null | undefined {
  if (text === undefined) return null;
  return /^[0-9]{1,12}$/.test(text) ? Number(text) : undefined;
}

/** Everything but the arithmetic: coverage, host, clock, digest. Returns the text that must have been signed. */
export function checkCavage(
  request: ArrivedRequest,
  parsed: ParsedSignature,
  options: ClockWindow & { ownHosts: readonly string[] },
): { ok: true; signed: string } | Refused {
  const url = new URL(request.url);
  const has = (name: string) => parsed.covered.includes(name);
  const needed = ['(request-target)', 'host', ...(request.body === null ? [] : ['digest'])];
  const missing = needed.filter((name) => !has(name));
  if (!has('date') && !has('(created)')) missing.push('date');
  if (missing.length > 0) return refused('signature_incomplete', `The signature does not cover ${missing.join(', ')}.`);

  const host = request.headers.get('host') ?? url.host;
  if (!isOwnHost(host, url.protocol, options.ownHosts) || !isOwnHost(url.host, url.protocol, options.ownHosts)) {
    return refused('signature_wrong_host', 'The request was signed for another host.');
  }
  const clockFault = checkTimes(request.headers, parsed, has, options);
  if (clockFault) return clockFault;
  if (request.body !== null && !hasDigest(request.headers.get('digest'), sha256Member, request.body)) {
    return refused('signature_digest', 'The body does not match its Digest (SHA-256).');
  }
  const special: Record<string, string | null> = {
    '(request-target)': `${request.method.toLowerCase()} ${url.pathname}${url.search}`,
    '(created)': parsed.created === null ? null : String(parsed.created),
    '(expires)': parsed.expires === null ? null : String(parsed.expires),
    host,
  };
  const lines: string[] = [];
  for (const name of parsed.covered) {
    const value = Object.hasOwn(special, name) ? special[name] : fieldOf(request.headers, name);
    if (value == null)
      return refused('signature_malformed', 'The signature covers a field that the request does not have.');
    lines.push(`${name}: ${value.trim()}`);
  }
  return { ok: true, signed: lines.join('\n') };
}

function checkTimes(
  headers: HeaderReader,
  parsed: ParsedSignature,
  has: (name: string) => boolean,
  clock: ClockWindow,
): Refused | null {
  if (has('(created)')) {
    const fault = checkClock(parsed.created ?? 0, clock);
    if (fault) return fault;
  }
  if (has('date')) {
    const milliseconds = Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(milliseconds)) return refused('signature_malformed', 'The Date field cannot be read.');
    const fault = checkClock(milliseconds / 1000, clock);
    if (fault) return fault;
  }
  return checkExpiry(parsed.expires, clock);
}

/** Whether the algorithm that the request claims, if any, is the one that the key stands for. */
export function agreesCavage(claimed: string | null, kind: 'rsa' | 'ed25519'): boolean {
  return claimed === null || algorithms[kind].includes(claimed.toLowerCase());
}

/** The fields to add before signing, and the text to sign. `headers` has lower-case names. */
export function prepareCavage(request: {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: Uint8Array | string | null;
  now: Date;
}): {
  headers: Record<string, string>;
  covered: string[];
  signed: string;
} {
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.url.host,
    date: request.now.toUTCString(),
  };
  const covered = ['(request-target)', 'host', 'date'];
  if (request.body !== null) {
    headers.digest = `SHA-256=${sha256(request.body)}`;
    covered.push('digest');
    if (headers['content-type'] !== undefined) covered.push('content-type');
  }
  covered.push(...coveredWhenSent.filter((name) => headers[name] !== undefined));
  const target = `${request.method.toLowerCase()} ${request.url.pathname}${request.url.search}`;
  const signed = covered.map((name) => `${name}: ${name === '(request-target)' ? target : headers[name]}`).join('\n');
  return { headers, covered, signed };
}

export function cavageField(keyId: string, kind: 'rsa' | 'ed25519', covered: string[], signature: Buffer): string {
  return `keyId="${keyId}",algorithm="${algorithms[kind][kind === 'rsa' ? 0 : 1]}",headers="${covered.join(' ')}",signature="${signature.toString('base64')}"`;
}
