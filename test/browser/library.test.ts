import { createActorKeys, transact } from '@joinery/core';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { avifFilm, avifPicture } from '../../packages/slices/src/files/testing/real-pictures.ts';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { axeFaults, bringAxe, keepPicture, pageFacts, sessionCookie, speakTo } from '../harness/browser-pages.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { uploadFile } from '../harness/upload.ts';
import { keyboardOf } from './journeys/hands.ts';

const by = { kind: 'system', what: 'test' } as const;

describe.skipIf(browserMissing)(
  'A library without script, by keyboard, on a narrow screen',
  { timeout: 120_000 },
  () => {
    let browser: Browser;
    let node: TestNode;
    let ada: TestPerson;
    let group: string;

    beforeAll(async () => {
      [browser, node] = await Promise.all([openBrowser(), startTestNode('Department of Housing')]);
      ada = await node.person('Ada Owner');
      const bob = await node.person('Bob Builder');
      const keys = await createActorKeys();
      await transact(node.context, by, async (work) => {
        group = (await createGroup(work, { name: 'Parks', handle: 'parks', owner: ada.id, keys })).id;
        await joinGroup(work, { group, person: bob.id });
      });
      await node.settle();
    }, 60_000);
    afterAll(async () => {
      await browser?.close();
      await node?.[Symbol.asyncDispose]();
    });

    async function openPage(): Promise<Page> {
      const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 320, height: 800 },
        reducedMotion: 'reduce',
        locale: 'en-GB',
      });
      await context.addCookies([await sessionCookie(node.context, ada.account)]);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await bringAxe(page);
      return page;
    }

    test('a folder is made, files are brought, a document gets a version and a mark, is moved, deleted and had back', async () => {
      await speakTo(node.context, 'en');
      const page = await openPage();
      const hands = keyboardOf(page);
      const main = page.locator('main');
      const button = (name: string | RegExp) => main.getByRole('button', { name, exact: typeof name === 'string' });
      const link = (name: string | RegExp) => main.getByRole('link', { name, exact: typeof name === 'string' });
      /** Without script everything leads to a page, if to the same one. */
      const follow = async (target: ReturnType<typeof link>) => {
        const loaded = page.waitForEvent('load');
        await hands.use(target);
        await loaded;
      };
      /** Uses a link or a button, and looks at the page that it leads to. */
      const go = async (target: ReturnType<typeof link>, title: string | RegExp) => {
        await follow(target);
        await main.getByRole('heading', { level: 1, name: title }).waitFor();
        expect([page.url(), await axeFaults(page, false)]).toEqual([page.url(), []]);
        const { tooWide, missingTargets, silentFields } = await pageFacts(page);
        expect([page.url(), tooWide, missingTargets, silentFields]).toEqual([page.url(), 0, [], []]);
        await keepPicture(page, `library without script ${(await page.title()).slice(0, 40)}`);
      };
      await page.goto(`${node.origin}/groups/${group}/library`);
      await go(link('New folder'), 'New folder');
      // A fault is said above, and what was typed stays.
      await follow(button('Make this folder'));
      await main.getByText('Give the folder a name.').first().waitFor();
      expect(await page.title()).toMatch(/^Error: /);
      await hands.write(main.getByLabel('Name of the folder'), 'Plans');
      await go(button('Make this folder'), 'Plans');

      await go(link('Add files').first(), 'Add files to the library');
      await go(button('Add to the library'), 'Add files to the library');
      expect(await main.textContent()).toContain('Choose at least one file.');
      const text = (name: string, words: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(words) });
      await main
        .locator('input[type=file]')
        .setInputFiles([text('bench_plan.txt', 'Oak.'), text('Tree list.txt', 'Elm.')]);
      await hands.write(main.getByLabel('Description', { exact: true }), 'Seats for #parks');
      await hands.write(main.getByLabel('What is it, or why is it here?'), 'As decided');
      await go(button('Add to the library'), 'Plans');
      expect(await main.locator('tbody th a').allTextContents()).toEqual(['bench plan', 'Tree list']);

      // By a tag, on the library's own page, wherever the documents lie.
      await page.goto(`${node.origin}/groups/${group}/library`);
      await go(link(/^#parks/), 'Library');
      expect(await main.locator('tbody th a').allTextContents()).toEqual(['bench plan', 'Tree list']);
      await go(link('bench plan'), 'bench plan');
      await go(link('New version'), /^New version of/);
      expect(await main.getByLabel('Description', { exact: true }).inputValue()).toBe('Seats for #parks');
      await main.locator('input[type=file]').setInputFiles(text('bench_plan.txt', 'Ash.'));
      await follow(button('New version'));
      await main.getByText('Say in a few words what has changed.').first().waitFor();
      // The file has come all the same.
      expect(await main.textContent()).toContain('bench_plan.txt');
      await hands.write(main.getByLabel('What has changed, and why?'), 'Oak is too dear');
      await go(button('New version'), 'bench plan');
      expect(await main.textContent()).toContain('Why: Oak is too dear');
      await go(button('Make official'), 'bench plan');
      expect(await main.textContent()).toContain('No longer official');
      await go(link('Move'), 'Move bench plan');
      await hands.pick(main.getByLabel('To the folder'), 'The library itself');
      await go(button('Move it there'), 'bench plan');
      await page.goto(`${node.origin}/groups/${group}/library`);
      expect(await main.textContent()).toContain('Official pack');
      await go(link('bench plan').first(), 'bench plan');

      await go(link('Delete'), 'Delete this document?');
      await follow(button(/^Delete/));
      await page.goto(`${node.origin}/groups/${group}/library`);
      await go(link('Bin'), 'Bin of the library');
      await go(button(/^Restore/), 'bench plan');
      const back = (await main.textContent()) ?? '';
      expect([back.includes('No longer official'), back.includes('All versions (2)')]).toEqual([true, true]);
      await page.context().close();
    });

    test('an AVIF without what it said of its maker is still the same picture', async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      /** What a browser draws: its size and its colours. */
      const drawn = (bytes: Buffer) =>
        page.evaluate(async (text) => {
          const image = new Image();
          image.src = `data:image/avif;base64,${text}`;
          await image.decode();
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          canvas.getContext('2d')?.drawImage(image, 0, 0);
          return [canvas.width, canvas.height, canvas.toDataURL()];
        }, bytes.toString('base64'));
      for (const picture of [avifPicture, avifFilm]) {
        const id = await uploadFile(node, ada, 'a.avif', picture);
        const headers = { authorization: `Bearer ${ada.token}` };
        const answer = await fetch(`${node.origin}/api/v1/files/${id}/content`, { headers });
        const kept = Buffer.from(await answer.arrayBuffer());
        expect([picture.includes('Anna'), kept.includes('Anna'), kept.equals(picture)]).toEqual([true, false, false]);
        const before = await drawn(picture);
        expect(before.slice(0, 2)).toEqual([16, 16]);
        expect(await drawn(kept)).toEqual(before);
      }
      await context.close();
    });
  },
);
