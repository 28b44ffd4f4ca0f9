import { type Child, jsx, useContext } from 'hono/jsx';
import type { Option } from './choices.tsx';
import { type FieldError, FormErrors, fieldId } from './error-summary.tsx';
import { described, Field, type FieldProps } from './field.tsx';
import { KeptFields, KeptForms } from './kept.ts';
import type { Language } from './messages.ts';
import { text } from './text.ts';

/** The name of the hidden field that proves that a form came from our own page. */
export const csrfField = 'csrf';
/** The name of the hidden field by which a form that is sent twice (a double click) has one effect. */
export const onceField = 'once';

/**
 * A form that changes something: it posts, carries the token, and leaves checking to the server, which answers in words.
 * Each field shows what is wrong with it of `errors`.
 */
export function Form({
  action,
  csrf,
  errors = [],
  inline = false,
  upload = false,
  id,
  once = true,
  children,
}: {
  action: string;
  csrf: string;
  errors?: readonly FieldError[];
  inline?: boolean;
  upload?: boolean;
  /** For controls elsewhere on the page that belong to it. */
  id?: string;
  /** False where sending twice does no harm and the page must be the same each time. */
  once?: boolean;
  children: Child;
}) {
  const kept = useContext(KeptForms);
  const fields = kept?.action === action ? kept.fields : null;
  return (
    <form
      id={id}
      class={inline ? 'app-form-inline' : 'app-form'}
      method="post"
      action={action}
      enctype={upload ? 'multipart/form-data' : undefined}
      novalidate={true}
    >
      <HiddenField name={csrfField} value={csrf} />
      {once ? <HiddenField name={onceField} value={crypto.randomUUID()} /> : null}
      <FormErrors.Provider value={errors}>
        {fields ? <KeptFields.Provider value={fields}>{children}</KeptFields.Provider> : children}
      </FormErrors.Provider>
    </form>
  );
}

/** A form that asks for a page, such as a search or a filter; `stacked` when a field needs the whole width. */
export function SearchForm({
  action,
  label,
  errors = [],
  stacked = false,
  children,
}: {
  action: string;
  label: string;
  errors?: readonly FieldError[];
  stacked?: boolean;
  children: Child;
}) {
  return (
    <form
      class={stacked ? 'app-form' : 'app-form-inline'}
      method="get"
      action={action}
      aria-label={label}
      novalidate={true}
    >
      <FormErrors.Provider value={errors}>{children}</FormErrors.Provider>
    </form>
  );
}

/** A value that goes with the form unseen. */
export function HiddenField({ name, value }: { name: string; value: string }) {
  return <input type="hidden" name={name} value={value} />;
}

/** One line of text. `autocomplete` takes the tokens of WCAG 1.3.5 ("name", "email", "current-password" …). */
export function TextField({
  value,
  type = 'text',
  autocomplete,
  required = false,
  width,
  names,
  ...field
}: FieldProps & {
  value?: string | undefined;
  type?: 'text' | 'email' | 'url' | 'search' | 'password' | 'date' | 'number' | 'tel';
  autocomplete?: string;
  required?: boolean;
  /** How much is expected, when it is much less than a line. */
  width?: 'short' | 'medium';
  /** Several names with commas between them: the address that offers them while somebody types, and what the list of them is called. */
  names?: { address: string; label: string };
}) {
  const kept = useContext(KeptFields)?.get(field.name)?.[0];
  const input = (
    <input
      class="ds-input"
      id={fieldId(field.name)}
      name={field.name}
      // A field for a day drops what is none: whoever typed it would not see it again.
      type={type === 'date' && value && !/^\d{4}-\d\d-\d\d$/.test(value) ? 'text' : type}
      value={type === 'password' ? value : (kept ?? value)}
      autocomplete={autocomplete}
      required={required}
      data-width={width}
      {...described(field.name, field.description)}
    />
  );
  return (
    <Field {...field}>
      {names
        ? // A custom element of `browser/suggest.ts`; without script only the field in it.
          jsx('app-names', { 'data-suggest': names.address, 'data-label': names.label }, input as never)
        : input}
    </Field>
  );
}

/** A file to send along. Browsers never fill it in again: a page that comes back says what was chosen. Needs a form with `upload`. */
export function FileField({
  accept,
  multiple = false,
  ...field
}: FieldProps & { accept?: string /** Several at once. */; multiple?: boolean }) {
  return (
    <Field {...field}>
      <input
        class="ds-input"
        type="file"
        id={fieldId(field.name)}
        name={field.name}
        accept={accept}
        multiple={multiple}
        {...described(field.name, field.description)}
      />
    </Field>
  );
}

/**
 * Several lines of text; with `markdown` it says, in that language, that Markdown works here, and gets a toolbar where there is script.
 * `suggest` is the address that offers people and tags while somebody types.
 */
export function TextArea({
  value = '',
  rows = 6,
  markdown,
  suggest,
  required = false,
  ...field
}: FieldProps & {
  value?: string | undefined;
  rows?: number;
  markdown?: Language;
  suggest?: string | undefined;
  required?: boolean;
}) {
  const shown = useContext(KeptFields)?.get(field.name)?.[0] ?? value;
  const description = field.description ?? (markdown ? text(markdown)('markdownHint') : undefined);
  const area = (
    <textarea
      class="ds-input"
      id={fieldId(field.name)}
      name={field.name}
      rows={rows}
      required={required}
      {...described(field.name, description)}
    >
      {/* Browsers drop one line break after the tag: this one protects the writer's own. */}
      {shown.startsWith('\n') ? `\n${shown}` : shown}
    </textarea>
  );
  return (
    <Field {...field} description={description}>
      {markdown ? <MarkdownEditor language={markdown} suggest={suggest} area={area} /> : area}
    </Field>
  );
}

/** A custom element of `browser/editor.ts`, with the words of its toolbar; without script only the textarea in it. */
function MarkdownEditor({ language, suggest, area }: { language: Language; suggest: string | undefined; area: Child }) {
  const t = text(language);
  const labels = {
    toolbar: t('toolbar'),
    bold: t('toolBold'),
    italic: t('toolItalic'),
    link: t('toolLink'),
    list: t('toolList'),
    numbers: t('toolNumbers'),
    quote: t('toolQuote'),
    code: t('toolCode'),
    suggestions: t('suggestions'),
  };
  return jsx('app-editor', { 'data-labels': JSON.stringify(labels), 'data-suggest': suggest }, area as never);
}

/** A choice from a list too long for radio buttons. */
export function Select({
  value,
  options,
  autocomplete,
  ...field
}: FieldProps & { value?: string | undefined; options: readonly Option[]; autocomplete?: string }) {
  const chosen = useContext(KeptFields)?.get(field.name)?.[0] ?? value;
  return (
    <Field {...field}>
      <select
        class="ds-input"
        id={fieldId(field.name)}
        name={field.name}
        autocomplete={autocomplete}
        {...described(field.name, field.description)}
      >
        {options.map((option) => (
          <option value={option.value} selected={option.value === chosen}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}
