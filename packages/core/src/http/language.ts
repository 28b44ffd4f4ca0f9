import type { Context as HonoContext } from 'hono';
import { accepts } from 'hono/accepts';
import { readCookie, writeCookie } from './cookies.ts';
import type { Environment } from './environment.ts';

type C = HonoContext<Environment>;
export type Language = Environment['Variables']['language'];

const languages: readonly Language[] = ['en', 'nl'];
const year = 365 * 24 * 3600;

const isLanguage = (text: string | undefined): text is Language => languages.some((language) => language === text);

/** What the browser asks for (RFC 9110 §12.5.4), by primary language. */
export function acceptedLanguage(c: HonoContext): Language {
  const chosen = accepts(c, {
    header: 'Accept-Language',
    supports: [...languages],
    default: 'en',
    match: (wanted) =>
      wanted
        .filter(({ q }) => q > 0)
        .sort((one, other) => other.q - one.q)
        .map(({ type }) => type.toLowerCase().split('-')[0])
        .find(isLanguage) ?? 'en',
  });
  return isLanguage(chosen) ? chosen : 'en';
}

/** The visitor's own language; signed out, the one chosen with the language switch; else what the browser asks for. */
export function chooseLanguage(c: C): Language {
  const own = c.var.visitor?.person.language;
  if (isLanguage(own)) return own;
  const chosen = readCookie(c, 'language') ?? undefined;
  return isLanguage(chosen) ? chosen : c.var.language;
}

/** Remembers a language in this browser. */
export function rememberLanguage(c: C, language: Language): void {
  writeCookie(c, 'language', language, year);
}
