import { expect } from 'vitest';
import { messages as groupsText } from '../../../packages/slices/src/groups/messages.ts';
import { messages as notificationsText } from '../../../packages/slices/src/notifications/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { messages as postsText } from '../../../packages/slices/src/posts/messages.ts';
import { messages as signInText } from '../../../packages/slices/src/sign-in/messages.ts';
import { text as shellText } from '../../../packages/ui/src/text.ts';
import { people as providerPeople } from '../../harness/identity-provider.ts';
import { adaAnswers, atDepartment, emailOf, type Officer, type OfficerWorld } from './officer-world.ts';
import type { User } from './user.ts';

/** From a link in a newsletter to an answered question, with the account that they have at work. */
export async function firstHour(user: User, world: OfficerWorld, { who, question }: Officer): Promise<void> {
  const { council, group } = world;
  const shell = user.words(shellText);
  const people = user.words(peopleText);
  const groups = user.words(groupsText);
  const posts = user.words(postsText);
  const notifications = user.words(notificationsText);
  const signIn = user.words(signInText);

  // A link in a newsletter, to a node where they have no account.
  await user.open(group.uri);
  await user.at('Concessionary travel');
  await user.look('a group in a newsletter');
  await user.write(shell('ownNode'), 'me@council');
  await user.press(shell('openAtOwnNode'));
  await user.look('own node mistyped');
  await user.write(shell('ownNode'), new URL(council.origin).host);
  await user.press(shell('openAtOwnNode'));
  await user.page.waitForURL(`${council.origin}/**`);
  await user.at(people('signIn'));
  await user.look('sign-in on the way to the group');
  await user.unfold(people('passwordHelp'));
  await user.look('sign-in without a password');

  // Single sign-on, which leads on to where they were going.
  world.provider.next = providerPeople.keycloak(emailOf(who), who, emailOf(who));
  await user.follow(signIn('signInWith', { provider: 'Noordwoude' }));
  await user.at('Concessionary travel');
  await user.look('the group on their own node');

  // History is there; joining says what is shown of them.
  await user.sees('Discretionary passes');
  await user.sees(groups('showsOfMe'));
  await user.press(groups('join'));
  await user.finds(posts('newTopic'));
  await user.look('joined');
  await user.follow('Discretionary passes');
  await user.sees('discretionary pass');
  await user.look('a topic');

  // A profile, so that others know who asks.
  await user.unfold(who, user.page.locator('.app-account'));
  await user.follow(shell('profile'), user.page);
  await user.write(people('role'), 'Travel officer');
  await user.press(people('save'));
  await user.sees(people('profileSaved'));
  await user.look('profile');

  // A question.
  await user.open(council.origin);
  await user.look('start page');
  await user.follow('Concessionary travel');
  await user.follow(posts('newTopic'));
  await user.press(posts('post'));
  await user.sees(posts('faultTitle'));
  await user.look('question without words');
  await user.mends(posts('faultTitle'), question);
  await user.write(posts('content'), 'A pass was lost **twice**. Do you charge for the third? #passes');
  await user.press(posts('preview'));
  await user.sees('twice');
  await user.look('question before it leaves');
  await user.press(posts('post'));
  await user.at(question);
  await user.look('question asked');
  const asked = user.page.url();

  // An answer: the bell, and from there to it.
  await adaAnswers(world, await atDepartment(user, world), 'We charge from the second on.');
  await user.open(council.origin);
  await user.follow(new RegExp(`^${notifications('notifications')}.*[0-9]`), user.page.locator('.app-own'));
  await user.look('notifications');
  await user.follow(notifications('saysReply', { name: 'Ada Owner' }));
  await user.at(question);
  await user.sees('We charge from the second on.');
  await user.press(posts('markAnswer'));
  await user.sees(posts('answered'));
  await user.look('answered');
  expect(user.page.url().split(/[?#]/)[0]).toBe(asked.split(/[?#]/)[0]);
}
