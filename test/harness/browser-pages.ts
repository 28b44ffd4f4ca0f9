import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { type Context, cookieName, startSession, transact } from '@joinery/core';
import type { RunOptions } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';

const by = { kind: 'system', what: 'test' } as const;

/** How a page is opened: wide in one language, narrow in the other. Colours and widths change on the open page. */
export const looks = {
  // Movement is off: colours and places must be final when they are looked at.
  English: { viewport: { width: 1280, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' },
  'narrow Dutch': { viewport: { width: 320, height: 800 }, locale: 'nl-NL', reducedMotion: 'reduce' },
} as const satisfies Record<string, BrowserContextOptions>;
export type Look = keyof typeof looks;

/** The language of the pages in a look. */
export const languageOf = (look: Look): 'en' | 'nl' => (look.includes('Dutch') ? 'nl' : 'en');

type Cookie = { name: string; value: string; url: string };

/** The cookie of a new session of an account, for a browser context. */
export async function sessionCookie(context: Context, account: string): Promise<Cookie> {
  const { origin } = context.config;
  const value = await transact(context, by, (work) => startSession(work, account));
  return { name: cookieName(origin, 'session'), value, url: origin };
}

/** From now on everybody of this node reads it in this language. */
export async function speakTo(context: Context, language: 'en' | 'nl'): Promise<void> {
  await transact(context, by, (work) =>
    work.db.updateTable('person').set({ language }).where('local', '=', 1).execute(),
  );
}

/** What the browser itself complains of: blocked by the content security policy, script faults, parts of the page that fail to load. */
export function listenForComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    // The status of the page itself is looked at elsewhere.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('response', (answer) => {
    if (answer.status() >= 400 && answer.request().resourceType() !== 'document')
      complaints.push(`${answer.status()} ${answer.url()}`);
  });
  return complaints;
}

/** All that WCAG 2.2 AA rests on, and the best practices. What is right is not listed: that takes most of the time. */
const axeOptions: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  resultTypes: ['violations'],
};

/** Of these rules those that look at colours: what the others look at is the same in all. */
const axeColourOptions: RunOptions = {
  runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
  resultTypes: ['violations'],
};

type Violation = { id: string; nodes: { html: string; failureSummary?: string }[] };

/** The small form of it: the other takes as long to read as to run. */
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Has every document that this page will show bring axe with it: the browser then reads it once instead of once for each. */
export function bringAxe(page: Page): Promise<unknown> {
  return page.addInitScript(axeSource);
}

/**
 * In a browser without script nothing that was put off is ever done, and axe puts off each of its steps; what a promise leads to is done. Not where a script
 * of the page runs: there nothing of it may change.
 */
const doAtOnce = () => {
  const later = (step: (...given: unknown[]) => void, _: unknown, ...given: unknown[]) => {
    Promise.resolve().then(() => step(...given));
    return 0;
  };
  window.setTimeout = later as unknown as typeof window.setTimeout;
};

/**
 * One line per fault that axe finds on the page as it is.
 * @param script whether scripts run in that browser
 */
export async function axeFaults(page: Page, script = true): Promise<string[]> {
  if (!script) await page.evaluate(doAtOnce);
  return faultsOn(page, axeOptions);
}

async function faultsOn(page: Page, options: RunOptions): Promise<string[]> {
  // We have none; one would be a fault by itself.
  if (page.frames().length > 1) return ['frames, which axe does not look into here'];
  // A click is over when the answer to it begins.
  await page.waitForLoadState('load');
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(axeSource);
  const violations = await page.evaluate(async (options) => {
    const { axe } = window as unknown as { axe: { run: (how: unknown) => Promise<unknown> } };
    return ((await axe.run(options)) as { violations: Violation[] }).violations;
  }, options);
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
  );
}

/** Colours that a reader's system may ask for. */
const asked = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  'forced colours': { colorScheme: 'light', forcedColors: 'active' },
} as const;
export type Colours = keyof typeof asked;
export const otherColourNames = (Object.keys(asked) as Colours[]).filter((name) => name !== 'light');
/** Settings of a browser whose reader asks for these colours. */
export const settingsOf = (colours: Colours) => asked[colours];

/** Shows a page on which `axeFaults` has looked already in other colours, and looks at these. The page stays in them. */
export async function axeFaultsIn(page: Page, colours: Colours): Promise<string[]> {
  await page.emulateMedia(asked[colours]);
  const faults = await faultsOn(page, axeColourOptions);
  return faults.map((line) => `${colours}: ${line}`);
}

type PageFacts = {
  language: string;
  title: string;
  headings: number;
  /** Pixels that the page is wider than the screen. */
  tooWide: number;
  /** Addresses of this node that the page leads to. */
  links: string[];
  /** Places within the page that links lead to and that are not there. */
  missingTargets: string[];
  /** Fields that the summary of faults leads to and that do not say themselves that something is wrong. */
  silentFields: string[];
};

/** What any page must get right, whatever it is about. */
export function pageFacts(page: Page): Promise<PageFacts> {
  return page.evaluate(() => {
    const links = [...document.querySelectorAll<HTMLAnchorElement>('a[href]')];
    const targets = links.map((link) => link.getAttribute('href') ?? '').filter((href) => /^#./.test(href));
    return {
      language: document.documentElement.lang,
      title: document.title,
      headings: document.querySelectorAll('h1').length,
      tooWide: Math.max(0, document.documentElement.scrollWidth - innerWidth),
      links: links
        .filter((link) => link.origin === location.origin && !link.getAttribute('href')?.startsWith('#'))
        .map((link) => link.pathname + link.search),
      missingTargets: targets.filter((href) => !document.getElementById(href.slice(1))),
      silentFields: [...document.querySelectorAll('.ds-error-summary a')]
        .map((link) => link.getAttribute('href') ?? '')
        .filter((href) => !document.querySelector(`${href}[aria-invalid="true"]`)),
    };
  });
}

const artefacts = resolve(import.meta.dirname, '../../artefacts');

/**
 * Keeps a picture of the whole page in `artefacts`, for eyes, not for tests: all of them when `JOINERY_TEST_PICTURES` is 1, otherwise those whose
 * name begins with what it says.
 */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const wanted = process.env.JOINERY_TEST_PICTURES;
  if (!wanted || (wanted !== '1' && !name.startsWith(wanted))) return;
  const path = resolve(artefacts, `${name.replace(/[^\w/]+/g, '-')}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, fullPage: true });
}
