import type { KeyObject } from 'node:crypto';
import { inOneCommit, isId, nodeActor, type ObjectKind, ownEpoch, type Requester } from '@joinery/core';
import { issueActorToken } from '../actor-token.ts';
import type { Bridge } from '../bridge.ts';
import type { Found } from '../documents.ts';
import { documentContext } from '../outgoing.ts';

const tokenSeconds = 600;

type Grant = NonNullable<ObjectKind['grant']>;

/** A node asks for the tokens of all its groups at the same time. */
const noteGrant = inOneCommit(
  (work, { note, id, origin, endsAt }: Pick<Grant, 'note'> & { id: string; origin: string; endsAt: string }) =>
    note(work, id, origin, endsAt),
);

/**
 * The token of a closed group of ours for the node that asks: only for its server actor, bound to the key of the request, and only while somebody there is a member. A group
 * without members there and a missing one answer alike.
 * @param key that the request was signed with
 */
export async function tokenDocument(
  bridge: Bridge,
  path: string,
  id: string,
  requester: Requester,
  key: KeyObject | undefined,
): Promise<Found> {
  const { context } = bridge;
  if (requester.kind !== 'peer' || !key || !isId(id)) return null;
  const kind = context.slices.flatMap((slice) => slice.objects ?? []).find((one) => one.path === path && one.grant);
  if (!kind?.grant) return null;
  const granted = await kind.grant.to(context.db.reader, requester, id);
  if (!granted) return null;
  const group = `${context.config.origin}/${path}/${id}`;
  const groupKey = await bridge.keys.find(context.db.reader, group, 'ed25519');
  if (!groupKey || requester.actor !== nodeActor(requester.origin)) return null;
  const now = context.clock.now();
  const token = await issueActorToken({
    ...{ group, key: groupKey, node: requester.actor, nodeKey: key },
    ...{ version: granted.version, epoch: await ownEpoch(context.db.reader) },
    ...{ from: granted.from, runs: granted.runs, began: granted.began, now },
  });
  const endsAt = new Date(now.getTime() + tokenSeconds * 1_000).toISOString();
  const { note } = kind.grant;
  await noteGrant(context, { kind: 'peer', origin: requester.origin }, { note, id, origin: requester.origin, endsAt });
  return {
    status: 200,
    document: {
      '@context': documentContext,
      id: `${group}/token`,
      type: 'Document',
      attributedTo: group,
      to: [requester.actor],
      endTime: endsAt,
      'joinery:actorToken': token,
    },
  };
}
