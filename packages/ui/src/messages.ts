import { IntlMessageFormat } from 'intl-messageformat';

/** The languages in which the whole product is available. */
export const languages = ['en', 'nl'] as const;
export type Language = (typeof languages)[number];

/** What each language calls itself, for a language switch. */
export const languageNames: Record<Language, string> = { en: 'English', nl: 'Nederlands' };

/** The choice of a language in a form. */
export const languageOptions = languages.map((value) => ({ value, label: languageNames[value] }));

// European conventions for dates and numbers: day before month, 24-hour clock.
const locales: Record<Language, string> = { en: 'en-GB', nl: 'nl-NL' };

export type MessageValues = Record<string, string | number>;

/** Gives the text of a key in one language, with its values filled in. */
export type Translate<Key extends string> = (key: Key, values?: MessageValues) => string;

/** What `defineMessages` makes: pick a language, get a `Translate`; `catalogue` holds the ICU sources. */
export type Messages<Key extends string> = ((language: Language) => Translate<Key>) & {
  readonly catalogue: Readonly<Record<Language, Readonly<Record<Key, string>>>>;
};

function translator<Key extends string>(language: Language, catalogue: Readonly<Record<Key, string>>): Translate<Key> {
  const compiled = new Map<Key, string | IntlMessageFormat>();
  return (key, values) => {
    let message = compiled.get(key);
    if (message === undefined) {
      const source = catalogue[key];
      // Only braces and apostrophes mean anything to ICU; all other messages are used as they are.
      message = /[{}']/.test(source)
        ? new IntlMessageFormat(source, locales[language], undefined, { ignoreTag: true })
        : source;
      compiled.set(key, message);
    }
    return typeof message === 'string' ? message : String(message.format(values));
  };
}

/**
 * Declares the texts of one part of the product, in ICU MessageFormat, in every language.
 * Each message is compiled once, when it is first used.
 * The result throws when a value that a message names is not given.
 */
export function defineMessages<const English extends Record<string, string>>(catalogue: {
  en: English;
  nl: { [Key in keyof NoInfer<English>]: string };
}): Messages<keyof English & string> {
  type Key = keyof English & string;
  const translators: Record<Language, Translate<Key>> = {
    en: translator<Key>('en', catalogue.en),
    nl: translator<Key>('nl', catalogue.nl),
  };
  return Object.assign((language: Language) => translators[language], { catalogue });
}

/** True for the code of a language that the product has. */
export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

/**
 * The language to answer in, from an `Accept-Language` header (RFC 9110 §12.5.4).
 * Ranges of one language ("nl-BE") count for it; English when nothing fits.
 */
export function negotiateLanguage(acceptLanguage: string | null | undefined): Language {
  let best: Language = 'en';
  let bestQuality = 0;
  for (const range of (acceptLanguage ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const quality = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    const primary = tag.trim().split('-')[0];
    if (isLanguage(primary) && weight > bestQuality) {
      best = primary;
      bestQuality = weight;
    }
  }
  return best;
}

/** An instant: a UTC ISO 8601 text as it is stored, or a Date. */
export type Instant = string | Date;

const dateFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<Language, Intl.NumberFormat>();
const relativeFormats = new Map<Language, Intl.RelativeTimeFormat>();

function cached<Key, Value>(cache: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

const dateStyles = {
  date: { day: 'numeric', month: 'long', year: 'numeric' },
  time: { hour: '2-digit', minute: '2-digit' },
  dateTime: { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

function dateFormat(style: keyof typeof dateStyles, language: Language, timeZone: string): Intl.DateTimeFormat {
  return cached(
    dateFormats,
    `${style} ${language} ${timeZone}`,
    () => new Intl.DateTimeFormat(locales[language], { ...dateStyles[style], timeZone }),
  );
}

/** "21 November 2026", in the reader's time zone (IANA name; throws RangeError for an unknown one). */
export function formatDate(language: Language, timeZone: string, at: Instant): string {
  return dateFormat('date', language, timeZone).format(new Date(at));
}

/** "21 November 2026 at 14:05", in the reader's time zone (IANA name; throws RangeError for an unknown one). */
export function formatDateTime(language: Language, timeZone: string, at: Instant): string {
  return dateFormat('dateTime', language, timeZone).format(new Date(at));
}

/** An instant that lies behind, as a time of day ("09:10"); of another day with the date. */
export function formatSince(language: Language, timeZone: string, at: Instant, now: Instant): string {
  const isToday = formatDate(language, timeZone, at) === formatDate(language, timeZone, now);
  return isToday ? dateFormat('time', language, timeZone).format(new Date(at)) : formatDateTime(language, timeZone, at);
}

/** An amount of bytes in a few digits: `1.4 MB`. */
export function formatBytes(language: Language, bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const step = Math.min(units.length - 1, bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** step;
  const digits = { maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 };
  return `${new Intl.NumberFormat(language, digits).format(value)} ${units[step]}`;
}

/** "12,345.6" or "12.345,6". */
export function formatNumber(language: Language, value: number): string {
  return cached(numberFormats, language, () => new Intl.NumberFormat(locales[language])).format(value);
}

const justNow: Record<Language, string> = { en: 'just now', nl: 'zojuist' };
const relativeUnits = [
  { unit: 'minute', seconds: 60, below: 3600 },
  { unit: 'hour', seconds: 3600, below: 86_400 },
  { unit: 'day', seconds: 86_400, below: 7 * 86_400 },
] as const;

/** "just now", "3 minutes ago", "yesterday", "in 2 hours"; a date when it is a week or more away. */
export function formatRelative(language: Language, timeZone: string, at: Instant, now: Instant): string {
  const seconds = (new Date(at).getTime() - new Date(now).getTime()) / 1000;
  const distance = Math.abs(seconds);
  const format = cached(
    relativeFormats,
    language,
    () => new Intl.RelativeTimeFormat(locales[language], { numeric: 'auto' }),
  );
  if (distance < 60) return seconds > 0 ? format.format(0, 'second') : justNow[language];
  const fitting = relativeUnits.find(({ below }) => distance < below);
  if (!fitting) return formatDate(language, timeZone, at);
  return format.format(Math.trunc(seconds / fitting.seconds), fitting.unit);
}
