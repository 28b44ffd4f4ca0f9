import { createActorKeys, transact } from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { keepPicture, sessionCookie } from '../harness/browser-pages.ts';
import { settleAll, startTestNode } from '../harness/node.ts';

// Browsers apply `form-action` to where a form leads on to, so only a browser shows that the way is open.
test.skipIf(browserMissing)(
  'from the page of a group elsewhere to the same group on one’s own node, without script',
  async () => {
    await using department = await startTestNode('Department');
    await using council = await startTestNode('Council');
    await department.allow(council);
    await council.allow(department);
    await settleAll([department, council]);
    const ada = await department.person('Ada Owner');
    const bob = await council.person('Bob Council');
    const keys = await createActorKeys();
    const group = await transact(department.context, { kind: 'system', what: 'test' }, (work) =>
      createGroup(work, { name: 'Open maps', handle: 'open-maps', owner: ada.id, keys, reading: 'web' }),
    );
    const browser = await openBrowser();
    try {
      const context = await browser.newContext({ javaScriptEnabled: false });
      await context.addCookies([await sessionCookie(council.context, bob.account)]);
      const page = await context.newPage();
      await page.goto(group.uri);
      await page.getByLabel('Address of your agency’s node').fill(new URL(council.origin).host);
      await page.getByRole('button', { name: 'Open on my own agency’s node' }).click();
      await page.waitForURL(`${council.origin}/groups/**`);
      await page.getByRole('button', { name: 'Join', exact: true }).waitFor();
      expect(await page.locator('h1').textContent()).toBe('Open maps');
      // The next time it is one link.
      await page.goto(group.uri);
      await keepPicture(page, 'own node remembered');
      await page.getByRole('link', { name: /^Open on / }).click();
      await page.waitForURL(`${council.origin}/groups/**`);
    } finally {
      await browser.close();
    }
  },
);
