import type { KeyObject } from 'node:crypto';
import { type Context, countAttempt, epochOf, originOf, type Requester, TooMany } from '@joinery/core';
import { readActorToken, threadMark, verifyActorToken } from '../actor-token.ts';
import type { Bridge } from '../bridge.ts';
import type { HeaderReader } from '../signatures.ts';
import { longestLookUp, within } from '../within.ts';
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
    const { token } = read;
    const verify = async () => {
      const epoch = await epochOf(context.db.reader, originOf(group) ?? '');
      return verifyActorToken(token, {
        group,
        groupKey,
        signer: signer.actor,
        signerKey: signer.key,
        now: context.clock.now(),
        epoch,
        // Versions of an earlier epoch say nothing in this one.
        revokedBelow: least?.epoch === epoch ? least.version : 0,
      });
    };
    let verified = await verify();
    // The group's node was restored, and this one was not told or has forgotten: asked at its own address, it says so.
    if (!verified.ok && verified.code === 'token_ahead' && (await asksHost(context, group))) verified = await verify();
    if (verified.ok) {
      const { claims } = verified;
      const { version, from, runs, began } = claims;
      return { version, from, runs, began: (thread) => began.includes(threadMark(claims, thread)) };
    }
    // Answered like what is missing; whoever looks after the node reads why.
    context.logger.info('token.refused', { refusal: verified.code });
    return null;
  };
}

/** Whoever has the key of a group makes nobody ask its node more often. */
const mostAsked = { times: 4, seconds: 60 };

/** Asks the node of a group for this node's own token, which says in which epoch it is. @returns false when it was asked too often */
async function asksHost(context: Context, group: string): Promise<boolean> {
  try {
    countAttempt(context, `epoch of the node of ${group}`, mostAsked);
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    return false;
  }
  await within(
    longestLookUp,
    context.ports.closedGroups.lease(group).catch(() => undefined),
  );
  return true;
}
