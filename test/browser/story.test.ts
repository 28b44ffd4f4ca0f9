import { createActorKeys, transact } from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { createTopic, markdownText, postByUri } from '@joinery/slices/posts';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { measuredSteps, openAtLink, reloadUntil } from '../harness/browser-journey.ts';
import { allowEachOther, startTestNode, type TestNode } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;
const seeded = 30;
const perPage = 25;

const button = (at: Page | Locator, name: string) => at.getByRole('button', { name, exact: true });
const link = (at: Page | Locator, name: string) => at.getByRole('link', { name, exact: true });

/** Titles of the topics on a page of a group. */
const shownTopics = (page: Page) => page.locator('article h3').allTextContents();

/** Opens the moderation of one post and uses a button or link in it. */
async function moderate(post: Locator, name: string): Promise<void> {
  await post.getByText('Moderation').click();
  await button(post, name).or(link(post, name)).click();
}

describe.skipIf(browserMissing)('two agencies work in one group, in browsers without script', () => {
  let browser: Browser;
  let department: TestNode;
  let council: TestNode;
  let group: { id: string; uri: string };

  beforeEach(async () => {
    [browser, department, council] = await Promise.all([
      openBrowser(),
      startTestNode('Department of Housing'),
      startTestNode('Noordwoude Council'),
    ]);
    await allowEachOther([department, council]);
  }, 60_000);

  afterEach(async () => {
    await browser?.close();
    await council?.[Symbol.asyncDispose]();
    await department?.[Symbol.asyncDispose]();
  });

  test('from the link of a group to leaving it', { timeout: 180_000 }, async () => {
    const { step, print } = measuredSteps();
    const seen = new Set<string>();
    const ada = await department.person('Ada Owner');
    const bob = await council.person('Bob Council');
    const keys = await createActorKeys();
    group = await transact(department.context, by, (work) =>
      createGroup(work, { name: 'Parking permits', handle: 'parking', summary: 'Blue badges.', owner: ada.id, keys }),
    );
    await transact(department.context, by, async (work) => {
      for (let n = 1; n <= seeded; n += 1) {
        const text = markdownText(`First post of number ${n}.`);
        await createTopic(work, { group: group.id, author: ada.id, title: `Topic ${n}`, ...text });
      }
    });
    const there = await openAtLink(browser, council, bob);
    const here = await openAtLink(browser, department, ada);

    await step('signs in by one-time link', async () => {
      await button(there, 'Sign in').click();
      expect(await there.getByRole('heading', { level: 1 }).textContent()).toBe('Home');
    });
    await button(here, 'Sign in').click();

    await step('opens the group by its link and sees titles and first posts at once', async () => {
      await link(there, 'Groups').click();
      await link(there, 'Open a group by its link').click();
      await there.getByLabel('Link or handle of the group').fill(group.uri);
      await button(there, 'Look it up').click();
      expect(await there.getByRole('heading', { level: 1 }).textContent()).toBe('Parking permits');
      for (const title of await shownTopics(there)) {
        seen.add(title);
        const text = `First post of number ${title.slice('Topic '.length)}.`;
        expect(await there.getByText(text, { exact: true }).count(), text).toBe(1);
      }
      expect(seen.size).toBe(perPage);
    });
    const groupThere = there.url();
    await step('turns to the older topics', async () => {
      await there.locator('a[rel=next]').click();
      for (const title of await shownTopics(there)) seen.add(title);
      expect(seen.size).toBe(seeded);
    });

    await step('joins', async () => {
      await there.goto(groupThere);
      await button(there, 'Join').click();
      await reloadUntil(there, 'New topic');
    });
    await step('fails to post without a title, and with one that is too long', async () => {
      await link(there, 'New topic').click();
      await there.getByLabel('Text', { exact: true }).fill('Who checks **blue badges**?');
      await button(there, 'Post').click();
      await expectFault(there, 'Error: ', 'title', 'Enter a title');
      await there.getByLabel('Title', { exact: true }).fill('x'.repeat(301));
      await button(there, 'Post').click();
      await expectFault(there, 'Error: ', 'title', /^Use at most \d+ characters$/);
      expect(await there.getByLabel('Title', { exact: true }).inputValue()).toHaveLength(301);
      expect(await there.getByLabel('Text', { exact: true }).inputValue()).toBe('Who checks **blue badges**?');
    });
    await step('fails in Dutch', async () => {
      await button(there, 'Nederlands').click();
      await there.goto(`${groupThere}/new`);
      await there.getByLabel('Tekst', { exact: true }).fill('Wie controleert?');
      await button(there, 'Plaatsen').click();
      await expectFault(there, 'Fout: ', 'title', 'Vul een titel in');
      expect(await there.getByLabel('Tekst', { exact: true }).inputValue()).toBe('Wie controleert?');
      await button(there, 'English').click();
    });
    await step('looks at a preview, and asks', async () => {
      await there.goto(`${groupThere}/new`);
      await there.getByLabel('Title', { exact: true }).fill('Blue badges');
      await there.getByLabel('Text', { exact: true }).fill('Who checks **blue badges**?');
      await button(there, 'Preview').click();
      expect(await there.locator('main strong').textContent()).toBe('blue badges');
      await button(there, 'Post').click();
      expect(await there.getByRole('heading', { level: 1 }).textContent()).toBe('Blue badges');
    });
    const questionThere = there.url();
    await step('the owner sees the question at the department', async () => {
      await here.goto(`${department.origin}/groups/${group.id}`);
      await reloadUntil(here, 'Blue badges');
      await link(here, 'Blue badges').click();
      expect(await here.getByText('Noordwoude Council').first().isVisible()).toBe(true);
    });
    await step('the owner answers, and the answer arrives', async () => {
      await here.getByLabel('Text', { exact: true }).fill('The inspectors do.');
      await button(here, 'Reply').click();
      expect(await here.getByText('The inspectors do.').isVisible()).toBe(true);
      await reloadUntil(there, 'The inspectors do.');
    });
    const answerThere = there.locator('article').filter({ hasText: 'The inspectors do.' });
    await step('marks it as the answer and likes it, and the department sees both', async () => {
      await button(answerThere, 'This answered my question').click();
      await button(answerThere, 'Like').click();
      await reloadUntil(here, 'Answered');
      await reloadUntil(here, '1 like');
    });
    await step('edits her question, and the history shows the difference', async () => {
      const own = there.locator('article').first();
      await link(own, 'Edit').click();
      await there.getByLabel('Text', { exact: true }).fill('Who checks **red badges**?');
      await button(there, 'Save').click();
      await link(there.locator('article').first(), 'Earlier versions').click();
      expect(await there.locator('del').first().textContent()).toContain('blue');
      expect(await there.locator('ins').first().textContent()).toContain('red');
      await reloadUntil(here, 'red badges');
      await link(here.locator('article').first(), 'Earlier versions').click();
      expect(await here.locator('ins').first().textContent()).toContain('red');
      await here.goBack();
    });
    await there.goto(questionThere);
    await step('the owner pins it', async () => {
      await moderate(here.locator('article').first(), 'Pin');
      await reloadUntil(there, 'Pinned');
    });
    await step('the owner locks it, and nobody can reply any more', async () => {
      await moderate(here.locator('article').first(), 'Lock');
      await reloadUntil(there, 'Nothing new can be added here.');
      expect(await button(there, 'Reply').count()).toBe(0);
    });
    await step('posts something else', async () => {
      await there.goto(`${groupThere}/new`);
      await there.getByLabel('Title', { exact: true }).fill('Cheap sensors');
      await there.getByLabel('Text', { exact: true }).fill('Buy now.');
      await button(there, 'Post').click();
      await here.goto(`${department.origin}/groups/${group.id}`);
      await reloadUntil(here, 'Cheap sensors');
    });
    await step('the owner removes it with a reason, and she reads the reason', async () => {
      await link(here, 'Cheap sensors').click();
      await moderate(here.locator('article').first(), 'Remove from the group');
      await button(here, 'Remove from the group').click();
      await expectFault(here, 'Error: ', 'reason', 'Enter a reason');
      await here.getByLabel('Reason').fill('Advertising');
      await button(here, 'Remove from the group').click();
      await reloadUntil(there, 'Removed from the group. Reason: Advertising');
    });
    await step('reports a post of somebody else, and the owner finds the report', async () => {
      await there.goto(groupThere);
      await there.locator('article h3 a').last().click();
      await link(there.locator('article').first(), 'Report').click();
      await there.getByLabel('Reason').fill('Not about permits');
      await button(there, 'Report').click();
      expect(await there.getByText('Thank you.').isVisible()).toBe(true);
      await here.goto(`${department.origin}/groups/${group.id}/reports`);
      await reloadUntil(here, 'Not about permits');
      await button(here, 'Done').click();
      expect(await here.getByText('No reports').isVisible()).toBe(true);
    });
    await step('leaves, and what she wrote remains on both sides', async () => {
      await there.goto(groupThere);
      await button(there, 'Leave the group').click();
      await reloadUntil(there, /You are not in this group any more/);
      await there.goto(questionThere);
      expect(await there.getByText('red badges').first().isVisible()).toBe(true);
      const question = await postByUri(
        department.context.db.reader,
        `${council.origin}${new URL(questionThere).pathname}`,
      );
      await here.goto(`${department.origin}/posts/${question?.id}`);
      expect(await here.getByText('red badges').first().isVisible()).toBe(true);
      await here.goto(`${department.origin}/groups/${group.id}/members`);
      await reloadUntil(here, 'Bob Council', false);
    });
    print();
    await there.context().close();
    await here.context().close();
  });
});

/** The page says what is wrong, in its title, in a summary that has the focus and leads to the field, and at the field. */
async function expectFault(page: Page, prefix: string, field: string, text: string | RegExp): Promise<void> {
  expect((await page.title()).startsWith(prefix)).toBe(true);
  const summary = page.locator('.ds-error-summary:focus');
  await summary.getByRole('link', { name: text }).click();
  expect(await page.locator(`#field-${field}:target`).getAttribute('aria-invalid')).toBe('true');
  expect(await page.locator(`#field-${field}-error`).textContent()).toMatch(text);
}
