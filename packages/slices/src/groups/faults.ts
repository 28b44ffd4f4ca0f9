import type { FieldFault } from '@joinery/core';
import type { FieldError, Language } from '@joinery/ui';
import { messages } from './messages.ts';

/** What is wrong with a field, in words that say what to do. */
function faultText(fault: FieldFault, language: Language): string {
  const t = messages(language);
  switch (fault.code) {
    case 'required':
      if (fault.field === 'handle') return t('faultHandleMissing');
      return fault.field === 'name' ? t('faultNameMissing') : t('faultRequired');
    case 'bad_format':
    case 'too_short':
      if (fault.field === 'handle') return t('faultHandle');
      return fault.field === 'name' ? t('faultName') : t('faultOther');
    case 'taken':
      return t('faultTaken');
    case 'reserved':
      return t('faultReserved');
    case 'too_long':
      return t('faultLong', { maximum: fault.values?.maximum ?? '' });
    case 'in_the_past':
      return t('faultPast');
    case 'does_not_match':
      return t('faultConfirm');
    case 'bad_choice':
      return fault.field === 'web' ? t('webNotClosed') : t('faultOther');
    default:
      return t('faultOther');
  }
}

/** Faults for the error summary. */
export function fieldErrors(faults: readonly FieldFault[], language: Language): FieldError[] {
  return faults.map((fault) => ({ field: fault.field, text: faultText(fault, language) }));
}
