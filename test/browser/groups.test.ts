import { AxeBuilder } from '@axe-core/playwright';
import { cookieName, startSession, transact } from '@joinery/core';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { startTestNode, type TestNode } from '../harness/node.ts';

const variants: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  'narrow Dutch': { colorScheme: 'light', viewport: { width: 320, height: 800 } },
};

describe.skipIf(browserMissing)('the pages of groups in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let node: TestNode;
  let owner: Awaited<ReturnType<TestNode['person']>>;
  let paths: string[];

  beforeAll(async () => {
    node = await startTestNode('Department of Housing');
    owner = await node.person('Olga Owner');
    const anna = await node.person('Anna Asks');
    const made = await owner.api('POST', '/groups', { name: 'Open data', handle: 'open-data', joining: 'request' });
    const group = `/groups/${made.body.id}`;
    await anna.api('POST', `${group}/join`);
    paths = ['', '?at=here', '?at=elsewhere', '/new', '/join'].map((rest) => `/groups${rest}`);
    paths.push(
      ...['', '/members', `/members/${anna.id}`, '/invite?q=an', '/settings'].map((rest) => `${group}${rest}`),
    );
    browser = await openBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await node?.[Symbol.asyncDispose]();
  });

  test.each(Object.keys(variants))('have no faults that axe finds, and fit: %s', async (name) => {
    const language = name.includes('Dutch') ? 'nl' : 'en';
    const session = await transact(node.context, { kind: 'system', what: 'test' }, async (work) => {
      await work.db.updateTable('person').set({ language }).where('id', '=', owner.id).execute();
      return startSession(work, owner.account);
    });
    const context = await browser.newContext(variants[name]);
    await context.addCookies([{ name: cookieName(node.origin, 'session'), value: session, url: node.origin }]);
    for (const path of paths) {
      const page = await context.newPage();
      await page.goto(`${node.origin}${path}`);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.map((found) => found.html).join(' ')}`);
      const [width, shown] = (await page.evaluate(
        '[document.documentElement.scrollWidth, document.documentElement.lang]',
      )) as [number, string];
      expect([path, faults, width, shown]).toEqual([path, [], variants[name]?.viewport?.width, language]);
      await page.close();
    }
    await context.close();
  });
});
