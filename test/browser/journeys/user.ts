import { addPerson, linkFor } from '@joinery/slices/people';
import type { Language, Messages, Translate } from '@joinery/ui';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import {
  axeFaults,
  axeFaultsIn,
  keepPicture,
  listenForComplaints,
  pageFacts,
  settingsOf,
} from '../../harness/browser-pages.ts';
import type { TestNode } from '../../harness/node.ts';
import { until } from '../../harness/until.ts';
import { type GivenFile, keyboardOf, mouse } from './hands.ts';
import type { Way } from './ways.ts';

/** The longest that anything on the way may take, in milliseconds. */
export const longest = 20_000;

type Name = string | RegExp;
type Place = Page | Locator;

/** Somebody in front of a browser: finds things by the names that they have on the page, in the language of the page. */
export type User = AsyncDisposable & {
  page: Page;
  language: Language;
  way: Way;
  /** The words of a part of the product, in the language of this user. */
  words: <Key extends string>(messages: Messages<Key>) => Translate<Key>;
  /** Opens an address that they were given: in a mail, in a newsletter, on paper. */
  open: (address: string) => Promise<void>;
  /** Follows a link to another page. */
  follow: (link: Name, place?: Place) => Promise<void>;
  /** Presses a button that sends a form. */
  press: (button: Name, place?: Place) => Promise<void>;
  write: (label: Name, text: string, place?: Place) => Promise<void>;
  choose: (label: Name, place?: Place) => Promise<void>;
  clear: (label: Name, place?: Place) => Promise<void>;
  give: (label: Name, file: GivenFile, place?: Place) => Promise<void>;
  pick: (label: Name, option: string, place?: Place) => Promise<void>;
  unfold: (summary: Name, place?: Place) => Promise<void>;
  /** The form had a fault: it is said above, where the focus is now. Goes from there to the field, and writes. */
  mends: (fault: Name, text: string) => Promise<void>;
  /** Waits for a page of this title. */
  at: (title: Name) => Promise<void>;
  /** Waits until the content shows a text. */
  sees: (text: Name) => Promise<void>;
  /** Comes back to this page until it shows a text: for what arrives from elsewhere. */
  finds: (text: Name) => Promise<void>;
  /** A part of the page that shows a text: a post, an item of a list. */
  part: (text: Name) => Locator;
  /** A panel of this title. */
  panel: (title: Name) => Locator;
  /** Their device keeps passkeys from now on, and knows them. The browser offers none by itself: there is a button. */
  hasPasskeys: () => Promise<void>;
  /** Takes another screen, or the keyboard instead of the mouse: the browser stays, with or without script, and its language. */
  goesOn: (way: Way) => Promise<void>;
  /** Looks at the page: nothing is too wide, a machine finds no fault in any colours; a picture is kept. */
  look: (name: string) => Promise<void>;
};

const firstNames = [
  'Bea',
  'Bram',
  'Cato',
  'Daan',
  'Els',
  'Finn',
  'Guus',
  'Hanna',
  'Iris',
  'Jens',
  'Kato',
  'Lars',
  'Mila',
];
const surnames = ['Winters', 'Zomer', 'Maartens', 'Herfst'];
let named = 0;
/** A name that nobody has had yet: another one for each try of each journey. */
export function newName(): string {
  const name = `${firstNames[named % 13]} ${surnames[Math.floor(named / 13) % 4]}`;
  named += 1;
  return name;
}

/** Adds somebody as an administrator does, and gives the one-time link that they get. */
export async function newcomer(
  node: TestNode,
  name: string,
  language: Language,
  { federationOfficer = false } = {},
): Promise<string> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@council.example`;
  const by = { kind: 'command', by: 'test' } as const;
  const input = { name, email, administrator: false, federationOfficer };
  const person = await addPerson(node.context, by, input, language);
  return (await linkFor(node.context, by, person.id)).address;
}

/** Pictures of a way stand together. */
const folderOf = ({ script, keyboard, width, language, colours }: Way): string =>
  [script ? 'script' : 'plain', keyboard ? 'keys' : 'mouse', width, language, colours].join('-');

const screenOf = ({ width }: Way) => ({ width, height: width < 600 ? 800 : 900 });

/** Opens a browser of a new person. @param journey names the pictures */
export async function openUser(browser: Browser, first: Way, journey: string): Promise<User> {
  let way = first;
  const { language, script } = way;
  const context = await browser.newContext({
    javaScriptEnabled: script,
    locale: language === 'nl' ? 'nl-NL' : 'en-GB',
    timezoneId: 'Europe/Amsterdam',
    viewport: screenOf(way),
    // Movement is off: colours and places must be final when they are looked at.
    reducedMotion: 'reduce',
    ...settingsOf(way.colours),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(longest);
  const complaints = listenForComplaints(page);
  let hands = way.keyboard ? keyboardOf(page) : mouse;
  const role = (place: Place, kind: 'link' | 'button', name: Name) =>
    place.getByRole(kind, { name, exact: typeof name === 'string' }).first();
  const field = (place: Place, name: Name) => place.getByLabel(name, { exact: typeof name === 'string' }).first();
  const content = () => page.locator('main');

  /** Does something that leads to an answer of the server, and waits for that answer, in place or as a new page. */
  async function answered(act: () => Promise<void>): Promise<void> {
    await page.evaluate(() => document.body.setAttribute('data-before', ''));
    await act();
    await page.locator('body:not([data-before])').waitFor({ state: 'attached' });
    await page.waitForLoadState('load');
  }

  let looks = 0;
  const self: User = {
    page,
    language,
    way,
    words: (messages) => messages(language),
    open: async (address) => {
      await page.goto(address);
    },
    follow: (link, place = page) => answered(() => hands.use(role(place, 'link', link))),
    press: (button, place = content()) => answered(() => hands.use(role(place, 'button', button))),
    write: (label, text, place = content()) => hands.write(field(place, label), text),
    choose: (label, place = content()) => hands.choose(field(place, label)),
    clear: (label, place = content()) => hands.clear(field(place, label)),
    give: (label, file, place = content()) => hands.give(field(place, label), file),
    pick: (label, option, place = content()) => hands.pick(field(place, label), option),
    unfold: (summary, place = page) => hands.use(place.locator('summary').filter({ hasText: summary }).first()),
    mends: async (fault, text) => {
      await page.locator('.ds-error-summary:focus').waitFor();
      await hands.use(role(page.locator('.ds-error-summary'), 'link', fault));
      await page.keyboard.type(text);
    },
    at: async (title) => {
      await page.getByRole('heading', { level: 1, name: title, exact: typeof title === 'string' }).waitFor();
    },
    sees: async (text) => {
      await content().getByText(text).filter({ visible: true }).first().waitFor();
    },
    finds: (text) =>
      until(async () => {
        if (await content().getByText(text).filter({ visible: true }).first().isVisible()) return true;
        await page.reload().catch(() => null);
        return false;
      }, longest),
    part: (text) => content().locator('article, li').filter({ hasText: text }).first(),
    panel: (title) =>
      content()
        .locator('section', { has: page.getByRole('heading', { name: title, exact: true }) })
        .first(),
    hasPasskeys: async () => {
      const devices = await context.newCDPSession(page);
      await devices.send('WebAuthn.enable');
      await devices.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
          ...{ isUserVerified: true, automaticPresenceSimulation: true },
        },
      });
      await page.addInitScript(() => {
        if ('PublicKeyCredential' in window) PublicKeyCredential.isConditionalMediationAvailable = async () => false;
      });
    },
    goesOn: async (next) => {
      way = next;
      self.way = next;
      hands = next.keyboard ? keyboardOf(page) : mouse;
      await page.setViewportSize(screenOf(next));
      await page.emulateMedia({ reducedMotion: 'reduce', ...settingsOf(next.colours) });
    },
    look: async (name) => {
      looks += 1;
      const faults = await axeFaults(page, script);
      const number = String(looks).padStart(2, '0');
      await keepPicture(page, `journeys/${journey}/${folderOf(way)}/${number} ${name}`);
      for (const colours of way.besides) faults.push(...(await axeFaultsIn(page, colours)));
      if (way.besides.length > 0) await page.emulateMedia(settingsOf(way.colours));
      const facts = await pageFacts(page);
      if (facts.tooWide > 0) faults.push(`${facts.tooWide} pixels too wide`);
      if (facts.headings !== 1) faults.push(`${facts.headings} headings of the first level`);
      if (facts.language !== language) faults.push(`in ${facts.language}`);
      faults.push(...complaints.filter((line) => !/^4\d\d /.test(line)));
      expect([name, page.url(), ...faults]).toEqual([name, page.url()]);
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
  return self;
}
