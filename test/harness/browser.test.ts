import { describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from './browser.ts';

describe.skipIf(browserMissing)('the browser of the tests', () => {
  test('lays out a page with a font and takes its picture', async () => {
    await using browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 320, height: 600 } });
    await page.setContent('<!doctype html><title>Hello</title><p><span id="word">Gemeente</span></p>');
    const box = await page.locator('#word').boundingBox();
    expect(box?.width).toBeGreaterThan(20);
    expect((await page.screenshot()).length).toBeGreaterThan(1000);
  });
});
