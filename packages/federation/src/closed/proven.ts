import type { KeyObject } from 'node:crypto';
import { epochOf, originOf, type Requester } from '@joinery/core';
import { readActorToken, verifyActorToken } from '../actor-token.ts';
import type { Bridge } from '../bridge.ts';
import type { HeaderReader } from '../signatures.ts';
import { pinnedKey } from './group-keys.ts';

type Peer = Extract<Requester, { kind: 'peer' }>;

/**
 * What the token of a request proves, asked once it is known which group an item belongs to: the item's own row names the group, never the token.
 * @param signer who signed the request, and with which key
 * @param lent a key that stands for the group's, in a request that this process makes to itself
 */
export function tokenProof(
  bridge: Bridge,
  headers: HeaderReader,
  signer: { actor: string; key: KeyObject },
  lent?: { uri: string; key: KeyObject },
): NonNullable<Peer['token']> {
  return async (group, least) => {
    const { context } = bridge;
    const read = readActorToken(headers);
    if (!read.ok || read.token === null) return null;
    const groupKey = lent?.uri === group ? lent.key : await pinnedKey(context.db.reader, group);
    if (!groupKey) return null;
    const epoch = await epochOf(context.db.reader, originOf(group) ?? '');
    const verified = await verifyActorToken(read.token, {
      group,
      groupKey,
      signer: signer.actor,
      signerKey: signer.key,
      now: context.clock.now(),
      epoch,
      // Versions of an earlier epoch say nothing in this one.
      revokedBelow: least?.epoch === epoch ? least.version : 0,
    });
    if (verified.ok) {
      const { version, from, runs } = verified.claims;
      return { version, from, runs };
    }
    // Answered like what is missing; whoever looks after the node reads why.
    context.logger.info('token.refused', { refusal: verified.code });
    return null;
  };
}
