import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import {
  axeFaults,
  axeFaultsIn,
  bringAxe,
  keepPicture,
  type Look,
  languageOf,
  listenForComplaints,
  looks,
  otherColourNames,
  pageFacts,
  sessionCookie,
  settingsOf,
  speakTo,
} from '../harness/browser-pages.ts';
import { pageRoutes } from '../harness/routes.ts';
import { type Download, type Example, examplesOf, type Viewer } from './every-page-examples.ts';
import { type EveryState, openEveryState } from './every-state.ts';

const isPage = (example: Example | Download): example is Example => 'path' in example;

/** Looks at every page of a node in one width and language: each look is a file of its own, so that they are taken at the same time. */
export const describeEveryPage = (name: Look) =>
  describe.skipIf(browserMissing)(`every page, ${name}`, { timeout: 600_000 }, () => {
    let browser: Browser;
    let state: EveryState;
    let examples: ReturnType<typeof examplesOf>;

    beforeAll(async () => {
      [browser, state] = await Promise.all([openBrowser(), openEveryState()]);
      examples = examplesOf(state);
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await state?.[Symbol.asyncDispose]();
    });

    async function openContext(viewer: Viewer): Promise<BrowserContext> {
      const context = await browser.newContext(looks[name]);
      // Pages as they are without our script; axe needs scripts to run at all, so that one alone is empty.
      await context.route(/\/assets\/[^/]+\.js$/, (route) =>
        route.fulfill({ contentType: 'text/javascript', body: '' }),
      );
      if (viewer !== 'nobody')
        await context.addCookies([await sessionCookie(state.node.context, state.people[viewer].account)]);
      return context;
    }

    if (name === 'English') {
      test('is in the table of examples, route by route', () => {
        expect(Object.keys(examples).sort()).toEqual(pageRoutes().sort());
      });

      test('that is no page but a download answers with one', async () => {
        for (const example of Object.values(examples).flat()) {
          if (isPage(example)) continue;
          const context = await openContext(example.as);
          const answer = await context.request.get(`${state.node.origin}${example.download}`);
          expect([example.download, answer.status()]).toEqual([example.download, 200]);
          expect(answer.headers()['content-type']).not.toContain('text/html');
          await context.close();
        }
      });
    }

    /** Where a viewer looks at one example after the other: a page for each costs the browser a process, and reading axe anew. */
    async function openSeat(viewer: Viewer) {
      const context = await openContext(viewer);
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      await bringAxe(page);
      const seat = { context, page, complaints: listenForComplaints(page), status: 0 };
      page.on('response', (answer) => {
        const isDocument = answer.request().resourceType() === 'document' && answer.request().redirectedFrom() === null;
        if (isDocument || answer.request().isNavigationRequest()) seat.status = answer.status();
      });
      return seat;
    }
    type Seat = Awaited<ReturnType<typeof openSeat>>;

    /** Opens an example, does what it asks for, and says everything that is wrong with the page. */
    async function look(seat: Seat, example: Example): Promise<{ faults: string[]; links: string[] }> {
      const { page } = seat;
      // As it was before the last one was looked at.
      await page.setViewportSize(looks[name].viewport);
      await page.emulateMedia(settingsOf('light'));
      seat.complaints.length = 0;
      seat.status = 0;
      await page.goto(new URL(example.path, state.node.origin).href);
      const stuck = await example.before?.(page).catch((error: unknown) => [`stuck: ${error}`]);
      if (Array.isArray(stuck)) return { faults: stuck, links: [] };
      const faults = await axeFaults(page);
      await keepPicture(page, `pages/${example.name} ${name}`);
      const facts = await pageFacts(page);
      for (const colours of otherColourNames) {
        faults.push(...(await axeFaultsIn(page, colours)));
        await keepPicture(page, `pages/${example.name} ${name} ${colours}`);
      }
      if (name === 'English') {
        // A narrow page is as wide as its longest words, in each language.
        await page.setViewportSize(looks['narrow Dutch'].viewport);
        facts.tooWide += (await pageFacts(page)).tooWide;
      }
      if (seat.status !== (example.status ?? 200)) faults.push(`answered ${seat.status}`);
      if (facts.tooWide > 0) faults.push(`${facts.tooWide} pixels too wide`);
      if (facts.headings !== 1) faults.push(`${facts.headings} headings of the first level`);
      if (facts.language !== languageOf(name)) faults.push(`in ${facts.language}`);
      if (!/^.{3,} – Department of Housing$/.test(facts.title)) faults.push(`titled “${facts.title}”`);
      if ((example.status === 422) !== /^(Error|Fout): /.test(facts.title)) faults.push(`titled “${facts.title}”`);
      if (facts.missingTargets.length > 0) faults.push(`leads to ${facts.missingTargets}, which is not there`);
      if (facts.silentFields.length > 0) faults.push(`says nothing beside ${facts.silentFields}`);
      faults.push(...seat.complaints);
      return { faults, links: facts.links };
    }

    test('has no fault that a machine can find', async () => {
      await speakTo(state.node.context, languageOf(name));
      const seats = new Map<Viewer, Seat>();
      const found: Record<string, string[]> = {};
      const followed = new Set<string>();
      for (const example of Object.values(examples).flat().filter(isPage)) {
        const seat = seats.get(example.as) ?? (await openSeat(example.as));
        seats.set(example.as, seat);
        const { faults, links } = await look(seat, example);
        for (const link of name === 'English' ? links : []) {
          const once = `${example.as} ${link}`;
          if (followed.has(once) || example.as === 'nobody') continue;
          followed.add(once);
          const answer = await seat.context.request.get(`${state.node.origin}${link}`, { maxRedirects: 0 });
          if (answer.status() >= 400 && !example.path.endsWith(link))
            faults.push(`leads to ${link}, which answers ${answer.status()}`);
        }
        if (faults.length > 0) found[`${example.name} (${example.path})`] = faults;
      }
      for (const { context } of seats.values()) await context.close();
      expect(found).toEqual({});
    });
  });
