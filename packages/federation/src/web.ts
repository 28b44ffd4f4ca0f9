import {
  type Context,
  countAttempt,
  type Environment,
  isId,
  type JsonObject,
  limits,
  originOf,
  type Requester,
  uncountAttempt,
} from '@joinery/core';
import type { Context as HonoContext, MiddlewareHandler } from 'hono';
import { tokenDocument } from './closed/grant.ts';
import { sharedStreams } from './digest.ts';
import {
  activityDocument,
  agencyDocument,
  collectionDocument,
  type Found,
  nodeCollection,
  nodeDocument,
  objectDocument,
} from './documents.ts';
import { type FederationNode, federationOf } from './federation.ts';
import { heldDocument } from './held.ts';
import { isActivityType } from './media-types.ts';
import { isAmong } from './node-addresses.ts';
import { countForNode } from './rates.ts';
import { receive } from './receive.ts';
import { type Refused, refused } from './refusals.ts';
import { readRequester } from './requester.ts';
import { streamPage } from './stream-log.ts';
import { largestProposal, receiveProposal } from './trust/proposals.ts';

type WebContext = HonoContext<Environment>;

const inboxBytes = 1_000_000;
const proposals = '/node/proposals';
const activityType = 'application/activity+json; charset=utf-8';
const objectPath = /^\/(people|groups|posts|folders)\/([0-9a-f-]{36})$/;
const collectionPath = /^\/(people|groups|posts)\/([0-9a-f-]{36})\/([a-z]+)$/;
const activityPath = /^\/activities\/([0-9a-f-]{36})(?:\/[a-z]+)?$/;
const filePath = /^\/files\/[0-9a-f-]{36}$/;
const tokenPath = /^\/(groups)\/([0-9a-f-]{36})\/token$/;
const streamPath = /^\/streams\/([0-9a-f-]{36})\/log$/;

/**
 * What nodes ask of this node: runs before the pages and answers ActivityStreams, inboxes, WebFinger and NodeInfo. Everything but the server actor needs the
 * signature of an allowed node; who has none learns nothing of what exists.
 */
export function federationMiddleware(): MiddlewareHandler<Environment> {
  return async function federation(c, next) {
    const node = federationOf(c.var.context);
    const answer = node && ((await recogniseFileReader(c, node)) ?? (await answerNode(c, node)));
    if (answer) return answer;
    await next();
  };
}

/** A node that asks for a file is recognised by its signature; whether it gets it is the route's business. */
async function recogniseFileReader(c: WebContext, node: FederationNode): Promise<Response | null> {
  if (!filePath.test(c.req.path) || !c.req.header('signature')) return null;
  const signed = await readRequester(node.bridge, {
    method: c.req.method,
    url: ownUrl(c, node),
    headers: c.req.raw.headers,
    body: null,
    network: c.var.clientNetwork,
  });
  if (!signed.ok) return refuseFetch(node, signed);
  c.set('requester', signed.requester);
  return null;
}

async function answerNode(c: WebContext, node: FederationNode): Promise<Response | null> {
  const { path, method } = c.req;
  if (method === 'POST') {
    if (isAmong('posted', path) && path !== proposals) return answerInbox(c, node);
    return path === proposals ? answerProposal(c, node) : null;
  }
  if (method !== 'GET' && method !== 'HEAD') return null;
  if (path !== '/node' && isAmong('open', path)) return node.discovery(c.req.raw);
  if (path === '/node') return document(c, { status: 200, document: await nodeDocument(node.bridge) });
  const asked =
    isAmong('signed', path) ||
    (wantsActivity(c.req.header('accept')) && (objectPath.test(path) || collectionPath.test(path)));
  if (!asked) return null;
  const signed = await readRequester(node.bridge, {
    method,
    url: ownUrl(c, node),
    headers: c.req.raw.headers,
    body: null,
    network: c.var.clientNetwork,
  });
  if (!signed.ok) return refuseFetch(node, signed);
  if (signed.requester.kind === 'nobody')
    return refuseFetch(node, refused('signature_missing', 'This needs the signature of a node with an agreement.'));
  // Whoever proves what a partner gets is not that partner; and nothing is ever delivered to an introduced node.
  if (signed.requester.kind === 'peer' && !signed.lent && !signed.introduced) node.contact(signed.requester.origin);
  const token = tokenPath.exec(path);
  // A key that this process lent itself proves what a partner gets; it takes nothing along.
  const found = token
    ? await tokenDocument(
        node.bridge,
        token[1] ?? '',
        token[2] ?? '',
        signed.requester,
        signed.lent ? undefined : signed.key,
      )
    : await find(c, node, signed.requester);
  return found
    ? document(c, found)
    : problem({
        ok: false,
        code: 'not_found',
        status: 404,
        retryable: false,
        detail: 'There is nothing here for you.',
      });
}

async function find(c: WebContext, node: FederationNode, requester: Requester): Promise<Found> {
  const { path } = c.req;
  if (path === '/agency') return { status: 200, document: await agencyDocument(node.bridge) };
  if (path === '/streams' && requester.kind === 'peer')
    return { status: 200, document: await sharedStreams(node.bridge, requester.origin) };
  if (path === '/node/groups') return nodeCollection(node.bridge, 'groups', c.req.query('page') ?? null, requester);
  if (path === '/streams/held' && requester.kind === 'peer')
    return { status: 200, document: await heldDocument(node.bridge, requester.origin) };
  const activity = activityPath.exec(path);
  if (activity)
    return activityDocument(
      node.bridge,
      node.builder,
      activity[1] ?? '',
      `${node.context.config.origin}${path}`,
      requester,
    );
  const stream = streamPath.exec(path);
  if (stream) return findStreamPage(c, node, stream[1] ?? '', requester);
  const object = objectPath.exec(path);
  if (object) return objectDocument(node.bridge, object[1] ?? '', object[2] ?? '', requester);
  const [, of = '', id = '', name = ''] = collectionPath.exec(path) ?? [];
  return collectionDocument(node.bridge, { path: of, id, name, page: c.req.query('page') ?? null }, requester);
}

async function findStreamPage(
  c: WebContext,
  node: FederationNode,
  token: string,
  requester: Requester,
): Promise<Found> {
  const after = Number(c.req.query('after') ?? '0');
  if (!isId(token) || !Number.isSafeInteger(after) || after < 0) return null;
  const page = await streamPage(node.bridge, node.builder, token, requester, after);
  if (!page) return null;
  const { stream, origin, epoch, sequence } = page.acknowledge;
  if (c.req.query('epoch') === epoch) node.acknowledge(stream, origin, epoch, sequence);
  return { status: 200, document: page.document };
}

/**
 * Refused deliveries are counted for the network and the node that it claims to be, so that nobody can use up what another node has. An
 * accepted one is taken back: it counts for the node that proved itself, in `receive`.
 */
async function answerInbox(c: WebContext, node: FederationNode): Promise<Response> {
  const counted = `refused delivery ${c.var.clientNetwork} ${claimedOrigin(c) ?? 'nobody'}`;
  const tooMany = countForNode(node.context, counted, 'refusedDeliveries');
  if (tooMany) return problem(tooMany);
  const answer = await takeDelivery(c, node);
  if (answer.ok || answer.status >= 500) uncountAttempt(node.context, counted);
  return answer;
}

/** The node in the key's id, which anybody can write. */
function claimedOrigin(c: WebContext): string | null {
  const text = c.req.header('signature-input') ?? c.req.header('signature') ?? '';
  return originOf(/keyid="([^"]{1,500})"/i.exec(text)?.[1] ?? '');
}

async function takeDelivery(c: WebContext, node: FederationNode): Promise<Response> {
  // Unsigned is refused before anything of the body is read.
  if (!c.req.header('signature')) return refuseInbox(node, refused('signature_missing', 'The request is not signed.'));
  const tooLarge = refused('body_too_large', `The document is larger than ${inboxBytes} bytes.`);
  if (Number(c.req.header('content-length') ?? '0') > inboxBytes) return refuseInbox(node, tooLarge);
  const body = await readBody(c.req.raw, inboxBytes);
  if (body === null) return refuseInbox(node, tooLarge);
  const request = { url: ownUrl(c, node), headers: c.req.raw.headers, body, network: c.var.clientNetwork };
  const received = await receive(node.bridge, node, request);
  return received.ok ? new Response(null, { status: 202 }) : refuseInbox(node, received);
}

/**
 * A request for a host that no node of this process has. Whoever signed it signed it for another node: it is answered as any signature for another host is, so
 * that the sender's lane waits instead of taking the activity for refused.
 * @param nodes those of this process; the first notes it
 * @returns null for what is not signed
 */
export function refuseMisdirected(request: Request, nodes: Context[]): Response | null {
  if (!request.headers.get('signature')) return null;
  const refusal = refused('signature_wrong_host', 'The request was signed for another host than that of this node.');
  nodes[0]?.logger.info(request.method === 'POST' ? 'inbox.refused' : 'fetch.refused', {
    refusal: refusal.code,
    status: refusal.status,
  });
  return problem(refusal);
}

function refuseFetch(node: FederationNode, refusal: Refused): Response {
  node.context.logger.info('fetch.refused', { refusal: refusal.code, status: refusal.status });
  return problem(refusal);
}

function refuseInbox(node: FederationNode, refusal: Refused): Response {
  node.context.logger.info('inbox.refused', { refusal: refusal.code, status: refusal.status });
  return problem(refusal);
}

async function answerProposal(c: WebContext, node: FederationNode): Promise<Response> {
  const body = await readBody(c.req.raw, largestProposal);
  if (body === null) return problem(refused('body_too_large', `A proposal has at most ${largestProposal} bytes.`));
  // Anybody may propose, but nobody may fill all places with invented origins.
  countAttempt(node.context, `proposal ${c.var.clientNetwork}`, limits.proposals);
  const refusal = await receiveProposal(node.context, {
    method: 'POST',
    url: ownUrl(c, node),
    headers: c.req.raw.headers,
    body,
  });
  return refusal ? problem(refusal) : new Response(null, { status: 202 });
}

/** The body as text, or null as soon as it is too long. */
async function readBody(request: Request, limit: number): Promise<string | null> {
  if (!request.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The address as the sender must have written it: our origin, whatever a proxy in between made of it. */
function ownUrl(c: WebContext, node: FederationNode): string {
  const url = new URL(c.req.url);
  return `${node.bridge.context.config.origin}${url.pathname}${url.search}`;
}

function wantsActivity(accept: string | undefined): boolean {
  return (accept ?? '').split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).some((part) => isActivityType(part.trim()));
}

function document(c: WebContext, found: { status: 200 | 410; document: JsonObject }): Response {
  return c.json(found.document, found.status, {
    'content-type': activityType,
    vary: 'Accept, Signature, Authorization',
    'cache-control': 'private, no-store',
  });
}

/**
 * Refuses, also before the body was read. The connection is not said to end: a sender that is cut off while it sends, and a proxy in between, would see a broken
 * line instead of the answer. The server reads on for half a second, and cuts what goes on longer.
 */
function problem(refusal: Omit<Refused, 'code'> & { code: string }): Response {
  const body = {
    type: 'about:blank',
    title: refusal.code.replaceAll('_', ' '),
    status: refusal.status,
    detail: refusal.detail,
    code: refusal.code,
    retryable: refusal.retryable,
  };
  const headers = {
    'content-type': 'application/problem+json',
    vary: 'Accept, Signature',
    'cache-control': 'no-store',
    ...(refusal.retryAfter !== undefined && { 'retry-after': String(refusal.retryAfter) }),
  };
  return new Response(JSON.stringify(body), { status: refusal.status, headers });
}
