import { type Child, useContext } from 'hono/jsx';
import { FormErrors, fieldId } from './error-summary.tsx';

/** What every field has. `name` is unique in the page; by it a field finds what is wrong with it in the `errors` of its form. */
export type FieldProps = { name: string; label: string; description?: Child };

/** What is wrong with one field of the form around it. */
export function errorOf(name: string): string | undefined {
  return useContext(FormErrors).find((error) => error.field === name)?.text;
}

/** The attributes that tie a control to its description and its error. */
export function described(name: string, description?: Child) {
  const error = errorOf(name);
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
export function FieldMessage({ name }: { name: string }) {
  const error = errorOf(name);
  return error ? (
    <p class="ds-validation-message" id={`${fieldId(name)}-error`}>
      {error}
    </p>
  ) : null;
}

/** A control with its label above it. */
export function Field({ name, label, description, children }: FieldProps & { children: Child }) {
  return (
    <div class="ds-field">
      <label class="ds-label" for={fieldId(name)}>
        {label}
      </label>
      <Description name={name}>{description}</Description>
      {children}
      <FieldMessage name={name} />
    </div>
  );
}
