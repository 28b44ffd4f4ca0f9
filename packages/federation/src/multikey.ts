import { createPublicKey, type KeyObject } from 'node:crypto';

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const longestText = 200;
// Multicodec `ed25519-pub`, as an unsigned varint.
const ed25519Public = Buffer.from([0xed, 0x01]);

/** Multibase text in base58btc, prefix `z` (draft-multiformats-multibase). */
export function encodeBase58(bytes: Uint8Array): string {
  let number = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 58n) text = alphabet[Number(number % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return `z${'1'.repeat(zeros === -1 ? bytes.length : zeros)}${text}`;
}

/** Bytes of a multibase text in base58btc; null for anything else and for texts longer than keys and signatures are. */
export function decodeBase58(text: string): Buffer | null {
  if (!text.startsWith('z') || text.length > longestText) return null;
  let number = 0n;
  for (const character of text.slice(1)) {
    const digit = alphabet.indexOf(character);
    if (digit === -1) return null;
    number = number * 58n + BigInt(digit);
  }
  const hex = number === 0n ? '' : number.toString(16);
  const zeros = /^z(1*)/.exec(text)?.[1]?.length ?? 0;
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')]);
}

/**
 * `publicKeyMultibase` of an Ed25519 key, as actors publish it (Controlled Identifiers 1.0 §2.2.2, FEP-521a).
 * @throws {TypeError} for other kinds of keys
 */
export function encodeMultikey(publicKey: KeyObject): string {
  const { crv, x } = publicKey.export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError('Only Ed25519 keys are published as Multikey');
  return encodeBase58(Buffer.concat([ed25519Public, Buffer.from(x, 'base64url')]));
}

/** The Ed25519 public key behind `publicKeyMultibase`; null for anything else. */
export function decodeMultikey(text: string): KeyObject | null {
  const bytes = decodeBase58(text);
  if (bytes?.length !== 34 || !bytes.subarray(0, 2).equals(ed25519Public)) return null;
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(2).toString('base64url') },
    format: 'jwk',
  });
}
