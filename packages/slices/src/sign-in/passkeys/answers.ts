import { isObject } from '@joinery/core';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import type { PasskeyRow } from '../tables.ts';

/** Why an answer of a browser is not believed: stable codes for the log. */
export type PasskeyFault =
  | 'malformed'
  | 'challenge'
  | 'origin'
  | 'rp_id'
  | 'user_verification'
  | 'unknown'
  | 'user_handle'
  | 'other_account'
  | 'disabled'
  | 'counter'
  | 'signature'
  | 'attestation'
  | 'taken';

/** For whom passkeys of this node are made: its host, and the one origin whose pages may use them. */
export type RelyingParty = { id: string; origin: string };

/** Null where browsers allow no passkeys: a number is no name, and http only on the machine itself (Web Authentication Level 3 §5.1.2, §13.4.9). */
export function relyingParty(origin: string): RelyingParty | null {
  const { hostname, protocol } = new URL(origin);
  if (/^\[|^[\d.]+$/.test(hostname)) return null;
  return protocol === 'https:' || hostname === 'localhost' ? { id: hostname, origin } : null;
}

/** Loaded when the first passkey is used: a node without any does not need its memory. */
export const library = () => import('@simplewebauthn/server');

/** Characters that a browser's answer may have; real ones have some hundreds. */
const longest = 20_000;
const bytes = z
  .string()
  .max(longest)
  .regex(/^[\w-]*$/);
const credential = z.object({ id: bytes, rawId: bytes, type: z.literal('public-key') });
const assertion = credential.extend({
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.nullish().transform((value) => value ?? undefined),
  }),
});
const registration = credential.extend({
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
});

function read<T>(schema: z.ZodType<T>, text: string): T | null {
  if (text.length > longest) return null;
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

/** What a browser sent after using a passkey, or null when it is no such thing. */
export function readAssertion(text: string): AuthenticationResponseJSON | null {
  const answer = read(assertion, text);
  if (answer === null) return null;
  const { userHandle, ...response } = answer.response;
  return {
    ...answer,
    response: { ...response, ...(userHandle === undefined ? {} : { userHandle }) },
    clientExtensionResults: {},
  };
}

/** What a browser sent after making a passkey, or null when it is no such thing. */
export function readRegistration(text: string): RegistrationResponseJSON | null {
  const answer = read(registration, text);
  if (answer === null) return null;
  const { transports, ...response } = answer.response;
  return {
    ...answer,
    response: { ...response, ...(transports === undefined ? {} : { transports: transports as never }) },
    clientExtensionResults: {},
  };
}

/** What the browser says it was asked, before anything is proven; null when it cannot be read. */
export function clientData(answer: {
  response: { clientDataJSON: string };
}): { challenge: string; crossOrigin: boolean } | null {
  try {
    const data: unknown = JSON.parse(Buffer.from(answer.response.clientDataJSON, 'base64url').toString('utf8'));
    if (!isObject(data) || typeof data.challenge !== 'string') return null;
    return { challenge: data.challenge, crossOrigin: data.crossOrigin === true };
  } catch {
    return null;
  }
}

/** What the library complains of, as a code. */
function faultOf(error: unknown): PasskeyFault {
  const { name, message } = error as Error;
  if (name === 'UnexpectedRPIDHash' || /RP ID/.test(message)) return 'rp_id';
  if (/user could not be verified|user (?:was )?not present/i.test(message)) return 'user_verification';
  if (/counter value/.test(message)) return 'counter';
  return / origin /.test(message) ? 'origin' : 'malformed';
}

/**
 * Checks an answer against the passkey that it names (Web Authentication Level 3 §7.2).
 * @param challenge that was given out and has been taken back
 * @returns the new counter, or why the answer is not believed
 */
export async function checkAssertion(
  party: RelyingParty,
  passkey: PasskeyRow,
  answer: AuthenticationResponseJSON,
  challenge: string,
): Promise<{ counter: number } | { fault: PasskeyFault }> {
  const { verifyAuthenticationResponse } = await library();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: answer,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: {
        id: passkey.credential_id,
        publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64url')),
        counter: passkey.counter,
      },
    });
    return verified ? { counter: authenticationInfo.newCounter } : { fault: 'signature' };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

/** ES256, EdDSA, RS256 (RFC 9053, RFC 8812): what every device has. */
export const algorithms = [-7, -8, -257];

/**
 * Checks what a browser sent with a new passkey (Web Authentication Level 3 §7.1). No maker's certificate is asked for, and none is taken: checking one would
 * fetch lists from addresses that it names itself.
 */
export async function checkRegistration(
  party: RelyingParty,
  answer: RegistrationResponseJSON,
  challenge: string,
): Promise<
  | { credentialId: string; publicKey: string; counter: number; aaguid: string; synced: boolean }
  | { fault: PasskeyFault }
> {
  const { verifyRegistrationResponse } = await library();
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  try {
    const attestation = decodeAttestationObject(
      new Uint8Array(Buffer.from(answer.response.attestationObject, 'base64url')),
    );
    const isSelfSigned = attestation.get('fmt') === 'packed' && attestation.get('attStmt').get('x5c') === undefined;
    if (attestation.get('fmt') !== 'none' && !isSelfSigned) return { fault: 'attestation' };
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: answer,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    });
    if (!verified) return { fault: 'signature' };
    const { credential: made, aaguid, credentialDeviceType } = registrationInfo;
    return {
      credentialId: made.id,
      publicKey: Buffer.from(made.publicKey).toString('base64url'),
      counter: made.counter,
      aaguid,
      synced: credentialDeviceType === 'multiDevice',
    };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}
