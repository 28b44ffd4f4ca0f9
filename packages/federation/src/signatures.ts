import { type KeyObject, sign, verify } from 'node:crypto';
import { originOf } from '@joinery/core';
import { type Refused, refused } from './refusals.ts';
import {
  type ArrivedRequest,
  type HeaderReader,
  keyKind,
  type ParsedSignature,
  type SignatureForm,
} from './signature-parts.ts';
import { agreesCavage, cavageField, checkCavage, parseCavage, prepareCavage } from './signatures-cavage.ts';
import { agreesRfc9421, checkRfc9421, parseRfc9421, prepareRfc9421 } from './signatures-rfc9421.ts';

export type { ArrivedRequest, HeaderReader, ParsedSignature, SignatureForm } from './signature-parts.ts';

/** Minutes, not an hour: also the time for which the ledger alone stands between a recorded request and its repetition. */
export const defaultWindowSeconds = 300;

/**
 * Signs a request in either form. The arithmetic runs in the thread pool, so that many deliveries use many cores.
 * @param request.url address with scheme and host; what is covered follows from it
 * @param request.body null for a request without body, which then gets no digest
 * @param request.key id is the address that leads others to the public key; RSA of at least 2048 bits, or Ed25519
 * @returns all fields to send, names in lower case: those given, and Host, Date, Digest or Content-Digest, Signature(-Input)
 * @throws {TypeError} when the key may not be used or its id is no address
 */
export async function signRequest(request: {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array | string | null;
  key: { id: string; privateKey: KeyObject };
  form: SignatureForm;
  now: Date;
}): Promise<Record<string, string>> {
  const { key, form } = request;
  const kind = keyKind(key.privateKey);
  if (kind === null) throw new TypeError('Requests are signed with RSA keys of at least 2048 bits or with Ed25519');
  if (originOf(key.id) === null || key.id.includes('"'))
    throw new TypeError('The id of a key is an https or http address');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const parts = { ...request, url: new URL(request.url), headers };
  if (form === 'rfc9421') {
    const prepared = prepareRfc9421({ ...parts, keyId: key.id, kind });
    const signature = await signText(prepared.signed, key.privateKey, kind);
    return { ...prepared.headers, signature: `sig1=:${signature.toString('base64')}:` };
  }
  const prepared = prepareCavage(parts);
  const signature = await signText(prepared.signed, key.privateKey, kind);
  return { ...prepared.headers, signature: cavageField(key.id, kind, prepared.covered, signature) };
}

function signText(text: string, key: KeyObject, kind: 'rsa' | 'ed25519'): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(kind === 'rsa' ? 'sha256' : null, Buffer.from(text), key, (error, signature) =>
      error ? reject(error) : resolve(signature),
    );
  });
}

/**
 * Reads which key is said to have signed, and what; cheap and without proof, so that the allow-list can be asked first.
 * A request with `Signature-Input` is read as RFC 9421, any other as draft-cavage.
 */
export function parseSignature(headers: HeaderReader): ParsedSignature | Refused {
  const field = headers.get('signature');
  if (!field) return refused('signature_missing', 'The request is not signed.');
  const input = headers.get('signature-input');
  const parsed = input ? parseRfc9421(input, field) : parseCavage(field);
  if (parsed.ok && originOf(parsed.keyId) === null)
    return refused('key_address_malformed', 'The id of the key is not an https or http address.');
  return parsed;
}

/**
 * Verifies a signature that was read by `parseSignature`. It must cover method, target, host, time and, with a body, its SHA-256 digest.
 * @param publicKey of the owner of `parsed.keyId`; its type decides on the algorithm
 * @param options.ownHosts hosts (with port unless the scheme's own) that this node answers to
 */
export function verifySignature(
  request: ArrivedRequest,
  parsed: ParsedSignature,
  publicKey: KeyObject,
  options: { now: Date; windowSeconds?: number; ownHosts: readonly string[] },
): { ok: true } | Refused {
  const kind = publicKey.type === 'public' ? keyKind(publicKey) : null;
  if (kind === null) return refused('key_refused', 'The key is not accepted: RSA from 2048 to 8192 bits, or Ed25519.');
  const isRfc9421 = parsed.form === 'rfc9421';
  if (!(isRfc9421 ? agreesRfc9421 : agreesCavage)(parsed.algorithm, kind)) {
    return refused('signature_algorithm', 'The algorithm named in the signature does not belong to the key.');
  }
  const settings = { ...options, windowSeconds: options.windowSeconds ?? defaultWindowSeconds };
  const checked = (isRfc9421 ? checkRfc9421 : checkCavage)(request, parsed, settings);
  if (!checked.ok) return checked;
  return verify(kind === 'rsa' ? 'sha256' : null, Buffer.from(checked.signed), publicKey, parsed.value)
    ? { ok: true }
    : refused('signature_invalid', 'The signature does not belong to this request and key.');
}
