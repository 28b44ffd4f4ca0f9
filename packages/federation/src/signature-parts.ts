import { createHash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { originOf } from '@joinery/core';
import { type Refused, refused } from './refusals.ts';

/** `draft-cavage` is draft-cavage-http-signatures-12 as the fediverse speaks it; `rfc9421` is HTTP Message Signatures. */
export type SignatureForm = 'rfc9421' | 'draft-cavage';

/** What is needed of `Headers`; several fields of one name are joined with `, `. */
export type HeaderReader = { get(name: string): string | null | undefined };

/** A request as it arrived. `url` is the public address, not the one behind a reverse proxy; `body` the bytes as received. */
export type ArrivedRequest = { method: string; url: string; headers: HeaderReader; body: Uint8Array | string | null };

/** A signature as it was announced; nothing in it is proven yet. */
export type ParsedSignature = {
  ok: true;
  form: SignatureForm;
  keyId: string;
  /** Names of covered components and header fields, as written. */
  covered: string[];
  value: Buffer;
  /** Seconds since 1970. */
  created: number | null;
  expires: number | null;
  algorithm: string | null;
  /** RFC 9421 only: the parameters as written, which are part of what is signed. */
  parameters: string;
};

export type ClockWindow = { now: Date; windowSeconds: number };

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Strict base64 (RFC 4648 §4); null for anything else. */
export function decodeBase64(text: string): Buffer | null {
  return text !== '' && base64.test(text) ? Buffer.from(text, 'base64') : null;
}

export function sha256(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('base64');
}

/**
 * Compares the digest field with the body. SHA-256 must be among the digests; other algorithms are not looked at.
 * @param pattern finds one `algorithm=value` member with the value as first group
 */
export function hasDigest(field: string | null | undefined, pattern: RegExp, body: Uint8Array | string): boolean {
  const values = (field ?? '').split(',').flatMap((member) => pattern.exec(member.trim())?.[1] ?? []);
  const [value] = values;
  const given = value !== undefined && values.length === 1 ? decodeBase64(value) : null;
  const wanted = Buffer.from(sha256(body), 'base64');
  return given !== null && given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Whether the instant of signing is near enough; if not, a refusal that names the difference, since a wrong clock is the usual cause. */
export function checkClock(seconds: number, clock: ClockWindow): Refused | null {
  const skewSeconds = Math.round(seconds - clock.now.getTime() / 1000);
  if (Math.abs(skewSeconds) <= clock.windowSeconds) return null;
  const detail = `Clock of peer differs by ${inWords(Math.abs(skewSeconds))} (${skewSeconds > 0 ? 'ahead' : 'behind'}, ${Math.abs(skewSeconds)} s; ${clock.windowSeconds} s are allowed).`;
  return { ...refused('signature_clock', detail), skewSeconds };
}

function inWords(seconds: number): string {
  if (seconds >= 172_800) return `${Math.round(seconds / 86_400)} days`;
  if (seconds >= 7_200) return `${Math.round(seconds / 3_600)} h`;
  if (seconds >= 120) return `${Math.round(seconds / 60)} min`;
  return `${seconds} s`;
}

export function checkExpiry(expires: number | null, clock: ClockWindow): Refused | null {
  return expires !== null && expires * 1000 < clock.now.getTime()
    ? refused('signature_expired', 'The signature has expired.')
    : null;
}

/**
 * Which algorithm a key stands for. The answer comes from the key alone: what the request claims can only agree or be refused.
 * @returns null for keys that are not accepted: RSA below 2048 or above 8192 bits or with an odd exponent, and all kinds but RSA and Ed25519
 */
export function keyKind(key: KeyObject): 'rsa' | 'ed25519' | null {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isSound = modulusLength >= 2048 && modulusLength <= 8192 && publicExponent >= 3n && publicExponent < 2n ** 32n;
  return key.asymmetricKeyType === 'rsa' && isSound ? 'rsa' : null;
}

/** Whether a Host field or authority, with or without the scheme's own port, is one of ours. */
export function isOwnHost(authority: string, scheme: string, ownHosts: readonly string[]): boolean {
  if (ownHosts.includes(authority)) return true;
  const origin = originOf(`${scheme}//${authority}`);
  return origin !== null && ownHosts.includes(origin.slice(scheme.length + 2));
}

/** Fields that are covered when they are sent: what they say makes the receiver act (FEP-8fcf; our own digest). */
export const coveredWhenSent = ['collection-synchronization', 'joinery-digest'] as const;

const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

/** A field by a name that the sender chose: what cannot be the name of a field (RFC 9110 §5.1) is not there, where `Headers` would throw. */
export function fieldOf(headers: HeaderReader, name: string): string | null | undefined {
  return fieldName.test(name) ? headers.get(name) : null;
}
