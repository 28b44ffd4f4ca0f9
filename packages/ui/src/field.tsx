import type { Child } from 'hono/jsx';
import { fieldId } from './error-summary.tsx';

/** What every field has. `name` is unique in the page; `error` comes from the server's check of what was typed. */
export type FieldProps = { name: string; label: string; description?: Child; error?: string | undefined };

/** The attributes that tie a control to its description and its error. */
export function described(name: string, description: Child | undefined, error: string | undefined) {
  const ids = [description ? `${fieldId(name)}-description` : '', error ? `${fieldId(name)}-error` : ''].filter(
    Boolean,
  );
  return { 'aria-describedby': ids.join(' ') || undefined, 'aria-invalid': error ? ('true' as const) : undefined };
}

/** What helps to fill in a field. */
export function Description({ name, children }: { name: string; children?: Child }) {
  return children ? (
    <div data-field="description" id={`${fieldId(name)}-description`}>
      {children}
    </div>
  ) : null;
}

/** What is wrong with what was typed. */
export function FieldMessage({ name, error }: { name: string; error: string | undefined }) {
  return error ? (
    <p class="ds-validation-message" id={`${fieldId(name)}-error`}>
      {error}
    </p>
  ) : null;
}

/** A control with its label above it. */
export function Field({ name, label, description, error, children }: FieldProps & { children: Child }) {
  return (
    <div class="ds-field">
      <label class="ds-label" for={fieldId(name)}>
        {label}
      </label>
      <Description name={name}>{description}</Description>
      {children}
      <FieldMessage name={name} error={error} />
    </div>
  );
}
