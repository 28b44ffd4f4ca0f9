import { hashPassword, setPassword, transact } from '@joinery/core';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { axeFaults, keepPicture, listenForComplaints } from '../harness/browser-pages.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'a passphrase of plain words';
const email = 'anna.de.vries@example.test';

describe.skipIf(browserMissing)('passkeys in a browser with a device', { timeout: 120_000 }, () => {
  let browser: Browser;
  let node: TestNode;
  let anna: TestPerson;
  let context: BrowserContext;
  let page: Page;
  let devices: CDPSession;
  let complaints: string[];

  beforeAll(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode('Department of Housing')]);
    anna = await node.person('Anna de Vries');
    const hash = await hashPassword(password);
    await transact(node.context, by, (work) => setPassword(work, anna.account, hash));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await node?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    complaints = listenForComplaints(page);
    devices = await context.newCDPSession(page);
    await devices.send('WebAuthn.enable');
  });
  afterEach(async () => {
    await context.close();
    await transact(node.context, by, async (work) => {
      await work.db.deleteFrom('sign_in_passkey').execute();
      await work.db.deleteFrom('second_step').execute();
    });
  });

  /** A device that is built in, keeps passkeys, and whose owner touches it at once and is recognised by it, or is not. */
  const addDevice = async (isRecognised = true) => {
    const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: isRecognised, automaticPresenceSimulation: true },
      },
    });
    return authenticatorId;
  };
  const button = (name: string) => page.locator('main').getByRole('button', { name, exact: true });
  const at = (path: string) => page.waitForURL((url) => url.pathname === path);

  async function signInWithPassword(): Promise<void> {
    await page.goto(`${node.origin}/sign-in`);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button('Sign in').click();
  }

  async function addPasskey(name: string): Promise<void> {
    await page.goto(`${node.origin}/profile/sign-in/passkeys`);
    await page.getByLabel('Name').fill(name);
    await button('Add a passkey').click();
    await page.getByText('The passkey has been added').waitFor();
  }

  async function signOut(): Promise<void> {
    await context.clearCookies();
    await page.goto(`${node.origin}/sign-in?next=/people`);
  }

  /** The browser offers nothing by itself: the button is all there is. */
  const withoutOffer = () =>
    page.addInitScript(() => {
      if ('PublicKeyCredential' in window) PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });

  test('one is added on the profile, and offered with the mail address; removed, it opens nothing', async () => {
    await addDevice();
    await signInWithPassword();
    await at('/');
    await addPasskey('Work laptop');
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, 'passkeys/list');
    await button('Add a passkey').click();
    await page.getByRole('alert').getByText('This device has a passkey for your account already').waitFor();
    await keepPicture(page, 'passkeys/taken');

    // The device is touched at once: the offer alone signs in.
    await signOut();
    await at('/people');
    await page.goto(`${node.origin}/profile/sign-in/passkeys`);
    await page.getByRole('link', { name: 'Rename or remove : Work laptop' }).click();
    expect(await page.locator('main').getByText('not used yet').count()).toBe(0);
    await keepPicture(page, 'passkeys/one');
    await button('Remove this passkey').click();
    await page.getByText('The passkey has been removed').waitFor();
    await signOut();
    expect(await page.locator('app-passkey').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('the button signs in whom the device recognises, says so when it does not, and is words without script', async () => {
    await withoutOffer();
    const device = await addDevice();
    await signInWithPassword();
    await at('/');
    await addPasskey('');
    await signOut();
    await devices.send('WebAuthn.setUserVerified', { authenticatorId: device, isUserVerified: false });
    await keepPicture(page, 'passkeys/sign-in');
    await button('Sign in with a passkey').click();
    await page.getByRole('alert').getByText('No passkey was used').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await devices.send('WebAuthn.setUserVerified', { authenticatorId: device, isUserVerified: true });
    await button('Sign in with a passkey').click();
    await at('/people');
    expect(complaints).toEqual([]);

    const plain = await browser.newContext({ locale: 'en-GB', javaScriptEnabled: false });
    const words = await plain.newPage();
    await words.goto(`${node.origin}/sign-in`);
    await words.getByText('Passkeys need a browser that runs scripts').waitFor();
    expect(await words.getByRole('button', { name: 'Sign in with a passkey' }).isVisible()).toBe(false);
    await words.setViewportSize({ width: 320, height: 800 });
    // The name of the agency has a line of its own, beside the button: nothing is squeezed to a letter's width.
    expect((await words.locator('header').first().boundingBox())?.height).toBeLessThan(240);
    await keepPicture(words, 'passkeys/sign-in without script');
    await plain.close();
  });

  test('it takes the place of the code after the password, and shows once more who somebody is', async () => {
    await withoutOffer();
    await addDevice();
    await signInWithPassword();
    await at('/');
    await addPasskey('Key');
    await transact(node.context, by, async (work) => {
      const row = { account_id: anna.account, key: work.secret.encrypt('A'.repeat(32)), last_step: 0 };
      await work.db
        .insertInto('second_step')
        .values({ ...row, created_at: work.now })
        .execute();
      const earlier = new Date(Date.now() - 3_600_000).toISOString();
      await work.db.updateTable('session').set({ created_at: earlier, proven_at: earlier }).execute();
    });
    await page.goto(`${node.origin}/profile/sign-in/passkeys`);
    await page.getByRole('link', { name: 'Confirm that it is you' }).click();
    await keepPicture(page, 'passkeys/confirm');
    await button('Confirm with a passkey').click();
    await at('/profile/sign-in/passkeys');
    await button('Add a passkey').waitFor();

    await context.clearCookies();
    await signInWithPassword();
    await at('/sign-in/code');
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, 'passkeys/code');
    await button('Use a passkey instead of the code').click();
    await at('/');
    await page.goto(`${node.origin}/profile`);
    expect(new URL(page.url()).pathname).toBe('/profile');
    expect(complaints).toEqual([]);
  });
});
