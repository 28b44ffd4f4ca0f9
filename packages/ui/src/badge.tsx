import type { Child } from 'hono/jsx';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'neutral' | 'accent' | 'second' | 'success' | 'warning' | 'danger' | 'info';

// A state has a shape of its own as well: colour alone tells nothing to many people and in forced colours.
const icons: Partial<Record<Tone, IconName>> = { success: 'check', warning: 'warning', danger: 'close', info: 'info' };

/** A state or a property in one or two words. */
export function Badge({ tone = 'neutral', icon, children }: { tone?: Tone; icon?: IconName; children: Child }) {
  const drawn = icon ?? icons[tone];
  return (
    <span class="ds-tag app-badge" data-color={tone}>
      {drawn ? <Icon name={drawn} /> : null}
      {children}
    </span>
  );
}

/** A subject one can follow to more of it. */
export function Tag({ href, children }: { href: string; children: Child }) {
  return (
    <a class="ds-tag app-tag" data-color="neutral" data-variant="outline" href={href}>
      {children}
    </a>
  );
}

/** A number beside a word; `label` says what is counted. */
export function Count({ value, label, tone = 'neutral' }: { value: number; label: string; tone?: Tone }) {
  return (
    <span class="app-count" data-color={tone}>
      {value}
      <span class="ds-sr-only"> {label}</span>
    </span>
  );
}
