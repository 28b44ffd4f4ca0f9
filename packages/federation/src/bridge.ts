import type { Context, KeyRing } from '@joinery/core';
import type { RemoteKeys } from './remote-keys.ts';
import type { TrustList } from './trust/trust.ts';

/** What the parts of the bridge share. Lives as long as the node. */
export type Bridge = {
  context: Context;
  trust: TrustList;
  /** Private keys of our own actors. */
  keys: KeyRing;
  /** Public keys of actors elsewhere. */
  remoteKeys: RemoteKeys;
  /** Nodes that did not give an item of a closed group, or did not confirm one, when they were last asked by this process: whatever they send next has them asked anew. */
  unanswered: Set<string>;
};
