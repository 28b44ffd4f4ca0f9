import { createPublicKey } from 'node:crypto';
import { type DoorAnswer, isObject, listOf, nodeActor, publicKeysOf } from '@joinery/core';
import { actorTokenHeader } from '../../actor-token.ts';
import type { FederationNode } from '../../federation.ts';
import { signedFetch } from '../../fetch.ts';
import { textOf } from '../../read.ts';
import { signRequest } from '../../signatures.ts';

const purpose = 'rehearsal';

/** Asks another node for a document, as any node would: signed, through the door. @param token of a closed group */
export function fetchAs(node: FederationNode, url: string, token?: string): Promise<DoorAnswer> {
  return signedFetch(node.bridge, url, purpose, token === undefined ? {} : { headers: actorTokenHeader(token) });
}

/** The token with which a node reads what is written in a closed group elsewhere; null when it is refused one. */
export async function tokenAs(node: FederationNode, group: string): Promise<string | null> {
  const answer = await fetchAs(node, `${group}/token`);
  return answer.ok ? textOf(answer.document?.['joinery:actorToken']) : null;
}

/** Sends a Follow of itself to another node's inbox, as any node would: signed, through the door. */
export async function sendAs(node: FederationNode, origin: string): Promise<DoorAnswer> {
  const { context, bridge } = node;
  const actor = nodeActor(context.config.origin);
  const key = await bridge.keys.find(context.db.reader, actor, 'rsa');
  if (!key) throw new Error('The node has no key yet');
  const url = `${origin}/inbox`;
  const body = JSON.stringify({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${actor}#rehearsal`,
    type: 'Follow',
    actor,
    object: nodeActor(origin),
  });
  const headers = { 'content-type': 'application/activity+json' };
  const now = context.clock.now();
  const signed = await signRequest({ method: 'POST', url, headers, body, key, form: 'rfc9421', now });
  return context.doors.peers.post(url, { purpose, headers: signed, body });
}

/** Whether a document of a server actor carries the key that a node of this process has. */
export async function carriesKeyOf(answer: DoorAnswer, node: Pick<FederationNode, 'context'>): Promise<boolean> {
  if (!answer.ok || !answer.document) return false;
  const { config, db } = node.context;
  const own = (await publicKeysOf(db.reader, nodeActor(config.origin))).map((key) => key.public);
  const shown = listOf(answer.document.publicKey).flatMap((key) =>
    isObject(key) ? (textOf(key.publicKeyPem) ?? []) : [],
  );
  return shown.some((pem) => own.some((known) => createPublicKey(pem).equals(createPublicKey(known))));
}
