import { createPublicKey } from 'node:crypto';
import {
  type ClosedGroups,
  epochOf,
  heedEpoch,
  isObject,
  type Lease,
  nodeActor,
  originOf,
  type Referenced,
  transact,
} from '@joinery/core';
import { type ActorTokenClaims, actorTokenHeader, threadMark, verifyActorToken } from '../actor-token.ts';
import type { Bridge } from '../bridge.ts';
import { signedFetch } from '../fetch.ts';
import { textOf } from '../read.ts';
import { keyToPin, pinGroupKey, pinnedKey, renewPinnedKey, unpinGroupKey } from './group-keys.ts';
import { sendAsk, sendReceipt } from './receipt.ts';

/** What was refused with a token that is younger is not asked for again with another. */
const newMilliseconds = 5_000;
/** A token of ten minutes is used for seven: what is fetched at its end must still arrive. */
const usedMilliseconds = 7 * 60_000;

/** @property at when it came, by this node's clock. @property doubted it opened nothing, and another is asked for. @property askedAt when the group's node did not answer that */
type Held = { token: string; claims: ActorTokenClaims; at: number; doubted?: boolean; askedAt?: number };

/** The reader's side of closed groups elsewhere: their tokens, in memory only, and what is fetched with them. */
export function createClosedReading(bridge: Bridge): ClosedGroups {
  const held = new Map<string, Held>();
  const asking = new Map<string, Promise<Lease>>();
  const { context } = bridge;

  const ask = async (group: string): Promise<Lease> => {
    const origin = originOf(group);
    if (origin === null || !bridge.trust.mayFederate(origin, 'closed-groups', 'in').allowed) {
      held.delete(group);
      return { state: 'refused' };
    }
    const answer = await signedFetch(bridge, `${group}/token`, 'token of a closed group');
    if (!answer.ok) {
      const away = answer.status === undefined || answer.status >= 500 || answer.status === 429;
      if (away) bridge.unanswered.add(origin);
      else held.delete(group);
      return { state: away ? 'away' : 'refused' };
    }
    const token = textOf(answer.document?.['joinery:actorToken']);
    let claims = token === null ? null : await check(bridge, group, token);
    // The group may have another key since, and the notice of it got lost.
    if (token !== null && claims === null && (await renewPinnedKey(bridge, group)))
      claims = await check(bridge, group, token);
    if (token === null || claims === null) {
      context.logger.warn('lease.not_proven', { origin });
      return { state: 'refused' };
    }
    // Said at the group's own address: whoever was not there when its node told its partners learns here that it was restored.
    if (claims.epoch > (await epochOf(context.db.reader, origin)))
      await transact(context, { kind: 'peer', origin }, (work) => heedEpoch(work, origin, claims.epoch));
    held.set(group, { token, claims, at: context.clock.now().getTime() });
    const { version, from, runs } = claims;
    return { state: 'held', version, from, runs, began: (thread) => claims.began.includes(threadMark(claims, thread)) };
  };
  /** Whoever asks meanwhile shares the answer. */
  const lease = (group: string): Promise<Lease> => {
    const running = asking.get(group) ?? ask(group).finally(() => asking.delete(group));
    asking.set(group, running);
    return running;
  };
  const tokenFor = async (group: string): Promise<string | null> => {
    const now = context.clock.now().getTime();
    const known = held.get(group);
    const settled = known?.doubted !== true || now - (known.askedAt ?? -Infinity) < newMilliseconds;
    if (known && settled && now - known.claims.issuedAt * 1_000 < usedMilliseconds) return known.token;
    // While the group's node does not answer, one that is still valid may open what it did not open elsewhere.
    if ((await lease(group)).state === 'away' && known) known.askedAt = now;
    const current = held.get(group);
    return current && current.claims.expiresAt * 1_000 > now ? current.token : null;
  };
  /** Another token than one that opened nothing: that may have been superseded, or this node may read more since. Null when it is new. */
  const instead = async (group: string, refused: string): Promise<string | null> => {
    const known = held.get(group);
    if (known?.token === refused) {
      if (context.clock.now().getTime() - known.at < newMilliseconds) return null;
      known.doubted = true;
    }
    const other = await tokenFor(group);
    return other === refused ? null : other;
  };
  return {
    lease,
    token: (group, refused) => (refused === undefined ? tokenFor(group) : instead(group, refused)),
    renewKey: async (group) => {
      if (await renewPinnedKey(bridge, group)) held.delete(group);
    },
    forget: async (group) => {
      held.delete(group);
      await unpinGroupKey(bridge, group);
    },
    receipt: (origin, dropped) => sendReceipt(bridge, origin, dropped),
    ask: (origin, about) => sendAsk(bridge, origin, about),
    reference: async (uri, place): Promise<Referenced> => {
      const { uri: group } = place;
      const origin = originOf(uri);
      if (origin === null || !bridge.trust.mayRead(origin, place, 'in').allowed) return { state: 'refused' };
      // The group's own node knows who is in it.
      const token = origin === originOf(group) ? null : await tokenFor(group);
      if (token === null && origin !== originOf(group)) return { state: 'away' };
      const fetchWith = (proof: string | null) =>
        signedFetch(bridge, uri, 'item of a closed group', { headers: proof === null ? {} : actorTokenHeader(proof) });
      let answer = await fetchWith(token);
      if (!answer.ok && isRefusal(answer.status) && token !== null) {
        const other = await instead(group, token);
        if (other !== null) answer = await fetchWith(other);
      }
      if (answer.ok)
        return isObject(answer.document) ? { state: 'found', document: answer.document } : { state: 'refused' };
      if (answer.status === 410) return { state: 'gone' };
      const refused = isRefusal(answer.status);
      // Another token may be needed: membership began anew, or the clock of the group's node was set.
      const known = held.get(group);
      if (refused && token !== null && known) known.doubted = true;
      if (!refused) bridge.unanswered.add(origin);
      return { state: refused ? 'refused' : 'away' };
    },
  };
}

const isRefusal = (status: number | undefined): boolean =>
  status !== undefined && status < 500 && status !== 429 && status !== 410;

/** Whether a token is the group's, and ours: proven with the pinned key, or, the first time, with the one that the group's document names, which is pinned then. */
async function check(bridge: Bridge, group: string, token: string): Promise<ActorTokenClaims | null> {
  const { context } = bridge;
  const actor = nodeActor(context.config.origin);
  const own = await bridge.keys.find(context.db.reader, actor, 'rsa');
  const pinned = await pinnedKey(context.db.reader, group);
  const groupKey = pinned ?? (await keyToPin(bridge, group));
  if (!own || !groupKey) return null;
  const signerKey = createPublicKey(own.privateKey);
  const expected = {
    group,
    groupKey,
    signer: actor,
    signerKey,
    now: context.clock.now(),
    revokedBelow: 0,
    epoch: null,
  };
  const verified = await verifyActorToken(token, expected);
  if (!verified.ok) return null;
  if (!pinned) await pinGroupKey(bridge, group, groupKey);
  return verified.claims;
}
