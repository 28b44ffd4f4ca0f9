import { type FieldFault, type FormAnswer, isRefusal, type RequestContext } from '@joinery/core';
import type { FieldError } from '@joinery/ui';
import { fieldErrors } from './faults.ts';

/** What a form that failed shows again: the faults in words, and what was typed. */
export type Failed = { errors: FieldError[]; typed: Record<string, string> };

export const nothingTyped: Failed = { errors: [], typed: {} };

/**
 * Carries out a form: when its values are wrong, or the rules refuse them, the answer is what to show again.
 * @param blame names the field and text for refusals that name no field; undefined lets them through
 * @throws whatever `does` throws that is not about a field
 */
export async function attempt<T>(
  c: RequestContext,
  form: FormAnswer<T>,
  does: (value: T) => Promise<void>,
  blame: (code: string, detail: string) => FieldError | undefined = () => undefined,
): Promise<Failed | null> {
  const { language } = c.var;
  const shown = (faults: FieldFault[], typed: Record<string, string>): Failed => ({
    errors: fieldErrors(faults, language),
    typed,
  });
  if (!form.ok) return shown(form.faults, form.typed);
  try {
    await does(form.value);
    return null;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const typed = typedIn(c);
    if (error.faults.length > 0) return shown(error.faults, typed);
    const blamed = blame(error.code, error.message);
    if (!blamed) throw error;
    return { errors: [blamed], typed };
  }
}

function typedIn(c: RequestContext): Record<string, string> {
  const typed: Record<string, string> = {};
  for (const [name, values] of c.var.form?.fields ?? []) typed[name] = values[0] ?? '';
  return typed;
}
