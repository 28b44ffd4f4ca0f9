import { createContext } from 'hono/jsx';
import type { Language } from './messages.ts';
import { text } from './text.ts';

/** What is wrong with one field of a form; without `field` it concerns the form as a whole. */
export type FieldError = { field?: string; text: string };

/** All that is wrong with a form, for the fields within it. */
export const FormErrors = createContext<readonly FieldError[]>([]);

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
