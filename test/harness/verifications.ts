import crypto, { type KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Signatures that were verified, by the kind of key: `rsa`, `ed25519`. */
export type Verified = string[];

/** The signatures that this process verifies while something is done, whichever of Node's two libraries does it. */
export async function verificationsOf(act: () => Promise<unknown>): Promise<Verified> {
  const verified: Verified = [];
  const { verify } = crypto;
  const subtle = crypto.webcrypto.subtle;
  const verifyThere = subtle.verify;
  crypto.verify = ((...given: Parameters<typeof verify>) => {
    verified.push(String((given[2] as KeyObject).asymmetricKeyType));
    return verify(...given);
  }) as typeof verify;
  subtle.verify = (...given) => {
    verified.push(given[1].algorithm.name.toLowerCase());
    return verifyThere.apply(subtle, given);
  };
  syncBuiltinESMExports();
  try {
    await act();
  } finally {
    crypto.verify = verify;
    // Its own again, from the prototype.
    Reflect.deleteProperty(subtle, 'verify');
    syncBuiltinESMExports();
  }
  return verified;
}
