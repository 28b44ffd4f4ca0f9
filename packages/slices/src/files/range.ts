import type { ByteRange } from '@joinery/core';

/**
 * The part of a file that `Range` asks for (RFC 9110 §14.1.2): one range or a suffix. What is not understood, and several ranges at once, count as no range.
 * @returns null for the whole; `none` when no byte of the file is in it
 */
export function readRange(header: string | undefined, bytes: number): ByteRange | null | 'none' {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return null;
  if (from === '')
    return Number(to) === 0 || bytes === 0 ? 'none' : { start: Math.max(0, bytes - Number(to)), end: bytes - 1 };
  const start = Number(from);
  if (start >= bytes) return 'none';
  const end = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  return end < start ? null : { start, end };
}
