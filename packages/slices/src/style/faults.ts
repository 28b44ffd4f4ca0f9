import type { FieldFault } from '@joinery/core';
import type { FieldError, Language } from '@joinery/ui';
import { largestRadius, longestAlt } from './input.ts';
import { type LogoFault, largestLogo } from './logo.ts';
import { messages } from './messages.ts';
import type { TokenFile } from './token-file.ts';

/** Kilobytes, for readers. */
export const logoSize = Math.round(largestLogo / 1024);

/** Faults of the form, in words that say what to do. */
export function fieldErrors(faults: readonly FieldFault[], language: Language): FieldError[] {
  const t = messages(language);
  return faults.map(({ field, code }) => {
    if (field === 'radius') return { field, text: t('faultRadius', { largest: largestRadius }) };
    if (field === 'logoAlt')
      return { field, text: code === 'required' ? t('faultAltMissing') : t('faultAltLong', { maximum: longestAlt }) };
    return { field, text: code === 'required' ? t('faultColourMissing') : t('faultColour') };
  });
}

/** Why a logo is not taken. */
export function logoError(fault: LogoFault, language: Language): FieldError {
  const t = messages(language);
  const texts = {
    too_large: () => t('faultLogoLarge', { size: logoSize }),
    not_picture: () => t('faultLogoKind'),
    not_svg: () => t('faultLogoSvg'),
    no_size: () => t('faultLogoSize'),
    not_png: () => t('faultLogoPng'),
    too_many_pixels: () => t('faultLogoPixels'),
    part: () => t('faultLogoPart', { part: 'part' in fault ? fault.part.slice(0, 40) : '' }),
  };
  return { field: 'logo', text: texts[fault.code]() };
}

/** Why nothing is taken from a token file. */
export function tokensError(fault: Extract<TokenFile, { ok: false }>['fault'], language: Language): FieldError {
  const t = messages(language);
  const texts = { not_json: t('faultTokensJson'), too_large: t('faultTokensLarge'), no_colour: t('faultTokensColour') };
  return { field: 'tokens', text: texts[fault] };
}
