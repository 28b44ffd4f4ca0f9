import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { healthText } from '../../../packages/federation/src/health-messages.ts';
import { pageText } from '../../../packages/federation/src/trust/text.ts';
import { messages as notificationsText } from '../../../packages/slices/src/notifications/messages.ts';
import { messages as operateText } from '../../../packages/slices/src/operate/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { messages as signInText } from '../../../packages/slices/src/sign-in/messages.ts';
import { messages as styleText } from '../../../packages/slices/src/style/messages.ts';
import type { TestNode } from '../../harness/node.ts';
import { until } from '../../harness/until.ts';
import { command } from './command.ts';
import type { IctWorld } from './ict-world.ts';
import { longest, type User } from './user.ts';

const password = 'four quiet words here';

const coatOfArms = {
  name: 'coat-of-arms.svg',
  mimeType: 'image/svg+xml',
  buffer: Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path fill="#7b2d8e" d="M4 4h32v18c0 9-8 13-16 16C12 35 4 31 4 22z"/></svg>',
  ),
};

/** From the link in the log to a node that colleagues and a partner can use. */
export async function firstHour(user: User, world: IctWorld): Promise<void> {
  const { link, node, provider, mail, department } = world;
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
  await user.write(style('second'), '#c05621');
  await user.give(style('logo'), { name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from('a letter') });
  await user.press(style('preview'));
  await user.sees(style('faultLogoKind'));
  await user.look('house style, no logo');
  await user.give(style('logo'), coatOfArms);
  await user.press(style('preview'));
  await user.sees(style('verdictGood'));
  await user.sees(style('logoKept'));
  await user.look('house style');
  await user.press(style('save'));
  await user.sees(style('faultAltMissing'));
  await user.look('house style, logo without words');
  await user.write(style('logoAlt'), 'Coat of arms of Noordwoude');
  await user.press(style('save'));
  await user.sees(style('saved'));
  await user.page.getByRole('img', { name: 'Coat of arms of Noordwoude' }).first().waitFor();
  await user.look('house style saved');

  // What holds on this node: seen on one page, and kept.
  await toSteps();
  await user.follow(operate('defaultsLink'));
  await user.at(operate('defaults'));
  await user.look('safe defaults');
  await user.press(operate('defaultsSave'));
  await user.sees(operate('defaultsSaved'));

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
  await user.sees(signIn('newPersonComes', { provider: 'Noordwoude' }));
  await user.look('a new person');
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

/** On the machine of the node, into a folder of its own. */
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
