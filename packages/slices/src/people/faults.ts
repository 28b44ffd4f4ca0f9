import type { FieldFault } from '@joinery/core';
import type { FieldError, Language } from '@joinery/ui';
import type { FileFault } from './import-file.ts';
import { messages } from './messages.ts';

/** What is wrong with a field, in words that say what to do. */
export function faultText(fault: FieldFault, language: Language): string {
  const t = messages(language);
  const password = /password/i.test(fault.field);
  switch (fault.code) {
    case 'required':
      if (fault.field === 'name') return t('faultNameMissing');
      if (fault.field === 'email') return t('faultEmailMissing');
      return password ? t('faultPasswordMissing') : t('faultOther');
    case 'bad_format':
      if (fault.field === 'email') return t('faultEmailFormat');
      if (fault.field === 'handle') return t('faultHandleFormat');
      return t('faultNameFormat');
    case 'taken':
      return fault.field === 'email' ? t('faultEmailTaken') : t('faultHandleTaken');
    case 'reserved':
      return t('faultHandleReserved');
    case 'too_short':
      if (!password) return t('faultHandleFormat');
      return t('faultPasswordShort', { minimum: fault.values?.minimum ?? 12 });
    case 'too_long':
      return t('faultTooLong', { maximum: fault.values?.maximum ?? '' });
    case 'bad_choice':
      return t('faultChoice');
    case 'does_not_match':
      return t('faultPasswordWrong');
    default:
      return t('faultOther');
  }
}

/** Faults for the error summary. */
export function fieldErrors(faults: readonly FieldFault[], language: Language): FieldError[] {
  return faults.map((fault) => ({ field: fault.field, text: faultText(fault, language) }));
}

/** Why a list cannot be read at all. */
export function fileFaultText(fault: FileFault, language: Language): string {
  const t = messages(language);
  switch (fault.code) {
    case 'empty':
      return t('faultFileEmpty');
    case 'not_utf8':
      return t('faultFileUtf8');
    case 'no_header':
      return t('faultFileHeader');
    case 'broken_quotes':
      return t('faultFileBroken', { line: fault.line ?? 0 });
    case 'too_many_rows':
      return t('faultFileRows');
    case 'too_large':
      return t('faultFileLarge');
  }
}
