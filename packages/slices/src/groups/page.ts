import {
  type Environment,
  type FieldFault,
  type FormAnswer,
  isRefusal,
  transact,
  type Visitor,
  type Work,
} from '@joinery/core';
import type { FieldError, Reader } from '@joinery/ui';
import type { Context as HonoContext } from 'hono';
import { fieldErrors } from './faults.ts';

type C = HonoContext<Environment>;

/** Who reads the page, as far as dates are concerned. */
export function readerOf(c: C): Reader {
  const { language, visitor, context } = c.var;
  return { language, timeZone: visitor?.person.timeZone ?? 'UTC', now: context.clock.now().toISOString() };
}

/** Carries out a change as the visitor: from a page or the API. */
export function change<T>(c: C, visitor: Visitor, does: (work: Work) => Promise<T>): Promise<T> {
  return transact(c.var.context, { kind: 'person', person: visitor.person.id }, does);
}

/** What a form that failed shows again: the faults in words, and what was typed. */
export type Failed = { errors: FieldError[]; typed: Record<string, string> };

export const nothingTyped: Failed = { errors: [], typed: {} };

/**
 * Carries out a form: when its values are wrong, or the rules refuse them, the answer is what to show again.
 * @param blame names the field and text for refusals that name no field; undefined lets them through
 * @throws whatever `does` throws that is not about a field
 */
export async function attempt<T>(
  c: C,
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

function typedIn(c: C): Record<string, string> {
  const typed: Record<string, string> = {};
  for (const [name, values] of c.var.form?.fields ?? []) typed[name] = values[0] ?? '';
  return typed;
}
