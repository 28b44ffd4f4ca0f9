import { type Environment, refuse } from '@joinery/core';
import type { MiddlewareHandler } from 'hono';
import { largestProposal, receiveProposal } from './proposals.ts';

/** POST /node/proposals: the one thing that a stranger may send. Runs before pages; everything else goes on. */
export const answerProposals: MiddlewareHandler<Environment> = async (c, next) => {
  if (c.req.path !== '/node/proposals') return next();
  if (c.req.method !== 'POST') refuse('method_not_allowed', 'Proposals are posted here');
  const { context } = c.var;
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/activity+json' && type !== 'application/ld+json' && type !== 'application/json') {
    refuse('unsupported_media_type', 'Send application/activity+json');
  }
  const body = await readLimited(c.req.raw);
  const url = `${context.config.origin}/node/proposals`;
  const refused = await receiveProposal(context, { method: 'POST', url, headers: c.req.raw.headers, body });
  if (refused === null) return c.body(null, 202);
  const { code, status, retryable, detail } = refused;
  context.logger.info('proposal.refused', { code });
  return c.body(JSON.stringify({ type: 'about:blank', title: code, status, detail, code, retryable }), status as 400, {
    'content-type': 'application/problem+json',
  });
};

async function readLimited(request: Request): Promise<Uint8Array> {
  const tooLarge = () => refuse('too_large', `A proposal has at most ${largestProposal} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > largestProposal) tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > largestProposal) tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
