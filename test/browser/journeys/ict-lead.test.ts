import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstAdministratorLink } from '@joinery/node';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healthText } from '../../../packages/federation/src/health-messages.ts';
import { pageText } from '../../../packages/federation/src/trust/text.ts';
import { messages as feedText } from '../../../packages/slices/src/feed/messages.ts';
import { messages as notificationsText } from '../../../packages/slices/src/notifications/messages.ts';
import { messages as operateText } from '../../../packages/slices/src/operate/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { messages as signInText } from '../../../packages/slices/src/sign-in/messages.ts';
import { messages as styleText } from '../../../packages/slices/src/style/messages.ts';
import { text as shellText } from '../../../packages/ui/src/text.ts';
import { browserMissing, openBrowser } from '../../harness/browser.ts';
import { people as providerPeople, startIdentityProvider } from '../../harness/identity-provider.ts';
import { startMailServer } from '../../harness/mail-server.ts';
import { startTestNode, type TestNode } from '../../harness/node.ts';
import { until } from '../../harness/until.ts';
import { command } from './command.ts';
import { openUser, type User, wayNames, ways } from './user.ts';

const password = 'four quiet words here';
const longest = 20_000;

describe.skipIf(browserMissing)('the ICT lead of a council that begins', { timeout: 240_000 }, () => {
  let browser: Browser;
  let department: TestNode;

  beforeAll(async () => {
    [browser, department] = await Promise.all([openBrowser(), startTestNode('Department of Housing')]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await department?.[Symbol.asyncDispose]();
  });

  test.each(wayNames)('has a node that works after an hour, and keeps it going for a week, %s', async (name) => {
    await using mail = await startMailServer();
    const anna = providerPeople.keycloak('anna', 'Anna Lead', 'anna.lead@council.example', ['node-admins']);
    await using provider = await startIdentityProvider({ first: anna });
    await using node = await startTestNode('Noordwoude Council', {
      environment: { JOINERY_SMTP_URL: `${mail.url}?from=joinery@council.example` },
    });
    const link = await firstAdministratorLink(node.context);
    await using user = await openUser(browser, ways[name], 'ict-lead');
    await firstHour(user, { link: link ?? '', node, provider, mail });
    await week(user, { node });
  });

  type World = {
    link: string;
    node: TestNode;
    provider: Awaited<ReturnType<typeof startIdentityProvider>>;
    mail: Awaited<ReturnType<typeof startMailServer>>;
  };

  async function firstHour(user: User, { link, node, provider, mail }: World): Promise<void> {
    const people = user.words(peopleText);
    const operate = user.words(operateText);
    const signIn = user.words(signInText);
    const style = user.words(styleText);
    const partners = user.words(pageText);
    const health = user.words(healthText);
    const mails = user.words(notificationsText);
    const toSteps = async () => {
      await user.open(node.origin);
      await user.follow(operate('startOpen'));
      await user.at(operate('start'));
    };

    // The link from the log. Nothing filled in: said in words, and the link still works.
    await user.open(link);
    await user.at(people('firstAdministrator'));
    await user.look('set up');
    await user.press(people('firstAdministratorSubmit'));
    await user.sees(people('faultNameMissing'));
    await user.look('set up, nothing filled in');
    await user.write(people('name'), 'Anna Lead');
    await user.write(people('email'), 'anna.lead@council.example');
    await user.write(people('choosePassword'), password);
    await user.press(people('firstAdministratorSubmit'));
    await user.look('start page of a new node');
    await user.follow(operate('startOpen'));
    await user.at(operate('start'));
    await user.look('first steps');

    // Can a partner reach this node? On this machine: it says what is wrong.
    await user.follow(operate('addressLink'));
    await user.at(operate('health'));
    await user.press(operate('askReachButton'));
    await user.sees(health('reachTrialMend'));
    await user.look('health');

    // Single sign-on: register, try, see the claims, offer it.
    await toSteps();
    await user.follow(operate('signInLink'));
    await user.look('no identity provider yet');
    await user.follow(signIn('addProvider'));
    await user.choose(signIn('kindKeycloak'));
    await user.write(signIn('name'), 'Noordwoude');
    await user.write(signIn('issuer'), 'https://nowhere.invalid');
    await user.press(signIn('addProvider'));
    await user.look('identity provider that cannot be reached');
    await user.write(signIn('issuer'), provider.issuer);
    await user.press(signIn('addProvider'));
    await user.at('Noordwoude');
    const base = `${node.origin}${new URL(user.page.url()).pathname.replace('/administration/sign-in/', '/sign-in/with/')}`;
    await user.sees(`${base}/answer`);
    provider.register({ redirect: `${base}/answer`, logout: `${base}/logout` });
    await user.look('identity provider');
    await user.write(signIn('clientId'), provider.clientId);
    await user.write(signIn('clientSecret'), provider.clientSecret);
    await user.press(signIn('save'));
    await user.look('identity provider with its secret');
    await user.follow(signIn('try'));
    await user.at(signIn('tryResult', { provider: 'Noordwoude' }));
    await user.sees('anna.lead@council.example');
    await user.look('sign-in tried');
    await user.press(signIn('goLive'));
    await user.look('identity provider offered');
    // Their own account is an older one: it is linked once.
    await user.follow(signIn('liveLinkOwn'));
    await user.follow(signIn('linkWith', { provider: 'Noordwoude' }));
    await user.look('before linking');
    await user.press(signIn('linkConfirm'));
    await user.sees(signIn('linkedDone', { provider: 'Noordwoude' }));

    // The house style: one colour.
    await toSteps();
    await user.follow(operate('lookLink'));
    await user.write(style('colour'), 'blue');
    await user.press(style('preview'));
    await user.look('house style, no colour');
    await user.write(style('colour'), '#7b2d8e');
    await user.press(style('preview'));
    await user.sees(style('verdictGood'));
    await user.look('house style');
    await user.press(style('save'));
    await user.sees(style('saved'));

    // A test mail.
    await toSteps();
    await user.look('first steps, some done');
    await user.follow(operate('mailLink'));
    await user.press(mails('mailTest'));
    await user.sees(mails('mailTestSent', { address: 'anna.lead@council.example' }));
    await user.look('test mail');
    await until(() => mail.mails.some(({ to }) => to.includes('anna.lead@council.example')), longest);

    // The first colleague, who gets a link.
    await toSteps();
    await user.follow(operate('peopleLink'));
    await user.follow(people('addPerson'));
    await user.write(people('name'), 'Bea Winters');
    await user.write(people('email'), 'bea.winters@council.example');
    await user.press(people('addPerson'));
    await user.look('first colleague added');
    await user.press(people('linkMake'));
    await user.sees(/\/sign-in\/link\//);
    await user.look('first colleague');

    // The first partner.
    await toSteps();
    await user.follow(operate('partnerLink'));
    await user.write(partners('agency'), 'Department of Housing');
    await user.write(partners('hosts'), department.origin);
    await user.look('first partner');
    await user.press(partners('preview'));
    await user.look('first partner without a reason');
    await user.write(partners('reason'), 'Agreement on housing permits');
    await user.press(partners('preview'));
    await user.look('what the first partner gets');
    await user.press(partners('allowTitle', { agency: 'Department of Housing' }));
    await user.look('first partner allowed');

    // The first backup, on the machine.
    await backup(node);
    await toSteps();
    await user.look('first steps at the end');
    // On this machine the address leads nowhere, which no hour mends; everything else is done.
    expect(await user.page.locator('main').getByText(operate('open'), { exact: true }).count()).toBe(1);
    await user.press(operate('dismiss'));
  }

  async function week(user: User, { node }: Pick<World, 'node'>): Promise<void> {
    const people = user.words(peopleText);
    const operate = user.words(operateText);
    const shell = user.words(shellText);
    const signIn = user.words(signInText);
    const feed = user.words(feedText);

    // Monday: health.
    await user.open(node.origin);
    await user.follow(operate('administration'));
    await user.look('administration');
    await user.follow(operate('health'));
    await user.at(operate('health'));
    await user.look('health on Monday');

    // A list of colleagues, with a mistake in it.
    await user.follow(operate('administration'));
    await user.follow(people('managePeople'));
    await user.look('people');
    await user.follow(people('importPeople'));
    await user.write(people('importText'), 'name,email\nCas Vermeer,cas@council.example\nDina Fields,dina');
    await user.press(people('importPreview'));
    await user.look('list with a mistake');
    await user.write(
      people('importText'),
      'name,email\nCas Vermeer,cas@council.example\nDina Fields,dina@council.example',
    );
    await user.press(people('importPreview'));
    await user.at(people('importWill', { count: 2 }));
    await user.look('list checked');
    await user.press(people('importConfirm', { count: 2 }));
    await user.finds('Cas Vermeer');
    await user.finds('Dina Fields');
    await user.look('people after the import');

    // Somebody leaves.
    await user.follow('Cas Vermeer');
    await user.look('a colleague');
    await user.follow(people('disable'));
    await user.look('before disabling');
    await user.press(people('disableConfirm', { name: 'Cas Vermeer' }));
    await user.sees(people('disabledDone', { name: 'Cas Vermeer' }));
    await user.look('disabled');

    // Out, and in again by single sign-on.
    await user.unfold('', user.page.locator('.app-menu'));
    await user.press(shell('signOut'), user.page);
    await user.at(people('signIn'));
    await user.look('sign-in');
    await user.follow(signIn('signInWith', { provider: 'Noordwoude' }));
    await user.at(feed('home'));
  }

  async function backup(node: TestNode): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'joinery-backups-'));
    try {
      await command(node, 'backup', folder);
      const [made = ''] = readdirSync(folder);
      await command(node, 'verify', join(folder, made));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
});
