import type { FieldFault } from '@joinery/core';
import type { FieldError, Language } from '@joinery/ui';
import { messages } from './messages.ts';

/** Faults for the error summary, in words that say what to do. */
export function fieldErrors(faults: readonly FieldFault[], language: Language): FieldError[] {
  return faults.map((fault) => ({ field: fault.field, text: textOf(fault, language) }));
}

function textOf({ field, code, values }: FieldFault, language: Language): string {
  const t = messages(language);
  if (code === 'taken') return t('faultTaken');
  if (code === 'too_long') return t('faultLong', { maximum: values?.maximum ?? '' });
  if (field === 'note') return t('faultNote');
  if (field === 'name') return code === 'too_large' ? t('faultMany') : t('faultName');
  if (field === 'parent')
    return code === 'too_large' ? t('faultDeep', { maximum: values?.maximum ?? '' }) : t('faultParent');
  return t('faultOther');
}
