import type { Child } from 'hono/jsx';
import { fieldId } from './error-summary.tsx';
import type { Language } from './messages.ts';
import { text } from './text.ts';

/** The name of the hidden field that proves that a form came from our own page. */
export const csrfField = 'csrf';

/** A form that changes something: it posts, carries the token, and leaves checking to the server, which answers in words. */
export function Form({
  action,
  csrf,
  inline = false,
  upload = false,
  children,
}: {
  action: string;
  csrf: string;
  inline?: boolean;
  upload?: boolean;
  children: Child;
}) {
  return (
    <form
      class={inline ? 'app-form-inline' : 'app-form'}
      method="post"
      action={action}
      enctype={upload ? 'multipart/form-data' : undefined}
      novalidate={true}
    >
      <HiddenField name={csrfField} value={csrf} />
      {children}
    </form>
  );
}

/** A form that asks for a page, such as a search or a filter. */
export function SearchForm({ action, label, children }: { action: string; label: string; children: Child }) {
  return (
    <form class="app-form-inline" method="get" action={action} aria-label={label}>
      {children}
    </form>
  );
}

export function HiddenField({ name, value }: { name: string; value: string }) {
  return <input type="hidden" name={name} value={value} />;
}

/** What every field has. `name` is unique in the page; `error` comes from the server's check of what was typed. */
export type FieldProps = { name: string; label: string; description?: Child; error?: string | undefined };

/** The attributes that tie a control to its description and its error. */
function described(name: string, description: Child | undefined, error: string | undefined) {
  const ids = [description ? `${fieldId(name)}-description` : '', error ? `${fieldId(name)}-error` : ''].filter(
    Boolean,
  );
  return { 'aria-describedby': ids.join(' ') || undefined, 'aria-invalid': error ? ('true' as const) : undefined };
}

function Description({ name, children }: { name: string; children?: Child }) {
  return children ? (
    <div data-field="description" id={`${fieldId(name)}-description`}>
      {children}
    </div>
  ) : null;
}

function FieldMessage({ name, error }: { name: string; error: string | undefined }) {
  return error ? (
    <p class="ds-validation-message" id={`${fieldId(name)}-error`}>
      {error}
    </p>
  ) : null;
}

function Field({ name, label, description, error, children }: FieldProps & { children: Child }) {
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

/** One line of text. `autocomplete` takes the tokens of WCAG 1.3.5 ("name", "email", "current-password" …). */
export function TextField({
  value,
  type = 'text',
  autocomplete,
  required = false,
  width,
  ...field
}: FieldProps & {
  value?: string | undefined;
  type?: 'text' | 'email' | 'url' | 'search' | 'password' | 'date' | 'number' | 'tel';
  autocomplete?: string;
  required?: boolean;
  /** How much is expected, when it is much less than a line. */
  width?: 'short' | 'medium';
}) {
  return (
    <Field {...field}>
      <input
        class="ds-input"
        id={fieldId(field.name)}
        name={field.name}
        type={type}
        value={value}
        autocomplete={autocomplete}
        required={required}
        data-width={width}
        {...described(field.name, field.description, field.error)}
      />
    </Field>
  );
}

/** Several lines of text; with `markdown` it says, in that language, that Markdown works here. */
export function TextArea({
  value = '',
  rows = 6,
  markdown,
  required = false,
  ...field
}: FieldProps & { value?: string | undefined; rows?: number; markdown?: Language; required?: boolean }) {
  const description = field.description ?? (markdown ? text(markdown)('markdownHint') : undefined);
  return (
    <Field {...field} description={description}>
      <textarea
        class="ds-input"
        id={fieldId(field.name)}
        name={field.name}
        rows={rows}
        required={required}
        {...described(field.name, description, field.error)}
      >
        {/* Browsers drop one line break after the tag: this one protects the writer's own. */}
        {value.startsWith('\n') ? `\n${value}` : value}
      </textarea>
    </Field>
  );
}

/** One of several values; `description` is used by RadioGroup only. */
export type Option = { value: string; label: string; description?: string };

/** A choice from a list too long for radio buttons. */
export function Select({
  value,
  options,
  autocomplete,
  ...field
}: FieldProps & { value?: string | undefined; options: readonly Option[]; autocomplete?: string }) {
  return (
    <Field {...field}>
      <select
        class="ds-input"
        id={fieldId(field.name)}
        name={field.name}
        autocomplete={autocomplete}
        {...described(field.name, field.description, field.error)}
      >
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** A choice of one, all seen at once. The error summary leads to the first one. */
export function RadioGroup({
  name,
  label,
  description,
  error,
  value,
  options,
}: FieldProps & { value?: string | undefined; options: readonly Option[] }) {
  return (
    <fieldset class="ds-fieldset app-choices" {...described(name, description, error)}>
      <legend class="ds-label">{label}</legend>
      <Description name={name}>{description}</Description>
      {options.map((option, index) => (
        <Choice
          type="radio"
          id={index === 0 ? fieldId(name) : `${fieldId(name)}-${option.value}`}
          name={name}
          option={option}
          checked={option.value === value}
          invalid={Boolean(error)}
        />
      ))}
      <FieldMessage name={name} error={error} />
    </fieldset>
  );
}

/** A choice of several, all seen at once. */
export function CheckboxGroup({
  name,
  label,
  description,
  error,
  values,
  options,
}: FieldProps & { values: readonly string[]; options: readonly Option[] }) {
  return (
    <fieldset class="ds-fieldset app-choices" {...described(name, description, error)}>
      <legend class="ds-label">{label}</legend>
      <Description name={name}>{description}</Description>
      {options.map((option, index) => (
        <Choice
          type="checkbox"
          id={index === 0 ? fieldId(name) : `${fieldId(name)}-${option.value}`}
          name={name}
          option={option}
          checked={values.includes(option.value)}
          invalid={Boolean(error)}
        />
      ))}
      <FieldMessage name={name} error={error} />
    </fieldset>
  );
}

/** Yes or no. Sends "1" when checked and nothing otherwise. */
export function Checkbox({ name, label, description, error, checked }: FieldProps & { checked: boolean }) {
  return (
    <div class="ds-field">
      <input
        class="ds-input"
        type="checkbox"
        id={fieldId(name)}
        name={name}
        value="1"
        checked={checked}
        {...described(name, description, error)}
      />
      <label class="ds-label" for={fieldId(name)}>
        {label}
      </label>
      <Description name={name}>{description}</Description>
      <FieldMessage name={name} error={error} />
    </div>
  );
}

function Choice({
  type,
  id,
  name,
  option,
  checked,
  invalid,
}: {
  type: 'radio' | 'checkbox';
  id: string;
  name: string;
  option: Option;
  checked: boolean;
  invalid: boolean;
}) {
  return (
    <div class="ds-field">
      <input
        class="ds-input"
        type={type}
        id={id}
        name={name}
        value={option.value}
        checked={checked}
        aria-invalid={invalid ? 'true' : undefined}
        aria-describedby={option.description ? `${id}-about` : undefined}
      />
      <label class="ds-label" for={id}>
        {option.label}
      </label>
      {option.description ? (
        <div data-field="description" id={`${id}-about`}>
          {option.description}
        </div>
      ) : null}
    </div>
  );
}

export type ButtonVariant = 'primary' | 'secondary' | 'tertiary' | 'danger';

const variant = (kind: ButtonVariant) => ({
  'data-variant': kind === 'danger' ? 'secondary' : kind,
  'data-color': kind === 'danger' ? 'danger' : undefined,
});

/** Sends the form. With `name` and `value` it also says which of several buttons was used. */
export function SubmitButton({
  kind = 'primary',
  name,
  value,
  small = false,
  pressed,
  children,
}: {
  kind?: ButtonVariant;
  name?: string;
  value?: string;
  small?: boolean;
  /** For a button that switches something on and off: whether it is on. */
  pressed?: boolean;
  children: Child;
}) {
  return (
    <button
      class="ds-button"
      type="submit"
      name={name}
      value={value}
      data-size={small ? 'sm' : undefined}
      aria-pressed={pressed === undefined ? undefined : pressed ? 'true' : 'false'}
      {...variant(kind)}
    >
      {children}
    </button>
  );
}

/** A link that looks like a button: the main way on from here. */
export function ButtonLink({
  href,
  kind = 'secondary',
  small = false,
  children,
}: {
  href: string;
  kind?: ButtonVariant;
  small?: boolean;
  children: Child;
}) {
  return (
    <a class="ds-button" href={href} data-size={small ? 'sm' : undefined} {...variant(kind)}>
      {children}
    </a>
  );
}

/** The buttons at the end of a form, the main one first. */
export function FormActions({ children }: { children: Child }) {
  return <div class="app-actions">{children}</div>;
}
