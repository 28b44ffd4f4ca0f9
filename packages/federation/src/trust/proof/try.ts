import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { isId, nodeActor, originOf } from '@joinery/core';
import { actorTokenHeader, issueActorToken } from '../../actor-token.ts';
import type { FederationNode } from '../../federation.ts';
import { signRequest } from '../../signatures.ts';

/** Who asks in a trial. Of an item in a closed group elsewhere also: the partner with the group's token, and somebody who has that token but not the key it is bound to. */
export type Asker = 'partner' | 'token' | 'stolen' | 'stranger' | 'nobody';

/** What one of them got. */
export type Trial = {
  asker: Asker;
  status: number;
  /** The stable code of a refusal (RFC 9457); null for what was given. */
  code: string | null;
  /** Size of the answer's body in bytes. */
  bytes: number;
  /** The body, as text; empty of a file that was given. */
  text: string;
};

/** A node that nobody can have (RFC 6761 §6.4), so that none is ever on the list. */
const stranger = 'https://a-node-without-agreement.invalid';
const activityType = 'application/activity+json';
const items = /^\/(?:groups|posts|people|files)\/([0-9a-f-]{36})(?:\/(?:followers|moderators|outbox))?$/;

/**
 * Reads what was typed as the address of something of this node that other nodes may ask for.
 * @returns the whole address, or null
 */
export function readItem(typed: string, own: string): string | null {
  const text = typed.trim();
  const address = text.startsWith('/') ? `${own}${text}` : text;
  if (originOf(address) !== own) return null;
  const { pathname } = new URL(address);
  const id = items.exec(pathname.replace(/\/$/, ''))?.[1];
  return id !== undefined && isId(id) ? `${own}${pathname.replace(/\/$/, '')}` : null;
}

/**
 * Really asks this node's own routes for an item: as a partner, as a node without agreement, and without a signature. The requests pass the same
 * guard, signatures and routes as those of other nodes; the partner's own key being its own, a throw-away one that only this process knows stands for
 * it while the answer is made.
 * @param ask the node's own routes
 * @param item from `readItem`
 * @param group address of the closed group elsewhere that the item belongs to; null for any other item
 */
export async function tryItem(
  { bridge, context }: Pick<FederationNode, 'bridge' | 'context'>,
  ask: (request: Request) => Promise<Response>,
  partner: string,
  item: string,
  group: string | null,
): Promise<Trial[]> {
  const headers = { accept: activityType };
  const groupPair = generateKeyPairSync('ed25519');
  const now = context.clock.now();
  /** The group's token for a node and a key, with a version that no revocation has reached: whether it has it is the group's business. */
  const tokenFor = (node: string, nodeKey: KeyObject): Promise<string> =>
    issueActorToken({
      ...{ group: group ?? '', key: { id: `${group}#trial`, privateKey: groupPair.privateKey } },
      ...{ node, nodeKey, version: Number.MAX_SAFE_INTEGER, from: 0, now },
    });
  const signedBy = async (origin: string, token?: 'own' | 'stolen'): Promise<Response> => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const owner = nodeActor(origin);
    const id = `${owner}#trial-${randomUUID()}`;
    const request = { method: 'GET', url: item, headers, body: null, form: 'rfc9421' as const };
    const signed = await signRequest({ ...request, key: { id, privateKey }, now });
    if (token) {
      const boundTo = token === 'own' ? publicKey : generateKeyPairSync('ed25519').publicKey;
      Object.assign(signed, actorTokenHeader(await tokenFor(owner, boundTo)));
    }
    const standsFor = group === null ? {} : { group: { uri: group, key: groupPair.publicKey } };
    const forget = bridge.remoteKeys.lend({ id, owner, key: publicKey, ...standsFor });
    try {
      return await ask(new Request(item, { headers: signed }));
    } finally {
      forget();
    }
  };
  return [
    await read('partner', await signedBy(partner)),
    ...(group === null
      ? []
      : [await read('token', await signedBy(partner, 'own')), await read('stolen', await signedBy(partner, 'stolen'))]),
    await read('stranger', await signedBy(stranger)),
    await read('nobody', await ask(new Request(item, { headers }))),
  ];
}

async function read(asker: Asker, answer: Response): Promise<Trial> {
  const size = Number(answer.headers.get('content-length'));
  if (answer.ok && !/json/.test(answer.headers.get('content-type') ?? '')) {
    // It may be large: that it is given, and how much, is what there is to show.
    await answer.body?.cancel();
    return { asker, status: answer.status, code: null, bytes: size, text: '' };
  }
  const text = await answer.text();
  const code = answer.ok ? null : codeIn(text);
  return { asker, status: answer.status, code, bytes: Buffer.byteLength(text), text };
}

function codeIn(text: string): string | null {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}
