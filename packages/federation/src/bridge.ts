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
};
