import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '@joinery/core';
import { jcs } from './jcs.ts';
import { decodeBase58, encodeBase58 } from './multikey.ts';

/**
 * An object integrity proof (FEP-8b32, cryptosuite eddsa-jcs-2022 of W3C VC Data Integrity EdDSA §3.3): it travels with the document.
 * @param document plain JSON as it will be sent; a `proof` in it is left out of account
 * @param options.verificationMethod id of the key, by which readers find it
 * @param options.created instant of the proof; written in whole seconds, since readers print fractions differently
 * @returns what belongs into the document as `proof`
 * @throws {TypeError} when the key is not Ed25519 or the document is not JSON
 */
export function createProof(
  document: JsonObject,
  options: { verificationMethod: string; privateKey: KeyObject; created: Date },
): JsonObject {
  if (options.privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('Proofs are made with Ed25519 keys');
  const configuration: JsonObject = {
    ...(document['@context'] === undefined ? {} : { '@context': document['@context'] }),
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    verificationMethod: options.verificationMethod,
    proofPurpose: 'assertionMethod',
    created: `${options.created.toISOString().slice(0, 19)}Z`,
  };
  const proofValue = encodeBase58(sign(null, digests(configuration, document), options.privateKey));
  return { ...configuration, proofValue };
}

/** Which key is said to have made the document's proof, and when; null when there is no proof of a kind that is verified here. */
export function readProof(document: JsonObject): { verificationMethod: string; created: string } | null {
  const proof = findProof(document);
  return proof && { verificationMethod: proof.verificationMethod, created: proof.created };
}

/**
 * Whether the document carries a valid proof by this key. Who owns the key, and whether it was valid at `created`, is for the caller.
 * Never throws, whatever the document holds.
 * @param document as received, after `readJson`
 */
export function verifyProof(document: JsonObject, publicKey: KeyObject): boolean {
  const proof = findProof(document);
  const signature = proof && decodeBase58(proof.proofValue);
  if (!proof || signature?.length !== 64 || publicKey.asymmetricKeyType !== 'ed25519') return false;
  const { proofValue: _, ...configuration } = proof.source;
  // With a context of its own the proof must repeat that of the document. Without one, the document's counts (as Fedify does it)
  // or none (as the text of FEP-8b32 has it); which of both was signed shows in the signature.
  const context = document['@context'];
  const hasOwn = configuration['@context'] !== undefined;
  try {
    if (hasOwn && (context === undefined || jcs(configuration['@context'] as Json) !== jcs(context))) return false;
    const candidates =
      hasOwn || context === undefined ? [configuration] : [{ ...configuration, '@context': context }, configuration];
    return candidates.some((candidate) => verify(null, digests(candidate, document), publicKey, signature));
  } catch {
    return false;
  }
}

type FoundProof = { source: JsonObject; verificationMethod: string; created: string; proofValue: string };

/** The first proof that is ours to verify; documents may carry several. */
function findProof(document: JsonObject): FoundProof | null {
  const { proof } = document;
  for (const source of Array.isArray(proof) ? proof : [proof]) {
    if (!isObject(source) || source.type !== 'DataIntegrityProof' || source.cryptosuite !== 'eddsa-jcs-2022') continue;
    const { verificationMethod, created, proofValue, proofPurpose } = source;
    if (proofPurpose !== 'assertionMethod' || typeof verificationMethod !== 'string') continue;
    if (typeof created === 'string' && typeof proofValue === 'string')
      return { source, verificationMethod, created, proofValue };
  }
  return null;
}

function digests(configuration: JsonObject, document: JsonObject): Buffer {
  const { proof: _, ...unsecured } = document;
  return Buffer.concat([configuration, unsecured].map((part) => createHash('sha256').update(jcs(part)).digest()));
}
