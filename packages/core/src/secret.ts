import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Encrypts what must not lie in the database in clear (private keys), and makes tokens that only this node can make. */
export type Secret = {
  /** AES-256-GCM; the answer is text for a column. */
  encrypt: (clear: string) => string;
  /** @throws when the text was made with another secret or was changed */
  decrypt: (sealed: string) => string;
  /** HMAC-SHA-256 as base64url; `purpose` keeps uses apart. */
  mac: (purpose: string, text: string) => string;
};

/**
 * Reads the node's secret, making it at first start (mode 0600, synced before anything depends on it).
 * @throws in words, when the file can be read by others or does not hold a secret
 */
export function openSecret(file: string): Secret {
  if (!existsSync(file)) createSecretFile(file);
  const status = statSync(file);
  if ((status.mode & 0o077) !== 0) {
    throw new Error(
      `${file} can be read by other users: run chmod 600 ${file}, and replace the keys if somebody may have read it`,
    );
  }
  if (process.getuid && status.uid !== process.getuid())
    throw new Error(`${file} belongs to another user: the node's own user must own it`);
  const master = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (master.length !== 32)
    throw new Error(`${file} does not hold a secret of 32 bytes: put the file from your backup back`);
  return secretFrom(master);
}

/** The secret made of 32 bytes. */
export function secretFrom(master: Buffer): Secret {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, '', `joinery ${purpose}`, 32));
  const encryptionKey = derive('encryption');
  const macKeys = new Map<string, Buffer>();
  return {
    encrypt: (clear) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', encryptionKey, nonce);
      const sealed = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
      return `1.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`;
    },
    decrypt: (sealed) => {
      const bytes = Buffer.from(sealed.replace(/^1\./, ''), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', encryptionKey, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    },
    mac: (purpose, text) => {
      let key = macKeys.get(purpose);
      if (!key) {
        key = derive(`mac ${purpose}`);
        macKeys.set(purpose, key);
      }
      return createHmac('sha256', key).update(text).digest('base64url');
    },
  };
}

/**
 * The file appears whole or not at all, and is certain before any key is encrypted with it: a power cut leaves neither half a secret nor keys
 * without theirs. Of two processes that start at once, the second takes the secret of the first.
 */
function createSecretFile(file: string): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomBytes(8).toString('hex')}.new`;
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(handle, `${randomBytes(32).toString('base64')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(temporary, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(folder);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
