import dns from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import tls from 'node:tls';
import {
  assertOutsideUnitOfWork,
  type DoorAnswer,
  type Doors,
  isSameAddress,
  originOf,
  type Purpose,
} from '@joinery/core';
import { type AddressRules, isAllowedAddress } from './addresses.ts';
import { accepts, asAnswer, fault, readDocument, refusedAnswer, statusFault } from './door-answers.ts';
import {
  type Answer,
  type DoorFault,
  type Exchange,
  ExchangeFault,
  exchange,
  type StreamedAnswer,
  streamedExchange,
} from './exchange.ts';

export type Resolved = { address: string; family: number };

/** One connection that was made or tried. `url` is without query, since that may hold what only the peer should know. */
export type DoorConnection = {
  at: string;
  method: 'GET' | 'POST';
  url: string;
  purpose: Purpose;
  /** `ok` or the code of the fault. */
  outcome: 'ok' | DoorFault;
  status: number | null;
  milliseconds: number;
};

export type PeersDoorOptions = {
  /** Asks the allow-list for a canonical origin; `privateRanges` when its entry lets that partner live in the networks below. */
  mayReach: (origin: string) => { allowed: boolean; reason: string; privateRanges?: boolean };
  userAgent: string;
  /** Development: plain http, and loopback addresses. */
  loopbackPeers: boolean;
  /** Networks (CIDR) where partners may live, for those whose entry says so. */
  privateRanges: readonly string[];
  /** Exact addresses of services outside the federation; they may live in those networks. */
  services?: () => Promise<readonly string[]>;
  /** Address of an HTTP proxy. It then looks up names; addresses written as numbers are still checked here. */
  outboundProxy?: string | null;
  /** File with extra certificate authorities (PEM). */
  caFile?: string | null;
  /** For the whole exchange, from the look-up of the name to the last byte. */
  deadlineMilliseconds?: number;
  resolve?: (hostname: string) => Promise<Resolved[]>;
  now?: () => Date;
  onConnection?: (connection: DoorConnection) => void;
};

/** A part of a file, as it comes; or why not. */
type FileAnswer = ({ ok: true } & StreamedAnswer) | (DoorAnswer & { ok: false });

export type PeersDoor = Doors['peers'] & {
  /** Reads bytes of a file at a peer, piece by piece: the same checks as for documents, a deadline for each piece in place of one for all. */
  fetchFile: (
    url: string,
    options: { purpose: Purpose; headers: Record<string, string>; maximumBytes: number },
  ) => Promise<FileAnswer>;
  /** The door to services: the same checks, with the list of exact addresses in place of the allow-list. */
  services: Doors['services'];
  /** The last hundred connections, newest first. */
  recent: () => DoorConnection[];
  [Symbol.asyncDispose]: () => Promise<void>;
};

const kept = 100;
const defaultDeadline = 10_000;
const documentBytes = 1_000_000;
const answerBytes = 64_000;
/** How long a file may stop coming, in milliseconds. */
const silence = 20_000;
type Wanted = {
  method: 'GET' | 'POST';
  purpose: Purpose;
  headers: Record<string, string>;
  body: string | null;
  maximumBytes: number;
};

/**
 * The only way out to other nodes. What it checks holds even when its callers are wrong: the allow-list, https, every address at the
 * moment of connecting, one deadline for the whole exchange, size, no compression, no redirects, the kind and the id of documents.
 * Answers with values; throws only when used inside a unit of work.
 */
export function createPeersDoor(options: PeersDoorOptions): PeersDoor {
  const agents = createAgents(options);
  // Of their own: whoever reads a large file slowly must not hold the connections that deliveries need.
  const fileAgents = createAgents(options);
  const freshAgents = createAgents(options, { keepAlive: false });
  const resolve = options.resolve ?? ((hostname: string) => dns.lookup(hostname, { all: true, verbatim: true }));
  const now = options.now ?? (() => new Date());
  const connections: DoorConnection[] = [];
  const open = new Set<AbortController>();
  const milliseconds = options.deadlineMilliseconds ?? defaultDeadline;
  let isClosed = false;

  const reach = (text: string, wanted: Wanted, admitted = admit(text, options), through = agents): Promise<Answer> =>
    connect(wanted, admitted, through, exchange);

  async function connect<T extends { status: number }>(
    wanted: Wanted,
    admitted: ReturnType<typeof admit>,
    through: typeof agents,
    make: (exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const { url, rules } = admitted;
    const isProxied = Boolean(options.outboundProxy) && url.protocol === 'https:';
    if (isClosed) throw new ExchangeFault('door_closed', 'The node is stopping.');
    const stop = new AbortController();
    const isLate = () =>
      new ExchangeFault('deadline_exceeded', `${url.host} did not answer in full within ${milliseconds} ms.`);
    const timer = setTimeout(() => stop.abort(isLate()), milliseconds);
    open.add(stop);
    const at = now().toISOString();
    const start = performance.now();
    const note = (outcome: 'ok' | DoorFault, status: number | null) => {
      const { method, purpose } = wanted;
      const took = Math.round(performance.now() - start);
      const connection = {
        at,
        method,
        url: `${url.origin}${url.pathname}`,
        purpose,
        outcome,
        status,
        milliseconds: took,
      };
      connections.unshift(connection);
      connections.length = Math.min(connections.length, kept);
      options.onConnection?.(connection);
    };
    try {
      const answer = await make({
        ...wanted,
        url,
        headers: { ...wanted.headers, host: url.host, 'user-agent': options.userAgent, 'accept-encoding': 'identity' },
        agent: url.protocol === 'https:' ? through.https : through.http,
        lookup: isProxied ? null : checkedLookup(resolve, rules),
        mayUse: (remoteAddress) => isProxied || isAllowedAddress(remoteAddress, rules),
        deadline: stop.signal,
      });
      note('ok', answer.status);
      return answer;
    } catch (error) {
      if (error instanceof ExchangeFault) note(error.fault, null);
      throw error;
    } finally {
      clearTimeout(timer);
      open.delete(stop);
    }
  }

  return {
    async fetchDocument(url, { purpose, headers = {}, accept = 'activity', maximumBytes = documentBytes, id, fresh }) {
      assertOutsideUnitOfWork('The door to peers');
      const address = url.split('#', 1)[0] ?? '';
      try {
        const sent = { ...lowerCase(headers), accept: accepts[accept].header };
        const wanted = { method: 'GET' as const, purpose, headers: sent, body: null, maximumBytes };
        const answer = await reach(address, wanted, admit(address, options), fresh ? freshAgents : agents);
        if (answer.status !== 200) return statusFault(answer, address);
        const document = readDocument(answer, accept, maximumBytes);
        const expected = id === undefined ? address : id;
        if (
          accept === 'activity' &&
          expected !== null &&
          !(typeof document.id === 'string' && isSameAddress(document.id, expected))
        ) {
          return fault(
            'id_mismatch',
            'The document has another id than the address it was fetched from.',
            answer.status,
          );
        }
        return { ok: true, ...answer, document };
      } catch (error) {
        return asAnswer(error);
      }
    },
    async fetchFile(url, { purpose, headers, maximumBytes }) {
      assertOutsideUnitOfWork('The door to peers');
      try {
        const wanted = { method: 'GET' as const, purpose, headers: lowerCase(headers), body: null, maximumBytes };
        const answer = await connect(wanted, admit(url, options), fileAgents, (one) => streamedExchange(one, silence));
        if (answer.status === 200 || answer.status === 206) return { ok: true, ...answer };
        await answer.body[Symbol.asyncIterator]().return?.();
        return { ...statusFault({ ...answer, text: '' }, url), ok: false } as FileAnswer;
      } catch (error) {
        return refusedAnswer(error);
      }
    },
    async post(url, { purpose, headers, body }) {
      assertOutsideUnitOfWork('The door to peers');
      try {
        const answer = await reach(url, {
          method: 'POST',
          purpose,
          headers: lowerCase(headers),
          body,
          maximumBytes: answerBytes,
        });
        return answer.status >= 200 && answer.status < 300 ? { ok: true, ...answer } : statusFault(answer, url);
      } catch (error) {
        return asAnswer(error);
      }
    },
    services: {
      async request(url, { purpose, method, headers = {}, body = null, maximumBytes = documentBytes }) {
        assertOutsideUnitOfWork('The door to services');
        try {
          const named = (await options.services?.()) ?? [];
          const allowed = named.includes(url);
          const admitted = admit(url, {
            ...options,
            mayReach: () => ({ allowed, reason: 'no service of this node is at that address', privateRanges: true }),
          });
          const sent = lowerCase(headers);
          return { ok: true, ...(await reach(url, { method, purpose, headers: sent, body, maximumBytes }, admitted)) };
        } catch (error) {
          const { code, retryable, detail } = refusedAnswer(error);
          return { ok: false, code, retryable, detail };
        }
      },
    },
    recent: () => [...connections],
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const stop of open) stop.abort(new ExchangeFault('door_closed', 'The node is stopping.'));
      for (const { http: plain, https: secure } of [agents, fileAgents, freshAgents]) {
        plain.destroy();
        secure.destroy();
      }
    },
  };
}

function createAgents(
  { outboundProxy, caFile }: PeersDoorOptions,
  { keepAlive } = { keepAlive: true },
): { http: http.Agent; https: https.Agent } {
  const shared = { keepAlive, maxSockets: 16, maxTotalSockets: 512, maxFreeSockets: 4, timeout: 30_000 };
  // A session that is taken up again shows no certificate.
  const sessions = keepAlive ? {} : { maxCachedSessions: 0 };
  const authorities = caFile ? { ca: [...tls.getCACertificates('default'), readFileSync(caFile, 'utf8')] } : {};
  const proxy = outboundProxy ? { proxyEnv: { HTTPS_PROXY: outboundProxy } } : {};
  return { http: new http.Agent(shared), https: new https.Agent({ ...shared, ...sessions, ...authorities, ...proxy }) };
}

/** What can be decided before any connection. */
function admit(text: string, options: PeersDoorOptions): { url: URL; rules: AddressRules } {
  const origin = originOf(text);
  if (origin === null)
    throw new ExchangeFault(
      'address_malformed',
      'The address is not an https address in a form that everyone reads alike.',
    );
  // The canonical host, so that TLS, the Host field and the list of connections name the same one.
  const url = new URL(text.replace(/^[^/]*\/\/[^/?#]*/, origin));
  const isPlain = url.protocol === 'http:';
  if (isPlain && !options.loopbackPeers)
    throw new ExchangeFault('scheme_refused', `${url.host} is reached by https only.`);
  const decision = options.mayReach(origin);
  if (!decision.allowed)
    throw new ExchangeFault(
      'no_agreement',
      `There is no agreement with ${origin} that covers this (${decision.reason}).`,
    );
  const privateRanges = decision.privateRanges ? options.privateRanges : [];
  const rules = { onlyLoopback: isPlain, loopback: options.loopbackPeers, privateRanges };
  const literal = /^(?:\[(.*)\]|([0-9.]+))$/.exec(url.hostname);
  if (literal && !isAllowedAddress(literal[1] ?? literal[2] ?? '', rules)) throw addressFault(url.hostname);
  return { url, rules };
}

function addressFault(hostname: string): ExchangeFault {
  return new ExchangeFault(
    'address_refused',
    `${hostname} is at an address that is not on the public internet or not opened in the settings.`,
  );
}

/** Looks a name up at the moment of connecting, and connects only when every answer is allowed: no second look-up can differ. */
function checkedLookup(resolve: (hostname: string) => Promise<Resolved[]>, rules: AddressRules): LookupFunction {
  return (hostname, lookupOptions, callback) => {
    resolve(hostname).then(
      (answers) => {
        const [first] = answers;
        if (!first || !answers.every(({ address }) => isAllowedAddress(address, rules)))
          callback(addressFault(hostname), '', 0);
        else if (lookupOptions.all) callback(null, answers);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, '', 0),
    );
  };
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
