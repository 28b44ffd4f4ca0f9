import { cleanSvg } from '@joinery/ui';
import { checkPng } from './png.ts';

export type Logo = { type: 'image/svg+xml' | 'image/png'; bytes: Buffer };
export type LogoFault =
  | { code: 'too_large' | 'not_picture' | 'not_svg' | 'no_size' | 'not_png' | 'too_many_pixels' }
  | { code: 'part'; part: string };

/** Bytes of a newly chosen one. A logo comes with every first visit, which is to stay below 120 kB. */
export const largestLogo = 15 * 1024;

/** What was uploaded as a logo: an SVG with shapes only, or a PNG without anything but its pixels; or why it is not taken. */
export function readLogo(file: Buffer): { ok: true; logo: Logo } | { ok: false; fault: LogoFault } {
  if (file.length > largestLogo) return { ok: false, fault: { code: 'too_large' } };
  if (file[0] === 0x89) {
    const png = checkPng(file);
    return png.ok
      ? { ok: true, logo: { type: 'image/png', bytes: png.bytes } }
      : { ok: false, fault: { code: png.fault } };
  }
  const text = new TextDecoder('utf-8').decode(file);
  if (!/^\s*</.test(text)) return { ok: false, fault: { code: 'not_picture' } };
  const svg = cleanSvg(text);
  if (svg.ok) {
    const bytes = Buffer.from(svg.svg);
    // Written anew it may be larger than it came.
    if (bytes.length > largestLogo) return { ok: false, fault: { code: 'too_large' } };
    return { ok: true, logo: { type: 'image/svg+xml', bytes } };
  }
  return { ok: false, fault: svg.fault === 'part' ? { code: 'part', part: svg.part ?? '' } : { code: svg.fault } };
}
