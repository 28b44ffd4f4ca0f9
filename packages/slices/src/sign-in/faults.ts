import type { FieldFault } from '@joinery/core';
import type { FieldError, Language } from '@joinery/ui';
import type { MetadataFault } from './client.ts';
import { messages } from './messages.ts';

/** What is wrong with a field, in words that say what to do. */
function faultText(fault: FieldFault, language: Language): string {
  const t = messages(language);
  if (fault.code === 'taken') return t('faultIssuerTaken');
  if (fault.code === 'too_long') return t('faultTooLong');
  if (fault.field === 'issuer') return t('faultIssuer');
  if (fault.field === 'scope') return t('faultScope');
  if (fault.field === 'clientId') return t('faultClientId');
  if (fault.field === 'clientSecret') return t('faultClientSecret');
  if (fault.field === 'tokenName') return t('faultTokenName');
  if (fault.field.startsWith('claim')) return t('faultClaim');
  return fault.code === 'bad_choice' ? t('faultChoice') : t('faultMissing');
}

/** Faults for the error summary. */
export function fieldErrors(faults: readonly FieldFault[], language: Language): FieldError[] {
  return faults.map((fault) => ({ field: fault.field, text: faultText(fault, language) }));
}

/** Why a provider cannot be used, beside the field with its address. */
export function metadataError(fault: MetadataFault, language: Language): FieldError {
  const t = messages(language);
  const detail = fault.message;
  const texts = {
    unreachable: t('faultUnreachable', { detail }),
    not_a_provider: t('faultNotProvider', { detail }),
    other_issuer: t('faultIssuerOther', { detail }),
    endpoint: t('faultEndpoint', { detail }),
    no_code_flow: t('faultSupport', { detail }),
    no_signature: t('faultSupport', { detail }),
  };
  return { field: 'issuer', text: texts[fault.code] };
}
