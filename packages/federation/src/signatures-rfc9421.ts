import { type Refused, refused } from './refusals.ts';
import {
  type ArrivedRequest,
  type ClockWindow,
  checkClock,
  checkExpiry,
  coveredWhenSent,
  decodeBase64,
  fieldOf,
  hasDigest,
  isOwnHost,
  type ParsedSignature,
  sha256,
} from './signature-parts.ts';

// Structured fields (RFC 8941), the part that RFC 9421 §4.1 needs. Components with parameters (`;req`, `;sf`) are not accepted.
const label = /[ \t]*([a-z*][a-z0-9_.*-]*)=/y;
const innerList = /\(( *(?:"[a-z0-9@!#$%&'*+.^_`|~-]+" *)*)\)/y;
const listParameter =
  /; *([a-z*][a-z0-9_.*-]*)(?:=("(?:[^"\\]|\\["\\])*"|-?[0-9]{1,15}|:[A-Za-z0-9+/=]*:|[A-Za-z*][\w:/!#$%&'*+.^`|~-]*|\?[01]))?/y;
const byteSequence = /:([A-Za-z0-9+/=]*):/y;
const separator = /[ \t]*(?:,|$)/y;
const sha256Member = /^sha-256=:(.+):$/;
const algorithms = { rsa: 'rsa-v1_5-sha256', ed25519: 'ed25519' };
const mostSignatures = 4;

type Input = { parameters: string; covered: string[]; values: Map<string, string> };

/** Reads `Signature-Input` and `Signature`; of several signatures the first with a key id counts. Cheap, before the key is known. */
export function parseRfc9421(inputField: string, signatureField: string): ParsedSignature | Refused {
  const inputs = readDictionary(inputField, readInput);
  const signatures = readDictionary(signatureField, readBytes);
  if (inputs === null || signatures === null) return malformed();
  const [name, input] = [...inputs].find(([, candidate]) => candidate.values.has('keyid')) ?? [];
  const value = name === undefined ? undefined : signatures.get(name);
  const keyId = textOf(input?.values.get('keyid'));
  const algorithm = textOf(input?.values.get('alg'));
  const [created, expires] = [integerOf(input?.values.get('created')), integerOf(input?.values.get('expires'))];
  if (!input || !value || !keyId || algorithm === undefined || created === undefined || expires === undefined)
    return malformed();
  if (new Set(input.covered).size !== input.covered.length) return malformed();
  return {
    ok: true,
    form: 'rfc9421',
    keyId,
    covered: input.covered,
    value,
    created,
    expires,
    algorithm,
    parameters: input.parameters,
  };
}

function malformed(): Refused {
  return refused('signature_malformed', 'The fields Signature-Input and Signature cannot be read (RFC 9421 §4).');
}

/** A dictionary of at most four members, each read by `read` from a position to the next; null when it is not one. */
function readDictionary<T>(
  field: string,
  read: (field: string, start: number) => { value: T; end: number } | null,
): Map<string, T> | null {
  const members = new Map<string, T>();
  let position = 0;
  while (position < field.length) {
    const named = match(label, field, position);
    const member = named && read(field, position + named[0].length);
    const name = named?.[1];
    if (!member || name === undefined || members.has(name) || members.size === mostSignatures) return null;
    members.set(name, member.value);
    const end = match(separator, field, member.end);
    if (!end) return null;
    position = member.end + end[0].length;
  }
  return members;
}

function readInput(field: string, start: number): { value: Input; end: number } | null {
  const list = match(innerList, field, start);
  if (!list) return null;
  const values = new Map<string, string>();
  let end = start + list[0].length;
  for (let found = match(listParameter, field, end); found; found = match(listParameter, field, end)) {
    const [text, name = '', value = '?1'] = found;
    if (values.has(name)) return null;
    values.set(name, value);
    end += text.length;
  }
  const covered = (list[1] ?? '').split(' ').flatMap((item) => (item === '' ? [] : item.slice(1, -1)));
  return { value: { parameters: field.slice(start, end), covered, values }, end };
}

function readBytes(field: string, start: number): { value: Buffer; end: number } | null {
  const found = match(byteSequence, field, start);
  const value = decodeBase64(found?.[1] ?? '');
  return found && value ? { value, end: start + found[0].length } : null;
}

function match(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/** Text of a string item; null when absent, undefined when it is something else. */
function textOf(item: string | undefined): string | null | undefined {
  if (item === undefined) return null;
  return item.startsWith('"') ? item.slice(1, -1).replace(/\\(["\\])/g, '$1') : undefined;
}

function integerOf(item: string | undefined): number | null | undefined {
  if (item === undefined) return null;
  return /^[0-9]{1,12}$/.test(item) ? Number(item) : undefined;
}

/** Everything but the arithmetic: coverage, host, clock, digest. Returns the signature base (RFC 9421 §2.5). */
export function checkRfc9421(
  request: ArrivedRequest,
  parsed: ParsedSignature,
  options: ClockWindow & { ownHosts: readonly string[] },
): { ok: true; signed: string } | Refused {
  const url = new URL(request.url);
  const has = (name: string) => parsed.covered.includes(name);
  const coversTarget =
    has('@target-uri') || has('@request-target') || (has('@path') && (url.search === '' || has('@query')));
  const missing = [
    ...(has('@method') ? [] : ['@method']),
    ...(coversTarget ? [] : ['@target-uri']),
    ...(has('@authority') || has('@target-uri') || has('host') ? [] : ['@authority']),
    ...(parsed.created === null ? ['created'] : []),
    ...(request.body === null || has('content-digest') ? [] : ['content-digest']),
  ];
  if (missing.length > 0) return refused('signature_incomplete', `The signature does not cover ${missing.join(', ')}.`);

  const host = request.headers.get('host') ?? url.host;
  if (
    !isOwnHost(url.host, url.protocol, options.ownHosts) ||
    (has('host') && !isOwnHost(host, url.protocol, options.ownHosts))
  ) {
    return refused('signature_wrong_host', 'The request was signed for another host.');
  }
  const clockFault = checkClock(parsed.created ?? 0, options) ?? checkExpiry(parsed.expires, options);
  if (clockFault) return clockFault;
  if (request.body !== null && !hasDigest(request.headers.get('content-digest'), sha256Member, request.body)) {
    return refused('signature_digest', 'The body does not match its Content-Digest (sha-256).');
  }
  const lines: string[] = [];
  for (const name of parsed.covered) {
    const value = name.startsWith('@')
      ? derived(name, request.method, url)
      : name === 'host'
        ? host
        : fieldOf(request.headers, name);
    if (value == null)
      return refused(
        'signature_malformed',
        'The signature covers something that the request does not have or that is not supported.',
      );
    lines.push(`"${name}": ${value.trim()}`);
  }
  return { ok: true, signed: `${lines.join('\n')}\n"@signature-params": ${parsed.parameters}` };
}

// RFC 9421 §2.2.
function derived(name: string, method: string, url: URL): string | null {
  switch (name) {
    case '@method':
      return method.toUpperCase();
    case '@target-uri':
      return url.href;
    case '@authority':
      return url.host;
    case '@scheme':
      return url.protocol.slice(0, -1);
    case '@request-target':
      return `${url.pathname}${url.search}`;
    case '@path':
      return url.pathname;
    case '@query':
      return url.search === '' ? '?' : url.search;
    default:
      return null;
  }
}

/** Whether the algorithm that the request claims, if any, is the one that the key stands for. */
export function agreesRfc9421(claimed: string | null, kind: 'rsa' | 'ed25519'): boolean {
  return claimed === null || claimed === algorithms[kind];
}

/** The fields to add before signing, and the text to sign. `headers` has lower-case names. */
export function prepareRfc9421(request: {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: Uint8Array | string | null;
  now: Date;
  keyId: string;
  kind: 'rsa' | 'ed25519';
}): { headers: Record<string, string>; signed: string } {
  const { method, url, now, keyId, kind } = request;
  const headers: Record<string, string> = { ...request.headers, host: url.host, date: now.toUTCString() };
  const covered = ['@method', '@target-uri', '@authority'];
  if (request.body !== null) {
    headers['content-digest'] = `sha-256=:${sha256(request.body)}:`;
    covered.push('content-digest');
  }
  covered.push(...coveredWhenSent.filter((name) => headers[name] !== undefined));
  const names = covered.map((name) => `"${name}"`).join(' ');
  const parameters = `(${names});created=${Math.floor(now.getTime() / 1000)};keyid="${keyId}";alg="${algorithms[kind]}"`;
  headers['signature-input'] = `sig1=${parameters}`;
  const lines = covered.map(
    (name) => `"${name}": ${name.startsWith('@') ? derived(name, method, url) : headers[name]}`,
  );
  return { headers, signed: `${lines.join('\n')}\n"@signature-params": ${parameters}` };
}
