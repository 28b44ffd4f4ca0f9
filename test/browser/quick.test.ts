import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createActorKeys, endSessions, transact } from '@joinery/core';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { createTopic, hold, markdownText, reply } from '@joinery/slices/posts';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { leaveNow } from '../../packages/slices/src/posts/held.ts';
import { temporaryFolder } from '../faults/child.ts';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { axeFaults, keepPicture, listenForComplaints, sessionCookie } from '../harness/browser-pages.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;
/** What a first visit to a group may load, in bytes over the line. */
const budget = 105_000;

describe.skipIf(browserMissing)('pages with the script', { timeout: 120_000 }, () => {
  let browser: Browser;
  let node: TestNode;
  let ada: TestPerson;
  let bob: TestPerson;
  let group: string;
  let topic: string;
  let context: BrowserContext;

  beforeAll(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode('Department of Housing')]);
    [ada, bob] = await Promise.all([node.person('Ada Owner'), node.person('Bob Builder')]);
    const keys = await createActorKeys();
    const input = { handle: 'parks', summary: 'Green.', owner: ada.id, keys, joining: 'request' } as const;
    await transact(node.context, by, async (work) => {
      group = (await createGroup(work, { name: 'Parks', ...input })).id;
      for (let n = 1; n <= 12; n += 1) {
        const text = markdownText(`Words about number ${n}, #benches and more.`);
        const made = await createTopic(work, { group, author: ada.id, title: `Topic ${n}`, ...text });
        topic ??= made.id;
      }
    });
    await node.settle();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await node?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    context = await browser.newContext({
      locale: 'en-GB',
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 900 },
    });
  });
  afterEach(() => context.close());

  /** A page of somebody, and how often it was loaded as a whole. */
  async function open(path: string, person = ada): Promise<{ page: Page; loads: () => number; complaints: string[] }> {
    await context.addCookies([await sessionCookie(node.context, person.account)]);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints = listenForComplaints(page);
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    await page.goto(`${node.origin}${path}`);
    return { page, loads: () => loads, complaints };
  }

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const post = (title: string) =>
    transact(node.context, by, (work) => createTopic(work, { group, author: ada.id, title, ...markdownText('News.') }));

  test('many files go into a library in turns, are paused and go on after a broken line, and become documents', async () => {
    const { page, complaints } = await open(`/groups/${group}/library/add`);
    // The first bytes of each file break off once.
    const broken = new Set<string>();
    await page.route('**/uploads/*', async (route) => {
      const { url, method } = { url: route.request().url(), method: route.request().method() };
      if (method !== 'PATCH' || broken.has(url)) return route.continue();
      broken.add(url);
      return route.abort('connectionreset');
    });
    const names = ['one', 'two', 'three', 'four', 'five'].map((word) => `Plan ${word}.txt`);
    await page
      .locator('main input[type=file]')
      .setInputFiles(names.map((name) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`${name} says so`) })));
    const held = page.locator('.app-upload', { hasText: 'Plan five.txt' });
    await held.getByRole('button', { name: /^Pause/ }).click();
    expect(await held.textContent()).toContain('is paused');
    await page.locator('.app-upload', { hasText: 'Plan four.txt' }).getByText('is here').waitFor();
    expect(await held.textContent()).toContain('is paused');
    await held.getByRole('button', { name: /^Go on/ }).click();
    await held.getByText('is here').waitFor();
    expect(broken.size).toBe(5);
    await button(page, 'Add to the library').click();
    await page.waitForURL(/\/library$/);
    expect(await page.locator('main tbody th a').allTextContents()).toEqual(
      ['five', 'four', 'one', 'three', 'two'].map((word) => `Plan ${word}`),
    );
    expect(await axeFaults(page)).toEqual([]);

    // The same file in a newer version, twice at once: the second sees the first, and loses nothing.
    await page.getByRole('link', { name: 'Plan five' }).click();
    const other = await context.newPage();
    await page.getByRole('link', { name: 'New version' }).click();
    await page.waitForURL(/\/version$/);
    await other.goto(page.url());
    const bring = async (where: Page, text: string) => {
      await where
        .locator('main input[type=file]')
        .setInputFiles({ name: `${text}.txt`, mimeType: 'text/plain', buffer: Buffer.from(text) });
      await where.locator('.app-upload').getByText('is here').waitFor();
      await where.locator('main [name=note]').fill(`Because of ${text}`);
      await where.locator('main').getByRole('button', { name: 'New version' }).click();
    };
    await bring(page, 'frost');
    await page.waitForURL(/\/posts\//);
    await bring(other, 'flood');
    await other.getByText('Because of frost').waitFor();
    await other.locator('main').getByRole('button', { name: 'New version' }).click();
    await other.waitForURL(/\/posts\//);
    await other.getByText('All versions (3)').click();
    expect(await other.locator('main .app-details .app-item').allTextContents()).toMatchObject([
      expect.stringContaining('Because of flood'),
      expect.stringContaining('Because of frost'),
      expect.stringContaining('Plan five.txt'),
    ]);
    expect(complaints.filter((text) => !text.includes('ERR_CONNECTION_RESET'))).toEqual([]);
  });

  test('a file goes on from where it was after the line was gone, and after the page was loaded anew', async () => {
    using folder = temporaryFolder();
    const bytes = randomBytes(3 * 1024 * 1024 + 5);
    const path = join(folder.path, 'Tree survey.bin');
    writeFileSync(path, bytes);
    const { page } = await open(`/groups/${group}/library/add`);
    const sent: string[] = [];
    let stops = 0;
    await page.route('**/uploads**', async (route) => {
      const request = route.request();
      const from = request.headers()['upload-offset'] ?? '';
      sent.push(`${request.method()} ${from}`.trim());
      // The second part meets no line; the last one is under way when the page is loaded anew.
      if (request.method() === 'PATCH' && from !== '0' && stops < 2) {
        stops += 1;
        if (stops === 1) {
          await context.setOffline(true);
          return route.abort('internetdisconnected');
        }
        return;
      }
      return route.continue();
    });
    const chosen = page.locator('main input[type=file]');
    const item = page.locator('.app-upload', { hasText: 'Tree survey.bin' });
    await chosen.setInputFiles(path);
    await expect.poll(() => stops, { timeout: 15_000 }).toBe(1);
    expect(await item.locator('progress').getAttribute('value')).toBe(String(1024 * 1024));
    await context.setOffline(false);
    await expect.poll(() => stops, { timeout: 20_000 }).toBe(2);
    await page.reload();
    const before = sent.length;
    await chosen.setInputFiles(path);
    await item.getByText('is here').waitFor();
    // Nothing was begun anew, and what had come was not sent again.
    expect(sent.slice(before)).not.toContain('POST');
    expect(sent.slice(before)).not.toContain('PATCH 0');
    await button(page, 'Add to the library').click();
    await page.waitForURL(/\/library$/);
    await page.getByRole('link', { name: 'Tree survey' }).click();
    const address = await page.getByRole('link', { name: /^Save/ }).first().getAttribute('href');
    const saved = await context.request.get(`${node.origin}${address}`);
    expect((await saved.body()).equals(bytes)).toBe(true);
  });

  test('a first visit to a group moves nothing and loads little', async () => {
    await context.addInitScript(() => {
      const seen = { shifts: 0, observed: false };
      Object.assign(window, { seen });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.shifts += (entry as unknown as { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
      seen.observed = PerformanceObserver.supportedEntryTypes.includes('layout-shift');
    });
    const session = await context.newCDPSession(await context.newPage());
    await session.send('Network.enable');
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 320, height: 800 },
    ]) {
      const { page, complaints } = await open(`/groups/${group}`);
      await page.setViewportSize(viewport);
      await page.reload({ waitUntil: 'networkidle' });
      const seen = await page.evaluate(
        () => (window as unknown as { seen: { shifts: number; observed: boolean } }).seen,
      );
      expect(seen).toEqual({ shifts: 0, observed: true });
      expect(complaints).toEqual([]);
      await page.close();
    }
    const fresh = await browser.newContext({ locale: 'en-GB' });
    await fresh.addCookies([await sessionCookie(node.context, ada.account)]);
    const page = await fresh.newPage();
    const network = await fresh.newCDPSession(page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(`${node.origin}/groups/${group}`, { waitUntil: 'networkidle' });
    await fresh.close();
    console.log(`A first visit to a group of 12 topics transfers ${bytes} bytes`);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(budget);
  });

  test('a form with a fault is answered in place, with the focus in what is wrong, and then goes on to a page of its own', async () => {
    const { page, loads, complaints } = await open(`/groups/${group}/new`);
    await page.getByLabel('Text', { exact: true }).fill('Typed before');
    await button(page, 'Post').click();
    await page.locator('.ds-error-summary:focus').waitFor();
    expect(await page.title()).toMatch(/^Error: /);
    expect(new URL(page.url()).pathname).toBe(`/groups/${group}/new`);
    expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe('Typed before');
    await page.getByLabel('Title', { exact: true }).fill('Written with script');
    await button(page, 'Preview').click();
    await page.locator('#preview').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, 'quick/compose');
    await button(page, 'Post').click();
    await page.getByRole('heading', { level: 1, name: 'Written with script' }).waitFor();
    expect(await page.title()).toMatch(/^Written with script/);
    expect(new URL(page.url()).pathname).toMatch(/^\/posts\//);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(loads()).toBe(1);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'New topic' }).waitFor();
    expect(complaints.filter((line) => !line.startsWith('422'))).toEqual([]);
  });

  test('a like changes its button and nothing else: place, focus and half a reply stay', async () => {
    const { page, loads } = await open(`/posts/${topic}`);
    await page.getByLabel('Text', { exact: true }).fill('Half a reply');
    await page.locator('article').first().getByRole('button', { name: 'Like' }).focus();
    const before = await page.evaluate(() => scrollY);
    await page.keyboard.press('Enter');
    await page.locator('article').first().locator('[aria-pressed=true]').waitFor();
    expect(await page.evaluate(() => [scrollY, document.activeElement?.getAttribute('aria-pressed')])).toEqual([
      before,
      'true',
    ]);
    expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe('Half a reply');
    await button(page, 'Reply').click();
    const fresh = page.locator('article').filter({ hasText: 'Half a reply' });
    await fresh.waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
    expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe('');
    expect(loads()).toBe(1);
  });

  test('news is offered and never put in under the reader, in every tab, over one connection', async () => {
    const streams: string[] = [];
    context.on('request', (request) => {
      if (new URL(request.url()).pathname === '/events') streams.push(request.url());
    });
    await context.addInitScript(() => {
      const opened: EventSource[] = [];
      const Real = window.EventSource;
      class Counted extends Real {
        constructor(url: string) {
          super(url);
          opened.push(this);
        }
      }
      Object.assign(window, {
        EventSource: Counted,
        openStreams: () => opened.filter(({ readyState }) => readyState !== Real.CLOSED).length,
      });
    });
    const { page } = await open(`/groups/${group}`);
    const { page: other } = await open(`/posts/${topic}`);
    const streamsOf = (tab: Page) =>
      tab.evaluate(() => (window as unknown as { openStreams: () => number }).openStreams());
    // The listener must have begun before there is news.
    await expect.poll(() => streamsOf(page), { timeout: 20_000 }).toBe(1);
    expect(await streamsOf(other)).toBe(0);
    let tries = 0;
    // Not bound to the moment at which the stream opened: until one is offered, there is more news.
    await expect
      .poll(
        async () => {
          tries += 1;
          await post(`News ${tries}`);
          return page.locator('app-live button').count();
        },
        { timeout: 30_000, interval: 1_500 },
      )
      .toBe(1);
    expect(await page.getByText('News 1', { exact: true }).count()).toBe(0);
    expect(await page.locator('app-live button').textContent()).toMatch(/^Show (1 new post|\d+ new posts)$/);
    await keepPicture(page, 'quick/news');
    expect(await axeFaults(page)).toEqual([]);
    await page.locator('app-live button').click();
    await page.locator('article:focus').waitFor();
    expect(await page.getByText('News 1', { exact: true }).count()).toBe(1);
    expect(await page.locator('app-live button').count()).toBe(0);
    // The other tab hears of its topic through the first one.
    await other.bringToFront();
    await expect
      .poll(
        async () => {
          const text = markdownText('More.');
          await transact(node.context, by, (work) =>
            reply(work, { replyTo: topic, author: ada.id, ...text, language: 'en' }),
          );
          return other.locator('app-live button').count();
        },
        { timeout: 30_000, interval: 1_500 },
      )
      .toBe(1);
    expect([await streamsOf(page), await streamsOf(other)]).toEqual([1, 0]);
    expect(streams.length).toBeLessThanOrEqual(4);
    // Whoever is left takes over when the first is closed.
    await page.close();
    await expect.poll(() => streamsOf(other), { timeout: 20_000 }).toBe(1);
  });

  test('what waits for its Undo time becomes a post on the page by itself, and takes neither focus nor half a text away', async () => {
    const draft = { author: ada.id, group, source: 'Leaves by itself', language: 'en' };
    const keep = (replyTo: string | null, title: string | null) =>
      transact(node.context, by, (work) => hold(work, { ...draft, replyTo, title }, 60));
    await context.clock.install();
    // On the server at once; on the page a minute later.
    const leave = async (held: { id: string }, page: Page) => {
      await transact(node.context, by, (work) => leaveNow(work, held.id, ada.id));
      await page.clock.fastForward(61_000);
    };
    const [onOwnPage, written] = [await keep(null, 'Leaves alone'), await keep(null, 'Leaves from a form')];
    const { page: own, loads } = await open(`/outgoing/${onOwnPage.id}`);
    const { page: form } = await open(`/outgoing/${written.id}`);
    await form.locator('main summary').last().click();
    await form.getByLabel('Text', { exact: true }).fill('Half a change');
    await leave(onOwnPage, own);
    await own.waitForURL(/\/posts\//);
    await own.getByRole('heading', { level: 1, name: 'Leaves alone' }).waitFor();
    expect(await own.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    expect(await own.getByRole('status').allTextContents()).toContain('Your text has left: others can read it now.');
    expect(loads()).toBe(1);
    await leave(written, form);
    await form.locator('app-leaving a').waitFor();
    expect(await form.getByLabel('Text', { exact: true }).inputValue()).toBe('Half a change');
    const answer = await keep(topic, null);
    const { page: thread } = await open(`/posts/${topic}`);
    const area = thread.locator('main textarea[name=content]');
    await area.fill('Half a reply');
    await area.focus();
    expect(await thread.locator(`#held-${answer.id}`).count()).toBe(1);
    await leave(answer, thread);
    await thread.locator(`#held-${answer.id}`).waitFor({ state: 'detached' });
    expect(await thread.locator('main article').filter({ hasText: 'Leaves by itself' }).count()).toBe(1);
    expect(await area.inputValue()).toBe('Half a reply');
    expect(await thread.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  });

  test('the toolbar writes Markdown, by keyboard as well, and can be undone', async () => {
    const { page } = await open(`/groups/${group}/new`);
    const area = page.getByLabel('Text', { exact: true });
    const toolbar = page.getByRole('toolbar', { name: 'Formatting' });
    await area.fill('one\ntwo');
    await area.press('ControlOrMeta+a');
    await toolbar.getByRole('button', { name: 'List', exact: true }).click();
    expect(await area.inputValue()).toBe('- one\n- two');
    await area.press('ControlOrMeta+z');
    expect(await area.inputValue()).toBe('one\ntwo');
    await area.press('ControlOrMeta+a');
    await area.press('ControlOrMeta+b');
    expect(await area.inputValue()).toBe('**one\ntwo**');
    // One stop of the Tab key, arrows within it.
    await page.getByLabel('Title', { exact: true }).focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Bold');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Italic');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  });

  test('people and tags of the group are suggested while somebody types', async () => {
    const { page } = await open(`/groups/${group}/new`);
    const area = page.getByLabel('Text', { exact: true });
    await area.pressSequentially('Ask @ad');
    const option = page.getByRole('option', { name: /Ada Owner/ });
    await option.waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, 'quick/suggestions');
    expect(await page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option').count()).toBe(1);
    await area.press('Enter');
    expect(await area.inputValue()).toMatch(/^Ask @ada[\w-]* $/);
    await area.pressSequentially('about #ben');
    await page.getByRole('option', { name: /#benches/ }).waitFor();
    await area.press('Escape');
    expect(await page.locator('.app-suggestions').isHidden()).toBe(true);
    await area.press('Enter');
    expect(await area.inputValue()).toMatch(/about #ben\n$/);
  });

  test('several people are let in at once', async () => {
    const names = ['Cas', 'Dee'];
    for (const name of names) {
      const person = await node.person(`${name} Asks`);
      await transact(node.context, by, (work) => joinGroup(work, { group, person: person.id }));
    }
    const { page, loads } = await open(`/groups/${group}/requests`);
    await button(page, 'Let in').click();
    await page.locator('.ds-error-summary:focus').waitFor();
    await page.getByLabel('Choose all').check();
    expect(await page.getByLabel('Choose Cas Asks').isChecked()).toBe(true);
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, 'quick/approve');
    await button(page, 'Let in').click();
    await page.getByText('2 requests are decided.').first().waitFor();
    expect(await page.getByRole('heading', { name: 'Requests', exact: true }).count()).toBe(0);
    expect(loads()).toBe(1);
  });

  test.each([true, false])(
    'what was typed outlives a session that ends, with script: %s',
    async (javaScriptEnabled) => {
      await context.close();
      context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled });
      const { page } = await open(`/groups/${group}/new`);
      await page.getByLabel('Title', { exact: true }).fill('Long work');
      await page.getByLabel('Text', { exact: true }).fill('An hour of writing');
      await transact(node.context, by, (work) =>
        work.db
          .updateTable('session')
          .set({ expires_at: '2020-01-01T00:00:00.000Z' })
          .where('account_id', '=', ada.account)
          .execute(),
      );
      await button(page, 'Post').click();
      await page.waitForURL(/\/sign-in\?next=/);
      const next = new URL(page.url()).searchParams.get('next') ?? '';
      // Somebody else at the same desk gets nothing of it.
      await context.clearCookies();
      const { page: theirs } = await open(next, bob);
      expect(await theirs.content()).not.toContain('An hour of writing');
      await context.clearCookies();
      const { page: again } = await open(next);
      expect(await again.getByLabel('Title', { exact: true }).inputValue()).toBe('Long work');
      expect(await again.getByLabel('Text', { exact: true }).inputValue()).toBe('An hour of writing');
      await button(again, 'Post').click();
      await again.getByRole('heading', { level: 1, name: 'Long work' }).waitFor();
      await transact(node.context, by, (work) => endSessions(work, ada.account));
    },
  );
});
