import { linkFor } from '@joinery/slices/people';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestNode, TestPerson } from './node.ts';
import { until } from './until.ts';

/** The longest that one step of a journey may take, in milliseconds: from a click here to what it changes on another node. */
const longestStep = 6_000;

/** A browser of one person, without script, on its sign-in page by one-time link. */
export async function openAtLink(
  browser: Browser,
  node: TestNode,
  person: TestPerson,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(longestStep);
  const { address } = await linkFor(node.context, { kind: 'command', by: 'test' }, person.id);
  await page.goto(address);
  return page;
}

/** Steps of a journey: each is measured and must be quick enough; `print` tells the figures. */
export function measuredSteps(): {
  step: (name: string, does: () => Promise<unknown>) => Promise<void>;
  print: () => void;
} {
  const figures: string[] = [];
  return {
    step: async (name, does) => {
      const since = performance.now();
      await does();
      const took = Math.round(performance.now() - since);
      figures.push(`${String(took).padStart(6)} ms  ${name}`);
      expect.soft(took, name).toBeLessThan(longestStep);
    },
    print: () => console.log(figures.join('\n')),
  };
}

/** Loads the page again until it shows a text, or no longer does: what another node did arrives by itself. */
export async function reloadUntil(page: Page, text: string | RegExp, shown = true): Promise<void> {
  await until(async () => {
    // The browser may still be changing to the page before: it says so, and is asked again.
    const loaded = await page.reload().catch(() => null);
    if (loaded === null) return false;
    return (await page.locator('main').getByText(text).first().isVisible()) === shown;
  }, longestStep);
}
