import type { Child } from 'hono/jsx';

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
