import type { Language } from './messages.ts';
import { text } from './text.ts';

/** What is wrong with one field of a form; without `field` it concerns the form as a whole. */
export type FieldError = { field?: string; text: string };

/** The id of a field's control, which the summary links to. */
export const fieldId = (name: string) => `field-${name}`;

/** All that is wrong with a form, each linked to its field. Takes the focus when the page opens, also without script. */
export function ErrorSummary({ errors, language }: { errors: readonly FieldError[]; language: Language }) {
  if (errors.length === 0) return null;
  return (
    <div class="ds-error-summary" role="alert" tabindex={-1} autofocus={true} aria-labelledby="error-summary">
      <h2 class="ds-heading" id="error-summary">
        {text(language)('errorSummaryTitle')}
      </h2>
      <ul class="ds-list">
        {errors.map((error) => (
          <li>
            {error.field ? (
              <a class="ds-link" data-color="neutral" href={`#${fieldId(error.field)}`}>
                {error.text}
              </a>
            ) : (
              error.text
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What is wrong with one field, to stand beside it. */
export function errorOf(errors: readonly FieldError[], field: string): string | undefined {
  return errors.find((error) => error.field === field)?.text;
}
