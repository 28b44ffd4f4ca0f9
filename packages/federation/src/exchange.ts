import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { isIdentityEncoding } from './media-types.ts';

/** Why an exchange with a peer came to nothing. `retryable`: the same attempt may succeed later without anyone's doing. */
export const doorFaults = {
  address_malformed: { retryable: false },
  scheme_refused: { retryable: false },
  no_agreement: { retryable: true },
  address_refused: { retryable: false },
  request_malformed: { retryable: false },
  peer_unreachable: { retryable: true },
  tls_failed: { retryable: true },
  deadline_exceeded: { retryable: true },
  answer_too_large: { retryable: false },
  answer_encoded: { retryable: false },
  redirect_refused: { retryable: false },
  peer_status: { retryable: false },
  content_type_refused: { retryable: false },
  document_malformed: { retryable: false },
  id_mismatch: { retryable: false },
  door_closed: { retryable: true },
} as const;

export type DoorFault = keyof typeof doorFaults;

/** One request and its answer, whole. */
export type Exchange = {
  url: URL;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body: string | null;
  agent: http.Agent | https.Agent;
  /** Null behind a proxy, which then looks up names itself. */
  lookup: LookupFunction | null;
  /** Asked before a kept connection is used again. */
  mayUse: (remoteAddress: string) => boolean;
  deadline: AbortSignal;
  maximumBytes: number;
};

export type Answer = { status: number; headers: Record<string, string>; text: string };

/** An exchange that came to nothing; thrown inside the door only, which answers with values. */
export class ExchangeFault extends Error {
  readonly fault: DoorFault;
  constructor(fault: DoorFault, detail: string) {
    super(detail);
    this.fault = fault;
  }
}

/**
 * Makes one exchange. Never follows a redirect, never decompresses, never reads more than asked.
 * A kept connection that the peer had closed in the meantime is replaced once.
 * @throws {ExchangeFault}
 */
export async function exchange(wanted: Exchange): Promise<Answer> {
  return twice(wanted, (response) => readAnswer(response, wanted.maximumBytes));
}

/** An answer whose body comes piece by piece. Whoever does not read it to its end calls `return` on its iterator, which ends the connection. */
export type StreamedAnswer = Omit<Answer, 'text'> & { body: AsyncIterable<Uint8Array> };

/**
 * Makes one exchange whose answer is too large to hold. The deadline of `wanted` is for its head; after that each piece must come within `silence` milliseconds. The same guards as
 * `exchange`; a body that is longer than allowed ends with a fault.
 * @throws {ExchangeFault} before there is a body; afterwards its iterator throws
 */
export async function streamedExchange(wanted: Exchange, silence: number): Promise<StreamedAnswer> {
  return twice(wanted, async (response) => {
    // Of a refusal nothing is read, however long its words are beside the part that was asked for.
    if ((response.statusCode ?? 0) < 400) checkHead(response, wanted.maximumBytes);
    const body = pieces(response, wanted, silence);
    // A generator that was never begun ends without running what ends the connection.
    const end = async () => {
      response.destroy();
      return body.return(undefined);
    };
    const iterable = { [Symbol.asyncIterator]: () => ({ next: () => body.next(), return: end }) };
    return { status: response.statusCode ?? 0, headers: headersOf(response), body: iterable };
  });
}

async function* pieces(response: http.IncomingMessage, wanted: Exchange, silence: number): AsyncGenerator<Uint8Array> {
  const { host } = wanted.url;
  response.setTimeout(silence, () =>
    response.destroy(new ExchangeFault('deadline_exceeded', `${host} sent nothing for ${silence} ms.`)),
  );
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > wanted.maximumBytes) throw tooLarge(wanted.maximumBytes);
      yield piece;
    }
  } catch (error) {
    throw asFault(error, wanted.url);
  } finally {
    response.destroy();
  }
}

async function twice<T>(wanted: Exchange, read: (response: http.IncomingMessage) => Promise<T>): Promise<T> {
  const first = await attempt(wanted, read);
  const answer = first === 'stale' ? await attempt(wanted, read) : first;
  if (answer === 'stale') throw new ExchangeFault('peer_unreachable', `${wanted.url.host} closes its connections.`);
  return answer;
}

function attempt<T>(wanted: Exchange, read: (response: http.IncomingMessage) => Promise<T>): Promise<T | 'stale'> {
  return new Promise((resolve, reject) => {
    const { url, method, headers, body, agent, lookup, deadline } = wanted;
    let request: http.ClientRequest;
    try {
      deadline.throwIfAborted();
      request = (url.protocol === 'https:' ? https : http).request(url, {
        method,
        headers,
        agent,
        ...(lookup && { lookup }),
      });
    } catch (error) {
      reject(
        deadline.aborted
          ? deadline.reason
          : new ExchangeFault('request_malformed', `The request cannot be made: ${codeOf(error)}.`),
      );
      return;
    }
    const stop = () => request.destroy(deadline.reason);
    deadline.addEventListener('abort', stop);
    const settle = (done: () => void) => {
      deadline.removeEventListener('abort', stop);
      done();
    };
    let hasAnswered = false;
    request.on('socket', (socket) => {
      if (request.reusedSocket && !wanted.mayUse(socket.remoteAddress ?? '')) {
        request.destroy(
          new ExchangeFault('address_refused', `${url.host} is at an address that may no longer be reached.`),
        );
      }
    });
    request.on('error', (error) => {
      const isStale = request.reusedSocket && !hasAnswered && ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
      settle(() => (isStale ? resolve('stale') : reject(asFault(error, url))));
    });
    request.on('response', (response) => {
      hasAnswered = true;
      read(response).then(
        (answer) => settle(() => resolve(answer)),
        (error: Error) => {
          request.destroy();
          settle(() => reject(deadline.aborted ? deadline.reason : asFault(error, url)));
        },
      );
    });
    request.end(body ?? undefined);
  });
}

async function readAnswer(response: http.IncomingMessage, maximumBytes: number): Promise<Answer> {
  checkHead(response, maximumBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBytes) throw tooLarge(maximumBytes);
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    headers: headersOf(response),
    text: Buffer.concat(chunks, size).toString('utf8'),
  };
}

const tooLarge = (maximumBytes: number) =>
  new ExchangeFault('answer_too_large', `The answer is larger than ${maximumBytes} bytes.`);

/** What is wrong with an answer before any of its body is read. */
function checkHead(response: http.IncomingMessage, maximumBytes: number): void {
  if (!isIdentityEncoding(response.headers['content-encoding']))
    throw new ExchangeFault('answer_encoded', 'The answer is compressed although that was not asked for.');
  if (Number(response.headers['content-length'] ?? 0) > maximumBytes) throw tooLarge(maximumBytes);
}

function headersOf(response: http.IncomingMessage): Record<string, string> {
  const headers = Object.entries(response.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(headers);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

function asFault(error: unknown, url: URL): ExchangeFault {
  if (error instanceof ExchangeFault) return error;
  // With several addresses Node gathers the failures of all.
  const inner = error instanceof AggregateError ? error.errors.find((one) => one instanceof ExchangeFault) : undefined;
  if (inner) return inner;
  const code = codeOf(error instanceof AggregateError && codeOf(error) === 'unknown' ? error.errors[0] : error);
  const isTls = /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|EPROTO)/.test(code);
  return isTls
    ? new ExchangeFault('tls_failed', `The secure connection with ${url.host} failed: ${code}.`)
    : new ExchangeFault('peer_unreachable', `${url.host} cannot be reached: ${code}.`);
}
