import { transact } from '@joinery/core';
import { createTopic, markdownText } from '@joinery/slices/posts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { type IdentityProvider, people, startIdentityProvider } from '../harness/identity-provider.ts';
import { startTestNode, type TestNode } from '../harness/node.ts';
import { offerProvider } from '../harness/offer-provider.ts';
import { openGroup } from '../hostile/world.ts';

const by = { kind: 'command', by: 'test' } as const;
const longest = 60_000;

describe.skipIf(browserMissing)('Somebody who signs in for the first time, with the account of their agency', () => {
  let browser: Browser;
  let council: TestNode;
  let department: TestNode;
  let provider: IdentityProvider & { register: (addresses: { redirect: string; logout: string }) => void };
  let group: { id: string; uri: string };

  beforeAll(async () => {
    [browser, council, department, provider] = await Promise.all([
      openBrowser(),
      startTestNode('Council'),
      startTestNode('Department'),
      startIdentityProvider({ first: people.keycloak('k-nina', 'Nina New', 'nina@council.example') }),
    ]);
    await Promise.all([council.allow(department), department.allow(council)]);
    const owner = await department.person('Ada Owner');
    group = await openGroup(department, owner, 'parking');
    for (const title of ['Blue badges', 'Night permits'])
      await transact(department.context, by, (work) =>
        createTopic(work, { group: group.id, author: owner.id, title, ...markdownText(`What we do about ${title}.`) }),
      );
    await offerProvider(council.context, provider, 'Council');
    await Promise.all([council.settle(), department.settle()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    for (const one of [council, department, provider]) await one?.[Symbol.asyncDispose]();
  });

  /** Counts what the person has to do. */
  async function newcomer(sub: string, name: string) {
    provider.next = people.keycloak(sub, name, `${sub}@council.example`);
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(20_000);
    let clicks = 0;
    return {
      page,
      clicks: () => clicks,
      click: async (text: string | RegExp, within: 'main' | 'body' = 'body') => {
        clicks += 1;
        await page.locator(within).getByRole('link', { name: text }).first().click();
        await page.waitForLoadState();
      },
    };
  }

  async function reads(page: Page, text: string): Promise<void> {
    await page.locator('main').getByText(text).first().waitFor();
    expect(await page.locator('main').textContent()).toContain('Ada Owner');
  }

  it('reads what another agency wrote within a minute, from a link', async () => {
    const { page, click, clicks } = await newcomer('k-lena', 'Lena Link');
    const since = performance.now();
    await page.goto(`${council.origin}/follow?uri=${encodeURIComponent(group.uri)}`);
    await click('Sign in with Council');
    await click('Blue badges', 'main');
    await reads(page, 'What we do about Blue badges.');
    const took = performance.now() - since;
    console.log(`${Math.round(took)} ms and ${clicks()} clicks from a link to the first words of another agency`);
    expect([took < longest, clicks()]).toEqual([true, 2]);
  }, 90_000);

  it('reads what another agency wrote within a minute, from the start page', async () => {
    const { page, click, clicks } = await newcomer('k-stan', 'Stan Start');
    const since = performance.now();
    await page.goto(council.origin);
    await click(/^Sign in/);
    await click('Sign in with Council');
    await click('Groups');
    await click('At other agencies');
    await click('Group parking', 'main');
    await click('Night permits', 'main');
    await reads(page, 'What we do about Night permits.');
    const took = performance.now() - since;
    console.log(
      `${Math.round(took)} ms and ${clicks()} clicks from the start page to the first words of another agency`,
    );
    expect([took < longest, clicks() <= 6]).toEqual([true, true]);
  }, 90_000);
});
