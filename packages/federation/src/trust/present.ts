import { fingerprint } from './fingerprint.ts';
import { type Partner, referenceOf } from './store.ts';

/** A partner as API and command line answer it: the contract's shape, with the key as its fingerprint. */
export function presentPartner(partner: Partner) {
  const { pinnedKey, offeredScopes: _, ...shown } = partner;
  return {
    ...shown,
    agreementRef: referenceOf(partner),
    fingerprint: pinnedKey === null ? null : fingerprint(pinnedKey),
  };
}
