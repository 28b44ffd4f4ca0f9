import { type KeyObject, sign } from 'node:crypto';

/** One DER value (X.690): tag, length, content. */
function der(tag: number, ...content: (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
  const size = bytes.length;
  // The shortest form of the length, or Go takes no such certificate.
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
}

/** A certificate (PEM) that is its own authority (RFC 5280), valid for one name. @param keys Ed25519 */
export function selfSigned(
  name: string,
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
): string {
  const algorithm = der(0x30, der(0x06, '2b6570'));
  const subject = der(0x30, der(0x31, der(0x30, der(0x06, '550403'), der(0x0c, Buffer.from(name)))));
  const validity = der(0x30, der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('490101000000Z')));
  const isAuthority = der(0x30, der(0x06, '551d13'), der(0x04, der(0x30, der(0x01, 'ff'))));
  const names = der(0x30, der(0x06, '551d11'), der(0x04, der(0x30, der(0x82, Buffer.from(name)))));
  const extensions = der(0xa3, der(0x30, isAuthority, names));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const content = der(
    0x30,
    der(0xa0, '020102'),
    der(0x02, '01'),
    algorithm,
    subject,
    validity,
    subject,
    key,
    extensions,
  );
  const certificate = der(0x30, content, algorithm, der(0x03, '00', sign(null, content, privateKey)));
  return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
}
