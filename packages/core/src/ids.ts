import { randomBytes } from 'node:crypto';

let lastMilliseconds = 0;
let counter = 0;

/**
 * A new identifier: UUID version 7 (RFC 9562 §5.7), text, sorts by time of making within one process.
 * @param now milliseconds since 1970; the wall clock unless a test says otherwise
 */
export function newId(now: number = Date.now()): string {
  if (now > lastMilliseconds) {
    lastMilliseconds = now;
    counter = randomBytes(2).readUInt16BE() & 0x07ff;
  } else {
    // The same millisecond, or a clock that went back: stay monotonic (RFC 9562 §6.2, method 1).
    counter += 1;
    if (counter > 0x0fff) {
      lastMilliseconds += 1;
      counter = 0;
    }
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastMilliseconds, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text has the shape of an identifier of ours; anything else in an address is simply not found. */
export function isId(text: string): boolean {
  return uuid.test(text);
}
