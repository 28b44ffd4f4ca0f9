import type { Language } from './messages.ts';
import { text } from './text.ts';

/** A person as others see them; `node` is the host of their home node when that is another one. */
export type PersonModel = {
  name: string;
  href?: string | undefined;
  agency?: string | undefined;
  node?: string | undefined;
};

const hues = ['accent', 'second', 'success', 'warning'] as const;

/** People of one agency share a hue. It only helps the eye: the words beside it say the same. */
function hueOf(agency: string): (typeof hues)[number] {
  let sum = 0;
  for (const character of agency) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return hues[sum % hues.length] ?? 'accent';
}

/** At most two capitals: of the first and the last word of a name. */
export function initials(name: string): string {
  const words = name.split(/[\s-]+/).filter((word) => /^\p{L}/u.test(word));
  const first = words[0];
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return [first, last]
    .map((word) => (word ? ([...word][0] ?? '') : ''))
    .join('')
    .toUpperCase();
}

/** The round mark that stands for a person or an agency. Decoration: the name stands beside it. */
export function Avatar({
  name,
  agency,
  small = false,
}: {
  name: string;
  agency?: string | undefined;
  small?: boolean;
}) {
  return (
    <span
      class="ds-avatar app-avatar"
      data-color={hueOf(agency ?? name)}
      data-small={small ? '' : undefined}
      data-initials={initials(name)}
      aria-hidden="true"
    />
  );
}

/** Mark, name, agency, and the home node when it is another one. */
export function Person({ person, language, small }: { person: PersonModel; language: Language; small?: boolean }) {
  return (
    <span class="app-person">
      <Avatar name={person.name} agency={person.agency} small={small} />
      <span class="app-person-words">
        <PersonName person={person} />
        <PersonOrigin person={person} language={language} />
      </span>
    </span>
  );
}

/** The name alone, as a link where there is a profile. */
export function PersonName({ person }: { person: PersonModel }) {
  return person.href ? (
    <a class="app-quiet-link app-strong" href={person.href}>
      {person.name}
    </a>
  ) : (
    <span class="app-strong">{person.name}</span>
  );
}

/** Agency and home node, in one quiet line. */
export function PersonOrigin({ person, language }: { person: PersonModel; language: Language }) {
  const parts = [person.agency, person.node ? text(language)('via', { node: person.node }) : undefined].filter(Boolean);
  return parts.length > 0 ? <span class="app-quiet">{parts.join(' · ')}</span> : null;
}
