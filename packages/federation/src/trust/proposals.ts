import { createPublicKey } from 'node:crypto';
import {
  type Context,
  createKeyRing,
  type Direction,
  isObject,
  type JsonObject,
  nodeActor,
  originOf,
  publicKeysOf,
  refuse,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import { z } from 'zod';
import { readJson } from '../json.ts';
import type { Refused } from '../refusals.ts';
import { type ArrivedRequest, parseSignature, signRequest, verifySignature } from '../signatures.ts';
import { canonicalKey } from './fingerprint.ts';
import { receivePartner } from './partners.ts';
import type { Decider } from './register.ts';
import { partnerByOrigin, proposalFrom } from './store.ts';
import { type PartnerKind, partnerKinds } from './tables.ts';
import type { TrustList } from './trust.ts';

/** What an agency says of itself and wants. Unverified until a person has looked. */
export type Claims = {
  agency: string;
  identifier: string | null;
  kind: PartnerKind;
  scopes: string[];
  direction: Direction;
  reason: string;
  contact: string | null;
  expires: string | null;
};

/** A proposal read back: who claims to send it, with which key. */
export type Proposal = { origin: string; key: string; claims: Claims };

export const largestProposal = 32 * 1024;
const mostProposals = 100;
const keepDays = 30;
const day = 86_400_000;

const short = z.string().trim().max(200);
const optional = (text: z.ZodString) => text.nullish().transform((value) => value || null);
const documentShape = z.object({
  type: z.literal('Offer'),
  actor: z.object({
    id: z.string(),
    publicKey: z.object({ id: z.string(), owner: z.string(), publicKeyPem: z.string().max(3000) }),
  }),
  'joinery:proposal': z.object({
    agency: short.min(1),
    identifier: optional(short),
    kind: z.enum(partnerKinds).catch('government'),
    scopes: z.array(z.string().max(50)).max(20).catch([]),
    direction: z.enum(['in', 'out', 'both']).catch('both'),
    reason: z.string().trim().max(1000).catch(''),
    contact: optional(short),
    expires: optional(short),
  }),
});

/**
 * Makes the one self-contained request by which this node proposes an agreement: server actor, its key and the form, signed by that key, so that the
 * receiver can store it without asking anybody.
 * @param to origin of the other node
 */
export async function buildProposal(
  node: Pick<Context, 'config' | 'db' | 'secret' | 'clock'>,
  to: string,
  claims: Claims,
): Promise<{ url: string; headers: Record<string, string>; body: string }> {
  const { origin } = node.config;
  const actor = nodeActor(origin);
  const [published] = (await publicKeysOf(node.db.reader, actor)).filter(({ algorithm }) => algorithm === 'rsa');
  const key = await createKeyRing(node.secret).find(node.db.reader, actor, 'rsa');
  if (!published || !key) throw new Error('This node has no key yet');
  const body = JSON.stringify({
    '@context': ['https://www.w3.org/ns/activitystreams', { joinery: 'urn:joinery:ns#' }],
    id: `${actor}#proposal-${node.clock.now().getTime()}`,
    type: 'Offer',
    actor: {
      id: actor,
      type: 'Application',
      name: claims.agency,
      inbox: `${origin}/inbox`,
      publicKey: { id: published.id, owner: actor, publicKeyPem: published.public },
    },
    to: [nodeActor(to)],
    'joinery:proposal': claims,
  });
  const url = `${to}/node/proposals`;
  const headers = { 'content-type': 'application/activity+json' };
  return {
    url,
    body,
    headers: await signRequest({ method: 'POST', url, headers, body, key, form: 'rfc9421', now: node.clock.now() }),
  };
}

/**
 * Sends our proposal to a node that the list names as proposed by us.
 * @throws {Refusal} unavailable, with what their node answered
 */
export async function sendProposal(node: Context, to: string, claims: Claims): Promise<void> {
  const { url, headers, body } = await buildProposal(node, to, claims);
  const answer = await node.doors.peers.post(url, { purpose: 'proposal', headers, body });
  if (!answer.ok) refuse('unavailable', `Their node did not take the proposal: ${answer.detail}`);
}

/**
 * Takes a proposal from anybody, as unverified claims: one per origin, 100 in all. Makes no outbound request.
 * @returns null when it was taken (or quietly put aside: the node is blocked, or was declined lately); else why it cannot be believed
 * @throws {Refusal} too_large, bad_request, conflict, too_many
 */
export async function receiveProposal(node: Context, request: ArrivedRequest): Promise<Refused | null> {
  const text = request.body === null ? '' : Buffer.from(request.body).toString('utf8');
  if (Buffer.byteLength(text) > largestProposal) refuse('too_large', 'A proposal has at most 32 kB');
  const json = readJson(text, { maximumBytes: largestProposal, maximumDepth: 8, maximumValues: 200 });
  if (!json.ok) return json;
  const proposal = readProposal(text);
  if (!proposal) refuse('bad_request', 'This is not a proposal: see joinery:proposal in FEDERATION.md');
  const signature = parseSignature(request.headers);
  if (!signature.ok) return signature;
  if (originOf(signature.keyId) !== proposal.origin)
    refuse('bad_request', 'The key belongs to another node than the proposal');
  const checked = verifySignature(request, signature, createPublicKey(proposal.key), {
    now: node.clock.now(),
    ownHosts: [new URL(node.config.origin).host],
  });
  if (!checked.ok) return checked;
  if (proposal.origin === node.config.origin) refuse('bad_request', 'A node does not propose to itself');
  if (node.ports.trust.mayFederate(proposal.origin, null, 'in').reason === 'blocked') return null;
  await store(node, proposal, text);
  return null;
}

async function store(node: Context, proposal: Proposal, document: string): Promise<void> {
  await transact(node, { kind: 'peer', origin: proposal.origin }, async (work) => {
    const before = (days: number) => new Date(Date.parse(work.now) - days * day).toISOString();
    await work.db
      .deleteFrom('proposal')
      .where('state', 'in', ['unverified', 'mismatch', 'declined'])
      .where('received_at', '<', before(keepDays))
      .execute();
    const known = await proposalFrom(work.db, proposal.origin);
    if (known?.state === 'declined') return;
    // A stranger can claim any origin: what was checked gives way only to the same key.
    if (
      known &&
      (known.state === 'checked' || known.state === 'accepted') &&
      readProposal(known.document)?.key !== proposal.key
    ) {
      refuse('conflict', 'A proposal of this node with another key has been checked already');
    }
    if (!known) {
      const { count } = await work.db
        .selectFrom('proposal')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      if (Number(count) >= mostProposals) await makeRoom(work);
    }
    const row = {
      origin: proposal.origin,
      document,
      received_at: work.now,
      checked_at: null,
      state: 'unverified' as const,
    };
    await work.db
      .insertInto('proposal')
      .values(row)
      .onConflict((conflict) => conflict.column('origin').doUpdateSet(row))
      .execute();
    if (known?.state !== 'unverified') work.emit('partner.proposed', streams.local, { origin: proposal.origin });
  });
}

/** The oldest proposal that nobody has checked gives way, so that a full list shuts no agency out for long. @throws {Refusal} too_many */
async function makeRoom(work: Work): Promise<void> {
  const oldest = await work.db
    .selectFrom('proposal')
    .select('origin')
    .where('state', 'in', ['unverified', 'mismatch', 'declined'])
    .orderBy('received_at')
    .limit(1)
    .executeTakeFirst();
  if (!oldest) refuse('too_many', 'Too many proposals wait here: speak with the administrators first');
  await work.db.deleteFrom('proposal').where('origin', '=', oldest.origin).execute();
}

/** Reads a stored or received document; null when it is not a proposal of one node for itself. */
export function readProposal(document: string): Proposal | null {
  const parsed = documentShape.safeParse(parse(document));
  if (!parsed.success) return null;
  const { actor } = parsed.data;
  const origin = originOf(actor.id);
  const key = canonicalKey(actor.publicKey.publicKeyPem);
  if (origin === null || key === null || actor.id !== nodeActor(origin)) return null;
  if (actor.publicKey.owner !== actor.id || originOf(actor.publicKey.id) !== origin) return null;
  return { origin, key, claims: parsed.data['joinery:proposal'] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * An administrator asks whether a proposal comes from the node that it names: its server actor is fetched and the keys are compared. When they
 * agree, the agency stands on the list as proposed by them.
 * @returns whether the keys are the same
 * @throws {Refusal} not_found; unavailable when the node does not answer
 */
export async function checkProposal(
  node: Context,
  trust: TrustList,
  origin: string,
  decider: Decider,
): Promise<boolean> {
  const row = await proposalFrom(node.db.reader, origin);
  const proposal = row && readProposal(row.document);
  if (!row || !proposal) refuse('not_found', `${origin} has proposed nothing`);
  const close = trust.markReachable(origin);
  const answer = await node.doors.peers
    .fetchDocument(nodeActor(origin), { purpose: 'proposal', accept: 'activity' })
    .finally(close);
  if (!answer.ok) refuse('unavailable', `${nodeActor(origin)} does not answer: ${answer.detail}`);
  const same = keysOf(answer.document).includes(proposal.key);
  await transact(node, { kind: 'system', what: 'check of a proposal' }, async (work) => {
    await work.db
      .updateTable('proposal')
      .set({ state: same ? 'checked' : 'mismatch', checked_at: work.now })
      .where('origin', '=', origin)
      .where('received_at', '=', row.received_at)
      .execute();
    if (!same || (await partnerByOrigin(work.db, origin))) return;
    const { agency, identifier, kind, contact } = proposal.claims;
    const fields = {
      agency,
      identifier,
      kind,
      contact,
      pinnedKey: proposal.key,
      software: 'joinery',
      source: 'proposal',
    };
    await receivePartner(work, { origin, fields, ...decider });
  });
  return same;
}

function keysOf(document: JsonObject | undefined): string[] {
  const listed = [document?.publicKey].flat();
  return listed.flatMap((key) =>
    isObject(key) && typeof key.publicKeyPem === 'string' ? (canonicalKey(key.publicKeyPem) ?? []) : [],
  );
}
