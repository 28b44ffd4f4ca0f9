import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { nodeActor, publicKeysOf, type Reader } from '@joinery/core';

// Without the letters and digits that are mistaken for others on the phone (i, l, o, 0, 1, u).
const alphabet = 'abcdefghjkmnpqrstvwxyz23456789';

/**
 * A public key's fingerprint to read over the phone: eight groups of five characters out of 30 that are not mistaken for each other (196 bits of its
 * SHA-256).
 * @param key SPKI as PEM
 */
export function fingerprint(key: string): string {
  const digest = createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest();
  let number = BigInt(`0x${digest.toString('hex')}`);
  let text = '';
  for (let index = 0; index < 40; index += 1) {
    text += alphabet[Number(number % 30n)];
    number /= 30n;
    if (index % 5 === 4 && index < 39) text += ' ';
  }
  return text;
}

/** The key that partners pin and compare by phone: the RSA key of our server actor, PEM; null before the node has one. @param origin our own */
export async function ownKey(db: Reader, origin: string): Promise<string | null> {
  const keys = await publicKeysOf(db, nodeActor(origin));
  return keys.find(({ algorithm }) => algorithm === 'rsa')?.public ?? null;
}

/** The one spelling under which a key is pinned and compared: SPKI as PEM; null when it is no RSA key of 2048 to 8192 bits, nor Ed25519. */
export function canonicalKey(pem: string): string | null {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return null;
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const fits = key.asymmetricKeyType === 'ed25519' || (key.asymmetricKeyType === 'rsa' && bits >= 2048 && bits <= 8192);
  return fits ? key.export({ type: 'spki', format: 'pem' }).toString() : null;
}

/**
 * Whether the holder of the old key vouches for the new one: its signature over the text `joinery key rotation`, the address of the server actor and
 * the new key's fingerprint, each on a line.
 * @param signature base64
 */
export function verifyRotation(rotation: {
  actor: string;
  oldKey: string;
  newKey: string;
  signature: string;
}): boolean {
  const key = createPublicKey(rotation.oldKey);
  const text = Buffer.from(rotationText(rotation.actor, rotation.newKey));
  return verify(
    key.asymmetricKeyType === 'rsa' ? 'sha256' : null,
    text,
    key,
    Buffer.from(rotation.signature, 'base64'),
  );
}

/** What the old key signs when a server actor gets a new key. */
export function rotationText(actor: string, newKey: string): string {
  return `joinery key rotation\n${actor}\n${fingerprint(newKey)}`;
}
