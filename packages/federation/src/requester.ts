import type { KeyObject } from 'node:crypto';
import { originOf, type Requester } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { tokenProof } from './closed/proven.ts';
import { type Refused, refused } from './refusals.ts';
import type { RemoteKey } from './remote-keys.ts';
import { type ArrivedRequest, type ParsedSignature, parseSignature, verifySignature } from './signatures.ts';
import { provenIntroduction } from './trust/introduced/requester.ts';
import { longestLookUp, within } from './within.ts';

/** Hosts that a request to this node may be signed for. */
function ownHosts(bridge: Bridge): string[] {
  return [new URL(bridge.context.config.origin).host];
}

/**
 * Who signed a request to read (authorised fetch). Without a signature: nobody. With one, it must be that of an allowed node; the allow-list is asked before
 * the key is fetched, so a stranger's signature causes no request of ours.
 */
export async function readRequester(
  bridge: Bridge,
  request: ArrivedRequest & { network?: string },
): Promise<{ ok: true; requester: Requester; lent: boolean; introduced?: true; key?: KeyObject } | Refused> {
  if (!request.headers.get('signature')) return { ok: true, requester: { kind: 'nobody' }, lent: false };
  const parsed = parseSignature(request.headers);
  if (!parsed.ok) return parsed;
  const origin = originOf(parsed.keyId);
  if (origin === null) return refused('key_address_malformed', 'The id of the key is not an https or http address.');
  const decision = bridge.trust.mayFederate(origin, null, 'out');
  if (!decision.allowed) {
    const options = { now: bridge.context.clock.now(), ownHosts: ownHosts(bridge) };
    const introduced =
      decision.reason === 'not_listed' ? provenIntroduction(bridge.trust, origin, request, parsed, options) : null;
    if (introduced) {
      const { actor, key, trust } = introduced;
      const token = tokenProof(bridge, request.headers, { actor, key });
      return { ok: true, requester: { kind: 'peer', origin, actor, trust, token }, lent: false, introduced: true, key };
    }
    return refused('no_agreement', `There is no agreement with ${origin} that covers this (${decision.reason}).`);
  }
  const lent = bridge.remoteKeys.lent(parsed.keyId);
  const verified = await verifyWithKey(bridge, request, parsed, lent);
  return verified.ok
    ? {
        ok: true,
        requester: {
          kind: 'peer',
          origin,
          actor: verified.owner,
          trust: bridge.trust,
          ...(lent ? { trial: true } : {}),
          token: tokenProof(bridge, request.headers, { actor: verified.owner, key: verified.key }, lent?.group),
        },
        lent: lent !== undefined,
        key: verified.key,
      }
    : verified;
}

/**
 * Verifies a signature with the key of its owner. A key that is not known, or no longer fits, is fetched from its owner's node once a minute at most: that is how
 * a rotation is noticed. Who names keys of an allowed node without having them soon causes no more requests to it.
 * @param request.network from which it came
 * @param lent a throw-away key of this process itself, for reading only
 */
export async function verifyWithKey(
  bridge: Bridge,
  request: ArrivedRequest & { network?: string },
  parsed: ParsedSignature,
  lent?: RemoteKey,
): Promise<{ ok: true; owner: string; key: KeyObject } | Refused> {
  const { context, remoteKeys } = bridge;
  const options = { now: context.clock.now(), ownHosts: ownHosts(bridge) };
  const asker = `${request.network ?? ''} ${originOf(parsed.keyId)}`;
  let refusal = refused('key_refused', 'The key cannot be had from its owner, or is too weak.');
  const known = lent ?? (await remoteKeys.known(context.db.reader, parsed.keyId));
  if (known && known.through === null) {
    const checked = verifySignature(request, parsed, known.key, options);
    if (checked.ok) return { ok: true, owner: known.owner, key: known.key };
    if (checked.code !== 'signature_invalid' && checked.code !== 'signature_algorithm') return checked;
    refusal = checked;
  }
  if (!remoteKeys.forgeries.mayAsk(asker)) return refusal;
  const fetched = await within(longestLookUp, remoteKeys.fetch(parsed.keyId));
  if (fetched && fetched.through === null) {
    const checked = verifySignature(request, parsed, fetched.key, options);
    if (checked.ok) return { ok: true, owner: fetched.owner, key: fetched.key };
    refusal = checked;
  }
  remoteKeys.forgeries.note(asker);
  return refusal;
}
