import type { Browser, Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { measuredSteps, reloadUntil } from '../harness/browser-journey.ts';
import { addPerson, decide, type NodeProcess, type ProcessPerson, startProcess } from '../harness/process.ts';
import { until } from '../harness/until.ts';

const longestStep = 6_000;
const perPage = 25;
const newestFirst = Array.from({ length: 30 }, (_, index) => `Topic ${30 - index}`);
const firstPostOf = (title: string) => `What was first said about ${title.toLowerCase()}.`;
const question = 'Who checks blue badges?';
const edited = 'Who checks red badges?';
const answer = 'The inspectors do.';

const button = (at: Page | Locator, name: string) => at.getByRole('button', { name, exact: true });
const link = (at: Page | Locator, name: string) => at.getByRole('link', { name, exact: true });
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();
const reference = (page: Page) => page.getByLabel('Link or handle of the group');
const shownTopics = (page: Page) => page.locator('article h3').allTextContents();
const postWith = (page: Page, text: string) => page.locator('article').filter({ hasText: text });

/**
 * The main story in browsers without script, between processes that are set up by command line alone: a department hosts a group, two
 * councils have an agreement with it and none with each other, and one node asks that nobody allowed.
 */
describe.skipIf(browserMissing)('three agencies in one group, in browsers without script', () => {
  const { step, print } = measuredSteps();
  let browser: Browser;
  let department: NodeProcess;
  let council: NodeProcess;
  let parish: NodeProcess;
  let stranger: NodeProcess;
  let ada: ProcessPerson;
  let bea: ProcessPerson;
  let dina: ProcessPerson;
  let eve: ProcessPerson;
  let group: { id: string; uri: string };

  beforeEach(async () => {
    [browser, department, council, parish, stranger] = await Promise.all([
      openBrowser(),
      startProcess('Department of Housing'),
      startProcess('Noordwoude Council'),
      startProcess('Wexcombe Council'),
      startProcess('Somebody Else'),
    ]);
    [ada, bea, dina, eve] = await Promise.all([
      addPerson(department, 'Ada Owner'),
      addPerson(council, 'Bea Winters'),
      addPerson(parish, 'Dina Fields'),
      addPerson(stranger, 'Eve Elsewhere'),
    ]);
    await Promise.all([
      decide(department, 'allow', council),
      decide(council, 'allow', department),
      decide(parish, 'allow', department),
      // Its own list lets the stranger ask; the department's does not let it in.
      decide(stranger, 'allow', department),
    ]);
    await decide(department, 'allow', parish);
    const rules = { reading: 'partners', joining: 'open' };
    group = (await ada.api('POST', '/groups', { name: 'Parking permits', handle: 'parking', ...rules })).body;
    // One after the other: their order is looked at.
    for (const title of newestFirst.toReversed()) {
      await ada.api('POST', `/groups/${group.id}/posts`, { title, content: firstPostOf(title) });
    }
  }, 180_000);

  afterEach(async () => {
    print();
    await browser?.close();
    await Promise.all([department, council, parish, stranger].map((node) => node?.[Symbol.asyncDispose]()));
  });

  /** A browser of one person, without script, on the page of the one-time link that the command line printed. */
  async function openAtLink(node: NodeProcess, person: ProcessPerson): Promise<Page> {
    const printed = (await node.command('person', 'link', person.id)) as { signInLink: { address: string } };
    const page = await browser.newPage({ javaScriptEnabled: false, locale: 'en-GB' });
    page.setDefaultTimeout(longestStep);
    await page.goto(printed.signInLink.address);
    return page;
  }

  async function openGroup(page: Page): Promise<void> {
    await link(page, 'Groups').click();
    await link(page, 'Open a group by its link').click();
    await reference(page).fill(group.uri);
    await button(page, 'Look it up').click();
  }

  test('a council asks, the department answers, another council reads', { timeout: 120_000 }, async () => {
    const there = await openAtLink(council, bea);
    const here = await openAtLink(department, ada);
    const third = await openAtLink(parish, dina);

    await step('signs in by the one-time link of the command line', async () => {
      await button(there, 'Sign in').click();
      expect(await heading(there)).toBe('Home');
    });
    await step('opens the group by its link and sees titles and first posts at once', async () => {
      await openGroup(there);
      expect(await heading(there)).toBe('Parking permits');
      await expectTopics(there, newestFirst.slice(0, perPage));
    });
    const groupThere = there.url();
    await step('turns to the older topics', async () => {
      await there.locator('a[rel=next]').click();
      await expectTopics(there, newestFirst.slice(perPage));
    });
    await step('joins', async () => {
      await there.goto(groupThere);
      await button(there, 'Join').click();
      await reloadUntil(there, 'New topic');
    });
    await step('asks', async () => {
      await link(there, 'New topic').click();
      await there.getByLabel('Title', { exact: true }).fill('Badges');
      await there.getByLabel('Text', { exact: true }).fill(question);
      await button(there, 'Post').click();
      expect(await heading(there)).toBe('Badges');
    });
    const questionThere = there.url();
    await button(here, 'Sign in').click();
    await step('the owner sees the question', async () => {
      await here.goto(`${department.origin}/groups/${group.id}`);
      await reloadUntil(here, 'Badges');
      await link(here, 'Badges').click();
      await expectAuthor(here, question, bea, council);
    });
    await step('the owner answers, and the answer arrives', async () => {
      await here.getByLabel('Text', { exact: true }).fill(answer);
      await button(here, 'Reply').click();
      await reloadUntil(there, answer);
      await expectAuthor(there, answer, ada, department);
    });
    await button(third, 'Sign in').click();
    await step('somebody of another council opens the group and reads both', async () => {
      await openGroup(third);
      expect(await shownTopics(third)).toEqual(['Badges', ...newestFirst.slice(0, perPage - 1)]);
      await link(third, 'Badges').click();
      await expectAuthor(third, question, bea, council);
      await expectAuthor(third, answer, ada, department);
    });

    await step('edits the question, and the department sees it', async () => {
      await link(postWith(there, question), 'Edit').click();
      await there.getByLabel('Text', { exact: true }).fill(edited);
      await button(there, 'Save').click();
      await reloadUntil(here, edited);
      await expectAuthor(here, edited, bea, council);
    });
    await step('likes the answer, and the department sees it', async () => {
      await button(postWith(there, answer), 'Like').click();
      await reloadUntil(here, '1 like');
    });
    await step('leaves, and the department no longer counts her in', async () => {
      await here.goto(`${department.origin}/groups/${group.id}/members`);
      expect(await here.getByText(bea.name).first().isVisible()).toBe(true);
      await there.goto(groupThere);
      await button(there, 'Leave the group').click();
      await reloadUntil(there, /You are not in this group any more/);
      await reloadUntil(here, bea.name, false);
    });
    await step('still has on her own node what she wrote, and the answer', async () => {
      expect(new URL(questionThere).origin).toBe(council.origin);
      await there.goto(questionThere);
      await expectAuthor(there, edited, bea, council);
      await expectAuthor(there, answer, ada, department);
    });
  });

  test('somebody of a node that nobody allowed reads that there is no agreement', { timeout: 60_000 }, async () => {
    const page = await openAtLink(stranger, eve);
    // The running server has heeded its own officer, so that it is the department that refuses.
    await until(async () => {
      const asked = await eve.api('POST', '/memberships/remote', { uri: group.uri, join: false });
      return /other node has not agreed/.test(asked.body.detail);
    }, longestStep);
    await button(page, 'Sign in').click();
    await step('a stranger opens the group by its link and reads why not', async () => {
      await openGroup(page);
      const { host } = new URL(department.origin);
      await page.getByRole('heading', { name: `${host} has not allowed your node yet` }).waitFor();
      expect(await page.getByText('Parking permits').count()).toBe(0);
    });
  });
});

async function expectTopics(page: Page, titles: string[]): Promise<void> {
  expect(await shownTopics(page)).toEqual(titles);
  for (const title of titles) expect(await page.getByText(firstPostOf(title), { exact: true }).count(), title).toBe(1);
}

async function expectAuthor(page: Page, text: string, { name }: ProcessPerson, { name: agency }: NodeProcess) {
  expect(await postWith(page, text).textContent()).toMatch(new RegExp(`${name}.*${agency}`, 's'));
}
