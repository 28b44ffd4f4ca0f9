import { type DoorAnswer, isObject, type JsonObject } from '@joinery/core';
import { checkDocument } from './context.ts';
import { type Answer, type DoorFault, doorFaults, ExchangeFault } from './exchange.ts';
import { readJson } from './json.ts';
import { isActivityType, isMediaType } from './media-types.ts';

const documentDepth = 24;
// Pages that we asked for: a hundred items of the size that the inbox accepts would never be sent, a few thousand values more are.
const documentValues = 50_000;
const activityAccept =
  'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"';
/** The kinds of documents that can be asked for. */
export const accepts = {
  activity: { header: activityAccept, matches: isActivityType },
  jrd: {
    header: 'application/jrd+json, application/json',
    matches: (type: string | undefined) => isMediaType(type, ['application/jrd+json', 'application/json']),
  },
  json: { header: 'application/json', matches: (type: string | undefined) => isMediaType(type, ['application/json']) },
};

/**
 * The document in an answer of status 200.
 * @throws {ExchangeFault} when it is of another kind, not one JSON object within the limits, or not plain ActivityStreams
 */
export function readDocument(answer: Answer, accept: keyof typeof accepts, maximumBytes: number): JsonObject {
  if (!accepts[accept].matches(answer.headers['content-type'])) {
    throw new ExchangeFault(
      'content_type_refused',
      `The answer is not of a kind that was asked for (${accepts[accept].header}).`,
    );
  }
  const read = readJson(answer.text, { maximumBytes, maximumDepth: documentDepth, maximumValues: documentValues });
  if (!read.ok) throw new ExchangeFault('document_malformed', read.detail);
  if (!isObject(read.value)) throw new ExchangeFault('document_malformed', 'The document is not one object.');
  const refusal = accept === 'activity' ? checkDocument(read.value) : null;
  if (refusal) throw new ExchangeFault('document_malformed', refusal.detail);
  return read.value;
}

/** An answer that is no success. A problem document (RFC 9457) with a code of ours decides on `retryable` before the status does. */
export function statusFault(answer: Answer, url: string): DoorAnswer {
  const { status } = answer;
  if (status >= 300 && status < 400)
    return fault('redirect_refused', 'The peer redirects; redirects are not followed.', status);
  const isProblem = isMediaType(answer.headers['content-type'], ['application/problem+json', 'application/json']);
  const read = isProblem ? readJson(answer.text) : null;
  const body = read?.ok && isObject(read.value) ? read.value : undefined;
  const isOurs = typeof body?.code === 'string' && typeof body.retryable === 'boolean';
  const retryable = isOurs ? body.retryable === true : status >= 500 || [401, 403, 408, 429].includes(status);
  const detail = `${new URL(url).host} answers ${status}${typeof body?.code === 'string' ? ` (${body.code})` : ''}.`;
  const retryAfter = readRetryAfter(answer.headers);
  return {
    ok: false,
    status,
    code: 'peer_status',
    retryable,
    detail,
    ...(body && { body }),
    ...(retryAfter !== null && { retryAfter }),
  };
}

/** Seconds, or an instant by the peer's own clock. */
function readRetryAfter({ 'retry-after': said, date }: Record<string, string>): number | null {
  if (said === undefined) return null;
  const seconds = /^[0-9]{1,9}$/.test(said) ? Number(said) : (Date.parse(said) - Date.parse(date ?? '')) / 1_000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

/** The fault as the value that callers get. */
export function fault(code: DoorFault, detail: string, status?: number): DoorAnswer & { ok: false } {
  return { ok: false, code, ...doorFaults[code], detail, ...(status !== undefined && { status }) };
}

/** Turns what the door throws inside into a value; lets anything else pass. */
export function asAnswer(error: unknown): DoorAnswer {
  return refusedAnswer(error);
}

/** The same, known to be no success. */
export function refusedAnswer(error: unknown): DoorAnswer & { ok: false } {
  if (error instanceof ExchangeFault) return fault(error.fault, error.message);
  throw error;
}
