import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { accountOfPerson, cookieName, setRoles, startSession, transact } from '@joinery/core';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { startTestNode, type TestNode } from '../harness/node.ts';

const home = '/administration/partners';
const artefacts = join(import.meta.dirname, '../../artefacts/partners');
const by = { kind: 'system', what: 'test' } as const;

const variants: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  'narrow Dutch': { colorScheme: 'light', viewport: { width: 320, height: 800 } },
};

describe.skipIf(browserMissing)('the partners’ pages in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let node: TestNode;
  let cookie: { name: string; value: string; url: string };
  let partner: string;
  let officer: string;

  beforeAll(async () => {
    mkdirSync(artefacts, { recursive: true });
    node = await startTestNode('department');
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString();
    await node.allow(
      { origin: 'https://samen.harrowdean.example', name: 'Harrowdean Borough Council' },
      { expiresAt: soon },
    );
    await node.allow({ origin: 'https://werk.gemeente.example', name: 'Gemeente Noordwoude' });
    await node.decide('suspend', { origin: 'https://werk.gemeente.example' });
    await node.decide('block', { origin: 'https://spam.example' });
    const person = await node.person('Ada Officer', { administrator: true });
    officer = person.id;
    const account = await accountOfPerson(node.context.db.reader, person.id);
    const session = await transact(node.context, by, async (work) => {
      await setRoles(work, account?.id ?? '', { administrator: true, federationOfficer: true });
      return startSession(work, account?.id ?? '');
    });
    cookie = { name: cookieName(node.origin, 'session'), value: session, url: node.origin };
    partner = String((await person.api('GET', '/partners')).body.items.at(-1).id);
    browser = await openBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await node?.[Symbol.asyncDispose]();
  });

  test.each(Object.keys(variants))('have no faults that axe finds, and fit: %s', async (name) => {
    const context = await browser.newContext(variants[name]);
    await context.addCookies([cookie]);
    const language = name.includes('Dutch') ? 'nl' : 'en';
    await transact(node.context, by, (work) =>
      work.db.updateTable('person').set({ language }).where('id', '=', officer).execute(),
    );
    const page = await context.newPage();
    const paths = ['', '/new', '/proposals', '/import', '/register', '/explain?origin=https://spam.example'];
    for (const path of [...paths, `/${partner}`, `/${partner}/edit`, `/${partner}/decide?what=suspend`]) {
      await page.goto(`${node.origin}${home}${path}`);
      const file = `${name} ${path.replace(partner, 'partner').replace(/\W+/g, '-') || 'list'}.png`;
      await page.screenshot({ path: join(artefacts, file), fullPage: true });
      expect(await page.locator('html').getAttribute('lang')).toBe(language);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${path}: ${id} ${nodes[0]?.html}`)).toEqual([]);
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)]).toEqual([path, 0]);
    }
    await context.close();
  });
});
