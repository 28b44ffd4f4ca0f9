import { createActorKeys, transact } from '@joinery/core';
import { beginConversation, keysFor, sendMessage } from '@joinery/slices/conversations';
import { createGroup, groupByUri } from '@joinery/slices/groups';
import { createTopic, markdownText, postByUri, reply, topicOf } from '@joinery/slices/posts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import {
  axeFaults,
  bringAxe,
  keepPicture,
  languageOf,
  listenForComplaints,
  looks,
  pageFacts,
  sessionCookie,
  settingsOf,
  speakTo,
} from '../harness/browser-pages.ts';
import { type Link, openLink } from '../harness/link.ts';
import { allowEachOther, settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';
import { keyboardOf } from './journeys/hands.ts';

const by = { kind: 'system', what: 'test' } as const;
const limit = 20_000;

/** What people of two agencies see of each other: Ada’s at the Department, where groups and conversations live, Bob’s at the Borough, at the end of a line that can be cut. */
describe.skipIf(browserMissing)('Pages of two nodes', { timeout: 120_000 }, () => {
  let browser: Browser;
  let link: Link;
  let department: TestNode;
  let borough: TestNode;
  let ada: TestPerson;
  let bob: TestPerson;
  let talk: string;

  beforeAll(async () => {
    link = await openLink();
    const linked = startTestNode('Borough', { environment: link.environment });
    [browser, department, borough] = await Promise.all([openBrowser(), startTestNode('Department'), linked]);
    link.to(borough.port ?? 0);
    await allowEachOther([department, borough], { scopes: ['discover', 'open-groups', 'closed-groups'] });
    [ada, bob] = [await department.person('Ada Owner'), await borough.person('Bob Builder')];
    await borough.person('Bea Bystander');
    const there = (await department.context.ports.actors.resolve(bob.uri)).id;
    const keys = await keysFor(department.context, [there]);
    talk = await transact(department.context, by, async (work) => {
      const people = [there];
      const text = { subject: 'The new bridge', content: 'Who has the drawings?', language: 'en' };
      return (await beginConversation(work, { by: ada.id, people, ...text, keys })).uri;
    });
    await until(async () => {
      await settleAll([department, borough]);
      const group = await groupByUri(borough.context.db.reader, talk);
      return group !== undefined && (await topicOf(borough.context.db.reader, group.id)) !== undefined;
    }, limit);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await department?.[Symbol.asyncDispose]();
    await borough?.[Symbol.asyncDispose]();
    await link?.[Symbol.asyncDispose]();
  });

  async function open(node: TestNode, person: TestPerson, settings: object): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB', ...settings });
    await context.addCookies([await sessionCookie(node.context, person.account)]);
    const page = await context.newPage();
    page.setDefaultTimeout(limit);
    await bringAxe(page);
    return page;
  }
  const idAt = async (node: TestNode) => (await groupByUri(node.context.db.reader, talk))?.id ?? '';
  const sound = async (page: Page, script: boolean) => {
    expect([page.url(), await axeFaults(page, script)]).toEqual([page.url(), []]);
    const { tooWide, missingTargets, silentFields } = await pageFacts(page);
    expect([page.url(), tooWide, missingTargets, silentFields]).toEqual([page.url(), 0, [], []]);
  };

  test('a message with a file and a like go from the form of the other node, without script, by keyboard, on a narrow screen; and somebody is asked for', async () => {
    await speakTo(borough.context, 'en');
    const page = await open(borough, bob, { javaScriptEnabled: false, viewport: { width: 320, height: 800 } });
    const hands = keyboardOf(page);
    const main = page.locator('main');
    const button = (name: string) => main.getByRole('button', { name, exact: true });
    const follow = async (target: ReturnType<typeof button>) => {
      const loaded = page.waitForEvent('load');
      await hands.use(target);
      await loaded;
      await sound(page, false);
      await keepPicture(page, `over-nodes without script ${(await page.title()).slice(0, 40)}`);
    };
    await page.goto(`${borough.origin}/conversations/${await idAt(borough)}`);
    // Brought in by somebody unknown: nobody hears anything of them before they say so.
    expect(await button('Like').count()).toBe(0);
    await follow(button('Accept'));
    await follow(button('Like'));
    expect(await main.locator('.app-message').first().textContent()).toContain('1 like');
    const drawing = { name: 'Drawing.txt', mimeType: 'text/plain', buffer: Buffer.from('A bridge') };
    await hands.give(main.locator('input[type=file]'), drawing);
    await follow(button('Send'));
    // Nothing was said, and the file has come all the same.
    expect(await main.textContent()).toContain('Write a message.');
    expect(await main.locator('.app-upload').textContent()).toContain('Drawing.txt');
    await hands.write(main.getByRole('textbox', { name: 'Message', exact: true }), 'Here it is');
    await follow(button('Send'));
    const last = main.locator('.app-message').last();
    expect(await last.textContent()).toContain('Drawing.txt');
    await follow(main.getByRole('link', { name: 'Ask to add somebody' }));
    expect(await main.textContent()).toContain('This conversation lives at Department');
    await hands.write(main.getByLabel('Whom to add'), 'Bea Bystander');
    await follow(button('Ask for it'));
    expect(await main.textContent()).toContain('You have asked for it in the conversation.');
    await page.context().close();
  });

  test('with the script a file is sent while its message is written, and a like changes its message alone', async () => {
    await speakTo(department.context, 'en');
    const conversation = await idAt(department);
    const there = await idAt(borough);
    await transact(borough.context, by, (work) =>
      sendMessage(work, { conversation: there, by: bob.id, content: 'I shall look for them', language: 'en' }),
    );
    await until(async () => {
      await settleAll([department, borough]);
      const rows = department.context.db.reader.selectFrom('post').select('id').where('excerpt', 'like', 'I shall%');
      return (await rows.execute()).length === 1;
    }, limit);
    const page = await open(department, ada, { viewport: { width: 1280, height: 900 } });
    const complaints = listenForComplaints(page);
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    await page.goto(`${department.origin}/conversations/${conversation}`);
    const main = page.locator('main');
    const theirs = main.locator('.app-message', { hasText: 'I shall look' });
    await theirs.getByRole('button', { name: 'Like', exact: true }).click();
    await theirs.getByText('1 like').waitFor();
    expect(loads).toBe(1);
    const file = { name: 'Costs.txt', mimeType: 'text/plain', buffer: Buffer.from('A lot') };
    await main.locator('input[type=file]').setInputFiles(file);
    await main.locator('.app-upload').getByText('is here').waitFor();
    await main.getByRole('textbox', { name: 'Message', exact: true }).fill('And what it costs');
    await main.getByRole('button', { name: 'Send', exact: true }).click();
    await main.locator('.app-message', { hasText: 'Costs.txt' }).waitFor();
    // The form is as it was: what went with the last message does not stand there for the next one.
    expect(loads).toBe(1);
    await main.locator('.app-upload').waitFor({ state: 'detached' });
    expect(await main.getByRole('button', { name: 'Add these files now' }).isVisible()).toBe(false);
    await main.locator('input[type=file]').setInputFiles({ ...file, name: 'Plan B.txt' });
    await main.locator('.app-upload').getByText('is here').waitFor();
    expect(await main.locator('.app-upload').count()).toBe(1);
    await sound(page, true);
    await keepPicture(page, 'over-nodes with script');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a file whose node is away says where it lies and since when that is not reachable, in both languages', async () => {
    const keys = await createActorKeys();
    const { context } = department;
    const group = await transact(context, by, (work) =>
      createGroup(work, { name: 'Bridges', handle: 'bridges', owner: ada.id, keys }),
    );
    await bob.api('POST', '/memberships/remote', { uri: group.uri });
    await settleAll([department, borough]);
    const here = await groupByUri(borough.context.db.reader, group.uri);
    const file = await uploadFile(borough, bob, 'Load test.txt', Buffer.from('It holds.'));
    const made = await transact(borough.context, by, (work) =>
      createTopic(work, {
        ...{ group: here?.id ?? '', author: bob.id, title: 'Does it hold?', ...markdownText('See the test.') },
        files: [{ id: file }],
      }),
    );
    const topicHere = async () => (await postByUri(context.db.reader, made.uri))?.id ?? '';
    await until(async () => {
      await settleAll([department, borough]);
      return (await topicHere()) !== '';
    }, limit);
    const topic = await topicHere();
    link.cut();
    await transact(context, by, (work) =>
      reply(work, { replyTo: topic, author: ada.id, ...markdownText('Thank you') }),
    );
    await until(async () => {
      await department.settle();
      return (await context.ports.files.awaySince(context.db.reader, borough.origin)) !== null;
    }, limit);
    const host = new URL(borough.origin).host;
    for (const [look, words] of [
      ['English', new RegExp(`at ${host}, not reachable since (?:.* )?\\d{1,2}:\\d\\d`)],
      ['narrow Dutch', new RegExp(`bij ${host}, niet bereikbaar sinds (?:.* )?\\d{1,2}:\\d\\d`)],
    ] as const) {
      await speakTo(context, languageOf(look));
      const page = await open(department, ada, looks[look]);
      for (const path of [`/posts/${topic}`, await fileOf(page, topic)]) {
        await page.goto(`${department.origin}${path}`);
        const said = ((await page.locator('main').textContent()) ?? '').replace(/\s+/g, ' ');
        expect([path, words.test(said)]).toEqual([path, true]);
        await sound(page, true);
        for (const colours of ['light', 'dark'] as const) {
          await page.emulateMedia(settingsOf(colours));
          await keepPicture(page, `over-nodes away ${look} ${path.split('/')[1]} ${colours}`);
        }
        await page.emulateMedia(settingsOf('light'));
      }
      await page.context().close();
    }
    link.mend();
  });

  /** Address of the page of the file that stands below a topic. */
  async function fileOf(page: Page, topic: string): Promise<string> {
    await page.goto(`${department.origin}/posts/${topic}`);
    return (await page.locator('main .app-file-name').first().getAttribute('href')) ?? '';
  }
});
