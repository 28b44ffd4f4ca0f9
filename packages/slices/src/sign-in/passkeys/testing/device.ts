import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** What a device signs over, and what a browser says of it; a test changes one thing. */
export type Told = {
  origin: string;
  challenge: string;
  rpId: string;
  type?: string;
  crossOrigin?: boolean;
  /** Present and verified unless said. */
  userPresent?: boolean;
  userVerified?: boolean;
  /** Signature counter; stays 0 unless given, as with most devices. */
  counter?: number;
  /** Left out when null; the device's own unless said. */
  userHandle?: string | null;
};

export type Device = {
  credentialId: string;
  /** The answer to being asked for a new passkey, as the browser sends it. */
  make: (told: Told, options?: { userHandle: string; format?: string }) => string;
  /** The answer to being asked for it. */
  use: (told: Told) => string;
};

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

/** Deterministic CBOR (RFC 8949 §4.2) of what an authenticator says. */
function cbor(value: number | string | Buffer | Map<number | string, unknown>): Buffer {
  const head = (major: number, n: number): Buffer => {
    if (n < 24) return Buffer.from([(major << 5) | n]);
    return n < 256 ? Buffer.from([(major << 5) | 24, n]) : Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
  };
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const parts = [...value].flatMap(([key, one]) => [cbor(key), cbor(one as never)]);
  return Buffer.concat([head(5, value.size), ...parts]);
}

/** A device in software that holds one passkey (ES256): what it says is genuine, unless the test asks for something else. */
export function createDevice(): Device {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const coordinate = (text: string) => Buffer.from(text, 'base64url');
  const cose = cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, coordinate(x)],
      [-3, coordinate(y)],
    ]),
  );
  const id = randomBytes(32);
  const credentialId = id.toString('base64url');
  let handle = '';

  const clientData = (told: Told, type: string) =>
    Buffer.from(
      JSON.stringify({
        type: told.type ?? type,
        challenge: told.challenge,
        origin: told.origin,
        crossOrigin: told.crossOrigin ?? false,
      }),
    );
  const authenticatorData = (told: Told, attested: Buffer) => {
    const { userPresent = true, userVerified = true, counter = 0 } = told;
    const flags = (userPresent ? 1 : 0) | (userVerified ? 4 : 0) | (attested.length > 0 ? 64 : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(told.rpId), Buffer.from([flags]), count, attested]);
  };
  const answer = (response: Record<string, unknown>) =>
    JSON.stringify({ id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {}, response });

  return {
    credentialId,
    make: (told, { userHandle, format = 'none' } = { userHandle: '' }) => {
      handle = userHandle;
      const length = Buffer.from([0, id.length]);
      const data = authenticatorData(told, Buffer.concat([Buffer.alloc(16), length, id, cose]));
      const statement = new Map<string, unknown>(
        format === 'none'
          ? []
          : [
              ['x5c', Buffer.from('certificates')],
              ['alg', -7],
              ['sig', Buffer.from('signature')],
            ],
      );
      const attestation = cbor(
        new Map<string, unknown>([
          ['fmt', format],
          ['attStmt', statement],
          ['authData', data],
        ]),
      );
      return answer({
        clientDataJSON: clientData(told, 'webauthn.create').toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      });
    },
    use: (told) => {
      const said = clientData(told, 'webauthn.get');
      const data = authenticatorData(told, Buffer.alloc(0));
      const signature = sign('sha256', Buffer.concat([data, sha256(said)]), privateKey);
      const userHandle = told.userHandle === undefined ? handle : told.userHandle;
      return answer({
        clientDataJSON: said.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(userHandle === null ? {} : { userHandle }),
      });
    },
  };
}
