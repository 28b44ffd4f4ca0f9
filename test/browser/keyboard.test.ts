import { createActorKeys, transact } from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { openAtLink } from '../harness/browser-journey.ts';
import { startTestNode, type TestNode } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;
const mostStops = 80;

const isFocused = async (target: Locator) =>
  (await target.count()) === 1 && (await target.evaluate((element) => element === document.activeElement));

/** The control with the focus shows it, and stands on the screen. */
async function expectVisibleFocus(target: Locator): Promise<void> {
  const { marked, onScreen } = await target.evaluate((element) => {
    const look = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return {
      marked: (look.outlineStyle !== 'none' && Number.parseFloat(look.outlineWidth) >= 2) || look.boxShadow !== 'none',
      onScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
  });
  expect([await target.textContent(), marked, onScreen]).toEqual([await target.textContent(), true, true]);
}

/** Walks with the Tab key until a control has the focus; every stop on the way has a name and can be seen to have the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stop = 0; stop < mostStops; stop += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    await expectVisibleFocus(focused);
    if (await isFocused(target)) return;
  }
  throw new Error(`Not reached on ${page.url()} with ${mostStops} steps of the Tab key: ${target}`);
}

async function press(page: Page, target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press(key)]);
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.type(text);
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

describe.skipIf(browserMissing)('a journey by keyboard alone, without script', { timeout: 120_000 }, () => {
  let browser: Browser;
  let node: TestNode;

  beforeEach(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode('Department of Housing')]);
    const ada = await node.person('Ada Owner');
    const keys = await createActorKeys();
    await transact(node.context, by, async (work) => {
      const group = await createGroup(work, { name: 'Parking permits', handle: 'parking', owner: ada.id, keys });
      await createTopic(work, { group: group.id, author: ada.id, title: 'House rules', ...markdownText('Be kind.') });
    });
  }, 60_000);

  afterEach(async () => {
    await browser?.close();
    await node?.[Symbol.asyncDispose]();
  });

  test.each([
    ['wide', 1280],
    ['narrow', 320],
  ] as const)('leads from signing in to a topic, a reply and out, on a %s screen', async (screen, width) => {
    const bob = await node.person(`Bob ${screen}`);
    const page = await openAtLink(browser, node, bob, { viewport: { width, height: 800 } });
    const expectToFit = async () =>
      expect([page.url(), await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([
        page.url(),
        width,
      ]);
    await expectToFit();
    await press(page, button(page, 'Sign in'));
    await expectToFit();

    await page.keyboard.press('Tab');
    const skip = page.locator('.app-skip');
    expect(await isFocused(skip)).toBe(true);
    await expectVisibleFocus(skip);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    // Past the skip link the next stop lies in the content, not in the navigation.
    expect(await page.locator('main :focus').count()).toBe(1);

    await press(page, link(page, 'Groups'));
    await press(page, link(page, 'On this node').first());
    await expectToFit();
    await press(page, link(page, 'Parking permits'));
    await expectToFit();
    await press(page, button(page, 'Join'));

    await press(page, link(page, 'New topic'));
    await press(page, button(page, 'Post'), 'Space');
    await expectToFit();
    expect(await page.title()).toMatch(/^Error: /);
    expect(await isFocused(page.locator('.ds-error-summary'))).toBe(true);
    await tabTo(page, link(page, 'Enter a title'));
    await page.keyboard.press('Enter');
    // The link of the summary leads to the field: typing goes there.
    await page.keyboard.type(`Blue badges, ${screen}`);
    await type(page, 'Text', 'Who checks them?');
    await press(page, button(page, 'Post'));
    expect(await heading(page)).toBe(`Blue badges, ${screen}`);
    await expectToFit();

    await type(page, 'Text', 'I found it.');
    await press(page, button(page, 'Reply'));
    expect(await page.getByText('I found it.').isVisible()).toBe(true);
    await page.goto(page.url().split('#')[0] ?? '');
    await press(
      page,
      page.locator('article').last().getByRole('button', { name: 'This answered my question' }),
      'Space',
    );
    expect(await page.getByText('Answered', { exact: true }).isVisible()).toBe(true);

    await page.goto(node.origin);
    await press(page, link(page, 'House rules'));
    await press(page, button(page, 'Like'), 'Space');
    expect(await button(page, 'Liked').getAttribute('aria-pressed')).toBe('true');

    const menu = page.locator('.app-menu > summary');
    await tabTo(page, menu);
    await page.keyboard.press('Enter');
    await expectToFit();
    await press(page, button(page, 'Sign out'));
    expect(await heading(page)).toBe('Sign in');
    await page.context().close();
  });
});
