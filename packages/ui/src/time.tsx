import { formatDateTime, formatRelative, formatSince, type Instant, type Language } from './messages.ts';

/** Who reads a page, as far as dates are concerned: `timeZone` is an IANA name, `now` the instant of the request. */
export type Reader = { language: Language; timeZone: string; now: Instant };

/** When the page is read, as instants are stored: UTC with milliseconds, so that they compare as text. */
export function readAt(reader: Reader): string {
  return new Date(reader.now).toISOString();
}

/** Since when something is so: the time of day, with its date unless that is today's. Reads on after "since", as "3 minutes ago" does not. */
export function Since({ at, reader }: { at: Instant; reader: Reader }) {
  const { language, timeZone, now } = reader;
  return <time datetime={new Date(at).toISOString()}>{formatSince(language, timeZone, at, now)}</time>;
}

/** An instant as people say it ("3 minutes ago"), with the exact date and time on hover and for machines. */
export function Time({ at, reader }: { at: Instant; reader: Reader }) {
  return (
    <time datetime={new Date(at).toISOString()} title={formatDateTime(reader.language, reader.timeZone, at)}>
      {formatRelative(reader.language, reader.timeZone, at, reader.now)}
    </time>
  );
}
