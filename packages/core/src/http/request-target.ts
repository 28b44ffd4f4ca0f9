import { refuse } from '../errors.ts';

// Encoded slashes, dots, percent signs and NUL, doubled slashes, backslashes, dot segments and fragments: proxy, router and handler
// may each read another path in them, and no address of ours contains one.
const ambiguous = /%(?:2f|5c|2e|00|25)|\/\/|\\|#|\/\.{1,2}(?:\/|$)/i;

/**
 * Refuses request targets that two readers could understand differently.
 * @param target path and query as they came, undecoded
 * @throws {Refusal} not_found, or bad_request when percent encoding or UTF-8 is broken
 */
export function checkTarget(target: string): void {
  const end = target.indexOf('?');
  const path = end === -1 ? target : target.slice(0, end);
  const query = end === -1 ? '' : target.slice(end + 1);
  if (ambiguous.test(path)) refuse('not_found', 'There is nothing at this address');
  if (decoded(path) === null) refuse('bad_request', 'The address is not valid UTF-8 in percent encoding');
  const text = decoded(query);
  if (text === null || text.includes('\0')) refuse('bad_request', 'The query is not valid UTF-8 in percent encoding');
}

function decoded(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/**
 * Refuses a request that names two hosts (RFC 9112 §3.2): a proxy may have gone by the one, and we would by the other.
 * @param rawHeaders names and values in turn, as they came; undefined without a network
 * @throws {Refusal} bad_request
 */
export function checkHost(rawHeaders: readonly string[] | undefined): void {
  const names = rawHeaders?.filter((text, index) => index % 2 === 0 && text.length === 4 && /^host$/i.test(text));
  if (names && names.length > 1) refuse('bad_request', 'The request names more than one host');
}

/**
 * Where to go on after signing in or changing the language.
 * @param text what came with the request, from anybody
 * @returns a path on this node with its query; `/` for everything that could lead anywhere else
 */
export function safeNext(text: string | null | undefined): string {
  if (!text || text.length > 2_000 || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) || /^\/+%(?:2f|5c)/i.test(text))
    return '/';
  const read = URL.parse(text, 'http://here.invalid');
  return read?.origin === 'http://here.invalid' && !read.pathname.startsWith('//')
    ? `${read.pathname}${read.search}`
    : '/';
}
