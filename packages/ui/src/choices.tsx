import { jsx, useContext } from 'hono/jsx';
import { fieldId } from './error-summary.tsx';
import { Description, described, errorOf, FieldMessage, type FieldProps } from './field.tsx';
import { KeptFields } from './kept.ts';

/** One of several values; a list to pick from shows no `description`. */
export type Option = { value: string; label: string; description?: string };

/** A choice of one, all seen at once. The error summary leads to the first one. */
export function RadioGroup({
  value,
  ...group
}: FieldProps & { value?: string | undefined; options: readonly Option[] }) {
  const chosen = useContext(KeptFields)?.get(group.name)?.[0] ?? value;
  return <Choices {...group} type="radio" isChosen={(option) => option === chosen} />;
}

/** A choice of several, all seen at once. */
export function CheckboxGroup({
  values,
  ...group
}: FieldProps & { values: readonly string[]; options: readonly Option[] }) {
  const kept = useContext(KeptFields);
  const chosen = kept ? (kept.get(group.name) ?? []) : values;
  return <Choices {...group} type="checkbox" isChosen={(option) => chosen.includes(option)} />;
}

function Choices({
  type,
  name,
  label,
  description,
  options,
  isChosen,
}: FieldProps & { type: 'radio' | 'checkbox'; options: readonly Option[]; isChosen: (option: string) => boolean }) {
  return (
    <fieldset class="ds-fieldset app-choices" {...described(name, description)}>
      <legend class="ds-label">{label}</legend>
      <Description name={name}>{description}</Description>
      {options.map((option, index) => (
        <Choice
          type={type}
          id={index === 0 ? fieldId(name) : `${fieldId(name)}-${option.value}`}
          name={name}
          option={option}
          checked={isChosen(option.value)}
          invalid={errorOf(name) !== undefined}
        />
      ))}
      <FieldMessage name={name} />
    </fieldset>
  );
}

/** Yes or no. Sends "1" when checked and nothing otherwise. */
export function Checkbox({ name, label, description, checked }: FieldProps & { checked: boolean }) {
  const kept = useContext(KeptFields);
  return (
    <div class="ds-field">
      <input
        class="ds-input"
        type="checkbox"
        id={fieldId(name)}
        name={name}
        value="1"
        checked={kept ? kept.has(name) : checked}
        {...described(name, description)}
      />
      <label class="ds-label" for={fieldId(name)}>
        {label}
      </label>
      <Description name={name}>{description}</Description>
      <FieldMessage name={name} />
    </div>
  );
}

/** Where there is script: a box that chooses all boxes of a form, or none. */
export function ChooseAll({ form, label }: { form: string; label: string }) {
  return jsx('app-choose-all', { 'data-form': form, 'data-label': label });
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
