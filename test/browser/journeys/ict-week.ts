import { expect } from 'vitest';
import { messages as feedText } from '../../../packages/slices/src/feed/messages.ts';
import { messages as guestsText } from '../../../packages/slices/src/guests/messages.ts';
import { messages as notificationsText } from '../../../packages/slices/src/notifications/messages.ts';
import { messages as operateText } from '../../../packages/slices/src/operate/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { messages as postsText } from '../../../packages/slices/src/posts/messages.ts';
import { messages as registrationText } from '../../../packages/slices/src/registration/messages.ts';
import { messages as signInText } from '../../../packages/slices/src/sign-in/messages.ts';
import { text as shellText } from '../../../packages/ui/src/text.ts';
import type { MailServer } from '../../harness/mail-server.ts';
import { settleAll } from '../../harness/node.ts';
import { until } from '../../harness/until.ts';
import type { IctWorld } from './ict-world.ts';
import { longest, openUser, type User } from './user.ts';

const password = 'four quiet words here';

/** What an ordinary week holds: people who come and go, and a look at how the node is. */
export async function week(user: User, world: IctWorld): Promise<void> {
  await monday(user, world);
  await wednesday(user, world);
  await thursday(user, world);
  await friday(user, world);
}

/** Health, a list of colleagues, somebody who leaves. */
async function monday(user: User, { node }: IctWorld): Promise<void> {
  const people = user.words(peopleText);
  const operate = user.words(operateText);

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
}

/** Whoever is not in a list may ask for an account. */
async function wednesday(user: User, { browser, node, mail }: IctWorld): Promise<void> {
  const people = user.words(peopleText);
  const registration = user.words(registrationText);
  const notifications = user.words(notificationsText);
  await user.open(`${node.origin}/administration`);
  await user.follow(registration('manage'));
  await user.look('registration is off');
  await user.choose(registration('modeApproval'));
  await user.press(registration('save'));
  await user.sees(registration('saved'));
  await user.look('registration is on, nobody waits');

  // Fay has no account at the provider.
  const email = 'fay.brook@care.example';
  await using fay = await openUser(browser, user.way, 'ict-lead-newcomer');
  await fay.open(`${node.origin}/sign-in`);
  await fay.follow(registration('register'));
  await fay.look('register');
  await fay.write(registration('name'), 'Fay Brook');
  await fay.write(registration('email'), 'fay.brook');
  await fay.press(registration('ask'));
  await fay.sees(registration('faultEmailFormat'));
  await fay.look('register, mistyped');
  await fay.write(registration('email'), email);
  await fay.write(registration('note'), 'I look after the care homes.');
  await fay.press(registration('ask'));
  await fay.at(registration('sent'));
  await fay.look('look in your mail');
  await fay.open(await linkTo(mail, email, /https?:\S+\/register\/\S+/));
  await fay.look('address confirmed');
  await fay.write(registration('password'), 'short');
  await fay.press(registration('finishApproval'));
  await fay.look('password too short');
  await fay.write(registration('password'), password);
  await fay.press(registration('finishApproval'));
  await fay.at(registration('waits'));
  await fay.look('request on its way');
  await node.settle();

  await user.open(node.origin);
  await user.follow(new RegExp(`^${notifications('notifications')}.*[0-9]`), user.page.locator('.app-own'));
  await user.look('somebody asks for an account');
  await user.follow(notifications('saysRegistration'));
  await user.at(registration('manage'));
  await user.press(registration('approve'));
  await user.sees(registration('faultNobody'));
  await user.look('request, nobody chosen');
  await user.choose(registration('choose', { name: 'Fay Brook' }));
  await user.press(registration('approve'));
  await user.sees(registration('approved', { count: 1 }));
  await user.look('request approved');

  await fay.open(await linkTo(mail, email, /https?:\S+\/sign-in\b/));
  await fay.write(people('email'), email);
  await fay.write(people('password'), password);
  await fay.press(people('signIn'));
  await fay.at(user.words(feedText)('home'));
  await fay.look('start page of a newcomer');
}

/** A guest for a while. */
async function thursday(user: User, { browser, node, mail }: IctWorld): Promise<void> {
  const people = user.words(peopleText);
  const guests = user.words(guestsText);
  await user.open(`${node.origin}/administration`);
  await user.follow(guests('all'));
  await user.look('no guests');
  await user.follow(guests('invite'));
  await user.write(guests('name'), 'Gus Stone');
  await user.write(guests('email'), 'gus@builders.example');
  await user.press(guests('send'));
  await user.look('guest without a workplace');
  await user.write(guests('organisation'), 'Stone Builders');
  await user.press(guests('send'));
  await user.at('Gus Stone');
  await user.look('guest invited');

  await using gus = await openUser(browser, user.way, 'ict-lead-guest');
  await gus.open(await linkTo(mail, 'gus@builders.example', /https?:\S+\/sign-in\/link\/\S+/));
  await gus.write(people('choosePassword'), password);
  await gus.press(people('signIn'));
  await gus.at(gus.words(feedText)('home'));
  await gus.look('start page of a guest');

  await user.press(guests('end'));
  await user.sees(guests('endedNow'));
  await user.look('guest ended');
  await gus.open(node.origin);
  await gus.page
    .locator('header')
    .getByRole('link', { name: user.words(shellText)('signIn'), exact: true })
    .waitFor();
  await user.open(`${node.origin}/administration/guests`);
  await user.look('guests');
}

/** Something that must not be read here, from elsewhere; and out for the weekend. */
async function friday(user: User, world: IctWorld): Promise<void> {
  const { node, department, group } = world;
  const people = user.words(peopleText);
  const posts = user.words(postsText);
  const signIn = user.words(signInText);
  const shell = user.words(shellText);
  await department.allow(node);
  await settleAll([department, node]);
  await user.open(`${node.origin}/follow?uri=${encodeURIComponent(group.uri)}`);
  await user.at('Housing permits');
  await user.follow('Names of complainants');
  await user.sees('Mrs Brown, 12 Mill Lane');
  await user.look('something of another agency');
  await user.follow(posts('hide'));
  await user.look('before hiding');
  await user.press(posts('hide'));
  await user.look('hiding without a reason');
  await user.write(posts('reason'), 'It names people');
  await user.press(posts('hide'));
  await user.sees(posts('hiddenBecause', { reason: 'It names people' }));
  expect(await user.page.locator('main').getByText('Mrs Brown').count()).toBe(0);
  await user.look('hidden here');
  await user.press(posts('unhide'));
  await user.sees('Mrs Brown, 12 Mill Lane');

  await user.unfold('', user.page.locator('.app-menu'));
  await user.press(shell('signOut'), user.page);
  await user.at(people('signIn'));
  await user.look('sign-in');
  await user.follow(signIn('signInWith', { provider: 'Noordwoude' }));
  await user.at(user.words(feedText)('home'));
}

/** The address in the last mail to somebody. */
async function linkTo(mail: MailServer, address: string, link: RegExp): Promise<string> {
  const found = () => mail.mails.findLast(({ to, text }) => to.includes(address) && link.test(text));
  await until(() => found() !== undefined, longest);
  return link.exec(found()?.text ?? '')?.[0] ?? '';
}
