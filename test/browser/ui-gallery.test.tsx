import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { assets, type Language, type Reader, renderPage } from '@joinery/ui';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { axeFaults } from '../harness/browser-pages.ts';
import { GroupPage, galleryPage, PartsPage } from './gallery.tsx';

const csp =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const artefacts = join(import.meta.dirname, '../../artefacts/ui');

const variants: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  narrow: { colorScheme: 'light', viewport: { width: 320, height: 800 } },
  'narrow dark': { colorScheme: 'dark', viewport: { width: 320, height: 800 } },
  'forced colours': { forcedColors: 'active', viewport: { width: 1280, height: 900 } },
};

function serve(): Promise<Server> {
  const { files, ...hrefs } = assets();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(url.pathname);
    if (file) {
      response.setHeader('content-type', file.type);
      if (file.gzip) response.setHeader('content-encoding', 'gzip');
      response.end(file.gzip ?? file.body);
      return;
    }
    const language: Language = url.searchParams.get('language') === 'nl' ? 'nl' : 'en';
    const reader: Reader = { language, timeZone: 'Europe/Amsterdam', now: '2026-11-21T13:05:00.000Z' };
    const frame = galleryPage(language, hrefs);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', csp);
    response.end(
      url.pathname === '/parts'
        ? renderPage({ ...frame, title: 'Partners', error: true }, <PartsPage reader={reader} />)
        : renderPage(frame, <GroupPage reader={reader} />),
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe.skipIf(browserMissing)('every part of the interface', { timeout: 60_000 }, () => {
  let browser: Browser;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = await serve();
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await openBrowser();
    mkdirSync(artefacts, { recursive: true });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function open(path: string, options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ ...options, deviceScaleFactor: 1 });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('requestfailed', (request) => complaints.push(request.url()));
    await page.goto(`${origin}${path}`);
    return { page, complaints };
  }

  const cases = ['/', '/parts'].flatMap((path) =>
    (['en', 'nl'] as const).flatMap((language) =>
      Object.entries(variants).map(([variant, options]) => ({ path, language, variant, options })),
    ),
  );

  test.each(cases)(
    '$path in $language, $variant: axe finds nothing and nothing is wider than the screen',
    async ({ path, language, variant, options }) => {
      const { page, complaints } = await open(`${path}?language=${language}`, options);
      const width = options.viewport?.width ?? 0;
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await axeFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      const name = `${path === '/' ? 'group' : 'parts'}-${language}-${variant.replace(' ', '-')}.png`;
      await page.screenshot({ path: join(artefacts, name), fullPage: true });
      await page.context().close();
    },
  );

  test('after a failed form the summary has the focus and the title says so, without script', async () => {
    const { page } = await open('/parts', { javaScriptEnabled: false });
    expect(await page.title()).toMatch(/^Error: /);
    expect(await page.locator('.ds-error-summary:focus').count()).toBe(1);
    await page.locator('.ds-error-summary a').first().click();
    expect(await page.locator('#field-host:target').count()).toBe(1);
    await page.context().close();
  });

  test('the keyboard skips to the content and opens the account menu, without script', async () => {
    const { page } = await open('/', { javaScriptEnabled: false });
    await page.keyboard.press('Tab');
    expect(await page.locator('.app-skip:focus').count()).toBe(1);
    await page.locator('.app-menu summary').focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true);
    await page.screenshot({ path: join(artefacts, 'menu.png') });
    await page.context().close();
  });
});
