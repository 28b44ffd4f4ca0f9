import { createHash, randomBytes } from 'node:crypto';

/** A value that nobody can guess: 256 bits from the system's generator, as 43 characters of base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether a text has the shape of `randomToken`; anything else is not worth a query. */
export function isRandomToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** SHA-256 as base64url: what is stored in place of a token, so that a copy of the database signs nobody in. */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('base64url');
}
