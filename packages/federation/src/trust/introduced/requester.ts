import type { KeyObject } from 'node:crypto';
import { nodeActor, type Trust } from '@joinery/core';
import { type ArrivedRequest, type ParsedSignature, verifySignature } from '../../signatures.ts';
import type { TrustList } from '../trust.ts';

/** The addresses of items: an introduced node may ask for nothing else. */
const items = /^\/(?:posts|activities|files)\//;

/**
 * Whether a node without an entry signed a request for an item with the key by which closed groups introduce it here. Nothing is fetched to find out.
 * @returns the key and what that node may do: read in the groups that vouch for this very key
 */
export function provenIntroduction(
  trust: TrustList,
  origin: string,
  request: ArrivedRequest,
  parsed: ParsedSignature,
  options: { now: Date; ownHosts: readonly string[] },
): { actor: string; key: KeyObject; trust: Trust } | null {
  const actor = nodeActor(origin);
  if (!items.test(new URL(request.url).pathname) || parsed.keyId.split('#')[0] !== actor) return null;
  const vouching = trust.introductionsOf(origin).filter(({ key }) => verifySignature(request, parsed, key, options).ok);
  const [first] = vouching;
  if (!first) return null;
  return { actor, key: first.key, trust: readingOnly(trust, origin, new Set(vouching.map(({ group }) => group))) };
}

/** Says no to everything but reading in these groups. */
function readingOnly(trust: TrustList, origin: string, groups: ReadonlySet<string>): Trust {
  const no = { allowed: false, reason: 'not_listed' } as const;
  return {
    mayFederate: () => no,
    mayRead: (asked, group, direction) =>
      asked === origin && groups.has(group.uri) ? trust.mayRead(asked, group, direction) : no,
  };
}
