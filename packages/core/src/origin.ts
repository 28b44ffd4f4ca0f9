import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { LRUCache } from 'lru-cache';
import { addressOf, type Json } from './json.ts';

const longestAddress = 2048;

// Control, invisible and blank characters, lone surrogates and backslashes: browsers, proxies and servers disagree about each.
const unsafeCharacters = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\\]/u;
const encodedLineEnds = /%(?:00|0a|0d)/i;
const start = /^(https?):\/\/([^/?#]*)(.*)$/is;
const withPort = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::([0-9]{1,5}))?$/i;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
// What the URL standard reads as an IPv4 address, however odd its spelling (0x7f.1, 2130706433).
const numericLabel = /^(?:[0-9]+|0x[0-9a-f]*)$/;

/**
 * The canonical form of an origin (RFC 6454): scheme, host in lower case and punycode without trailing dot, port unless it is the scheme's own.
 * @param text an origin alone, as an administrator types it; one closing slash is tolerated
 * @returns for example `https://xn--frysln-0ta.example:8443`; null for anything else than one http or https origin
 */
export function canonicalOrigin(text: string): string | null {
  const parts = split(text);
  return parts && (parts.rest === '' || parts.rest === '/') ? parts.origin : null;
}

/**
 * The canonical origin of an ActivityPub id or any other web address. Two ids belong to the same node when this text is equal.
 * @param uri absolute http or https address
 * @returns null for other schemes, user information, and every spelling in which two readers could see two hosts
 */
export function originOf(uri: string): string | null {
  return split(uri)?.origin ?? null;
}

/**
 * Whether two addresses name the same resource: same canonical origin, and the rest equal byte for byte.
 * Different spellings of a path (`%41` and `A`) stay different; fragments count.
 */
export function isSameAddress(one: string, other: string): boolean {
  if (one === other) return originOf(one) !== null;
  const [left, right] = [split(one), split(other)];
  return left !== null && right !== null && left.origin === right.origin && (left.rest || '/') === (right.rest || '/');
}

function split(text: string): { origin: string; rest: string } | null {
  if (
    typeof text !== 'string' ||
    text.length > longestAddress ||
    unsafeCharacters.test(text) ||
    encodedLineEnds.test(text)
  )
    return null;
  const [, schemeText = '', authority = '', rest = ''] = start.exec(text) ?? [];
  const origin = originFrom(schemeText.toLowerCase(), authority);
  if (origin === null) return null;
  // The last word: what will connect must read the same origin, in the origin alone and in the whole address.
  const read = URL.parse(text);
  return read !== null && withoutDot(read.origin) === origin ? { origin, rest } : null;
}

// An activity names the same few hosts some thirty times.
const known = new LRUCache<string, { origin: string | null }>({ max: 2_000 });

function originFrom(scheme: string, authority: string): string | null {
  const text = `${scheme}://${authority}`;
  const found = known.get(text) ?? { origin: readOrigin(scheme, authority) };
  known.set(text, found);
  return found.origin;
}

function readOrigin(scheme: string, authority: string): string | null {
  const [, hostText = '', portText] = withPort.exec(authority) ?? [];
  const host = canonicalHost(hostText);
  const port = canonicalPort(scheme, portText);
  if (host === null || port === null) return null;
  const origin = `${scheme}://${host}${port}`;
  return URL.parse(origin)?.origin === origin ? origin : null;
}

/** The URL standard keeps the trailing dot of a host; it names the same host in DNS. */
function withoutDot(origin: string): string {
  return origin.replace(/\.(?=:[0-9]+$|$)/, '');
}

function canonicalPort(scheme: string, text: string | undefined): string | null {
  if (text === undefined) return '';
  const port = Number(text);
  if (port < 1 || port > 65535) return null;
  return port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`;
}

function canonicalHost(text: string): string | null {
  if (text.startsWith('[')) {
    const read = isIPv6(text.slice(1, -1)) ? URL.parse(`http://${text}`) : null;
    return read === null ? null : read.hostname;
  }
  const host = text.toLowerCase().replace(/\.$/, '');
  if (isIPv4(host)) return host;
  const ascii = domainToASCII(host);
  const labels = ascii.split('.');
  if (
    ascii === '' ||
    ascii.length > 253 ||
    !labels.every((part) => label.test(part)) ||
    numericLabel.test(labels.at(-1) ?? '')
  )
    return null;
  // Only spellings that survive the way there and back: full-width letters, ideographic dots and the like are refused, not mapped.
  const unicode = domainToUnicode(ascii);
  if (unsafeCharacters.test(unicode) || domainToASCII(unicode) !== ascii) return null;
  return host === ascii || host.normalize('NFC') === unicode ? ascii : null;
}

/**
 * The address that a member of a document gives, when it lies on the node that the document comes from; otherwise null: any other would let
 * one node aim our requests and deliveries at another.
 * @param home origin of that node
 */
export function ownAddress(value: Json | undefined, home: string): string | null {
  const address = addressOf(value);
  return address !== null && originOf(address) === home ? address : null;
}
