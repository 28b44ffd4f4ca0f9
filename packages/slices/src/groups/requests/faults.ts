import type { FieldError, Language } from '@joinery/ui';
import { messages } from './messages.ts';

/** The words of a fault for the fields of these forms; others keep theirs. */
export function faultsOf(errors: readonly FieldError[], language: Language): FieldError[] {
  const t = messages(language);
  const words: Record<string, string> = {
    person: t('faultNobody'),
    domains: t('faultDomain'),
    until: t('faultPast'),
    deputy: t('faultDeputy'),
    agencies: t('faultOther'),
    decision: t('faultOther'),
  };
  return errors.map((error) => ({ ...error, text: words[error.field ?? ''] ?? error.text }));
}
