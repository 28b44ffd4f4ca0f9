import { transact } from '@joinery/core';
import { sendMessage } from '@joinery/slices/conversations';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { expect } from 'vitest';
import { messages as conversationsText } from '../../../packages/slices/src/conversations/messages.ts';
import { messages as feedText } from '../../../packages/slices/src/feed/messages.ts';
import { messages as groupsText } from '../../../packages/slices/src/groups/messages.ts';
import { messages as requestsText } from '../../../packages/slices/src/groups/requests/messages.ts';
import { messages as linksText } from '../../../packages/slices/src/links/messages.ts';
import { messages as notificationsText } from '../../../packages/slices/src/notifications/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { messages as postsText } from '../../../packages/slices/src/posts/messages.ts';
import { messages as searchText } from '../../../packages/slices/src/search/messages.ts';
import { messages as signInText } from '../../../packages/slices/src/sign-in/messages.ts';
import { text as shellText } from '../../../packages/ui/src/text.ts';
import { settleAll } from '../../harness/node.ts';
import { until } from '../../harness/until.ts';
import { adaAnswers, atDepartment, endAllSessions, type Officer, type OfficerWorld } from './officer-world.ts';
import { longest, openUser, type User } from './user.ts';

const by = { kind: 'system', what: 'test' } as const;

/** What an ordinary week holds: reading, answering, looking things up, running a group, less mail. */
export async function week(user: User, world: OfficerWorld, officer: Officer): Promise<void> {
  await monday(user, world, officer);
  await tuesday(user, world, officer);
  await wednesday(user, world, officer);
  await thursday(user, world, officer);
  await friday(user, world, officer);
}

/** What is new; a reply with time to think again. */
async function monday(user: User, world: OfficerWorld, { who }: Officer): Promise<void> {
  const { council, department, group, ada } = world;
  const posts = user.words(postsText);
  const people = user.words(peopleText);
  const news = `Timetables for ${who}`;
  const { id: topic } = await transact(department.context, by, (work) =>
    createTopic(work, {
      group: group.id,
      author: ada.id,
      title: news,
      ...markdownText('Do buses run early enough?'),
    }),
  );
  await adaAnswers(world, topic, 'In Harrowdean they do.');
  await user.open(council.origin);
  await user.sees(user.words(feedText)('newSince'));
  await user.look('new since they were here');
  await user.follow(news);
  await user.at(news);

  await user.unfold(who, user.page.locator('.app-account'));
  await user.follow(user.words(shellText)('profile'), user.page);
  await user.follow(people('posting'));
  await user.pick(posts('undoFor'), posts('undoSeconds', { seconds: 60 }));
  await user.press(posts('save'));
  await user.look('posting');
  await user.open(council.origin);
  await user.follow(news);
  await user.write(posts('content'), 'Not before seven here');
  await user.press(posts('replyButton'));
  await user.look('reply that can be taken back');
  await user.press(posts('undo'));
  await user.look('reply taken back');
  expect(await user.page.getByLabel(posts('content'), { exact: true }).inputValue()).toBe('Not before seven here');
  await user.write(posts('content'), 'Not before half past six here');
  await user.press(posts('replyButton'));
  await user.press(posts('heldNow'));
  await user.sees('Not before half past six here');

  // Words to change, a post to like.
  const own = user.part('Not before half past six here');
  await user.follow(posts('edit'), own);
  await user.look('edit');
  await user.write(posts('content'), 'Not before half past six, except on Fridays');
  await user.press(posts('save'));
  await user.sees('except on Fridays');
  await user.press(posts('like'), user.part('In Harrowdean they do.'));
  await user.sees(posts('unlike'));
  await user.look('a topic with their reply');

  // Somebody mentions them: the bell leads to where.
  const handle = who.toLowerCase().replaceAll(' ', '-');
  await adaAnswers(world, topic, `And @${handle}@${new URL(council.origin).host}, is that all year round?`);
  const notifications = user.words(notificationsText);
  await user.open(council.origin);
  await user.follow(new RegExp(`^${notifications('notifications')}.*[0-9]`), user.page.locator('.app-own'));
  await user.look('mentioned');
  await user.follow(notifications('saysMention', { name: 'Ada Owner' }));
  await user.at(news);
  await user.write(posts('content'), 'In winter only until six');
  await user.press(posts('replyButton'));
  await user.press(posts('heldNow'));
  await user.sees('In winter only until six');
}

/** Was this not asked before? And a word with a colleague. */
async function tuesday(user: User, world: OfficerWorld, { who }: Officer): Promise<void> {
  const { council, noor } = world;
  const search = user.words(searchText);
  await user.open(`${council.origin}/search`);
  await user.look('search');
  await user.write(search('words'), 'discretionary');
  await user.press(search('search'));
  await user.sees('Discretionary passes');
  await user.look('search found');
  await user.follow(/Discretionary passes/);
  await user.at('Discretionary passes');

  const talk = user.words(conversationsText);
  const marks = user.page.locator('.app-own');
  await user.follow(talk('messages'), marks);
  await user.look('no conversations yet');
  await user.follow(talk('newConversation'));
  await user.write(talk('to'), 'Noor Jensen');
  await user.write(talk('message'), 'Did you use the new forms yet?');
  await user.press(talk('send'));
  await user.sees(talk('faultUnknown', { term: 'Noor Jensen' }));
  await user.look('conversation with nobody known');
  await user.write(talk('to'), 'Noor Jansen');
  await user.press(talk('send'));
  await user.at('Noor Jansen');
  await user.look('conversation begun');
  const conversation = new URL(user.page.url()).pathname.split('/').at(-1) ?? '';
  await transact(council.context, by, (work) =>
    sendMessage(work, { conversation, by: noor.id, content: 'Since last week. They work.', language: 'en' }),
  );
  await council.settle();
  await user.open(council.origin);
  await user.look('start page with a message');
  await user.follow(new RegExp(talk('unread', { count: 1 })), marks);
  await user.look('conversations');
  await user.follow('Noor Jansen');
  await user.sees('Since last week. They work.');
  await user.write(talk('message'), 'Then we do it too');
  await user.press(talk('send'));
  await user.sees('Then we do it too');
  await user.look('conversation');
  await user.follow(talk('leave'));
  await user.look('before leaving a conversation');
  await user.press(talk('leaveButton'));
  await user.sees(talk('leftDone'));
  expect(await user.page.locator('main').getByText('Noor Jansen').count(), `${who} has left`).toBe(0);
}

/** A mail too many, and what they hear of from now on. */
async function wednesday(user: User, world: OfficerWorld, { question }: Officer): Promise<void> {
  const { council, mail } = world;
  const notifications = user.words(notificationsText);
  // A mail about their question; they have had enough of that topic, and need no sign-in to say so.
  await user.open(council.origin);
  await user.follow(question);
  const before = mail.mails.length;
  await adaAnswers(world, await atDepartment(user, world), 'And we ask for a police report.');
  const about = () => mail.mails.slice(before).find(({ text }) => text.includes('police report'));
  await until(() => about() !== undefined, longest);
  const stop = [...(about()?.text.matchAll(/https?:\S+\/notifications\/mute\/\S+/g) ?? [])].map(([address]) => address);
  expect(stop.length).toBeGreaterThan(0);
  await using outside = await openUser(world.browser, user.way, 'officer-mail');
  await outside.open(stop[0] ?? '');
  await outside.look('stop this mail');
  await outside.press(notifications('muteButton'));
  await outside.at(notifications('muteDone'));
  await outside.look('mail stopped');

  // The rest, by the bell.
  await user.follow(new RegExp(`^${notifications('notifications')}`), user.page.locator('.app-own'));
  await user.follow(notifications('settings'));
  await user.at(notifications('settings'));
  await user.look('what they hear of');
  await user.clear(notifications('byMailOf', { kind: notifications('kindReply') }));
  await user.pick('Concessionary travel', notifications('hearPage'));
  await user.press(notifications('save'));
  await user.sees(notifications('saved'));
  await user.look('what they hear of, saved');
  const chosen = user.page.getByLabel(notifications('byMailOf', { kind: notifications('kindReply') }), { exact: true });
  expect(await chosen.isChecked()).toBe(false);
}

/** A group of their own, to which colleagues ask to be let in. */
async function thursday(user: User, world: OfficerWorld, { who }: Officer): Promise<void> {
  const { council, noor, piet } = world;
  const [groups, requests] = [user.words(groupsText), user.words(requestsText)];
  const handle = `drivers-${who.toLowerCase().replaceAll(' ', '-')}`;
  const name = `Drivers of ${who}`;
  await user.open(`${council.origin}/groups`);
  await user.look('their groups');
  await user.follow(groups('newGroup'));
  await user.write(groups('name'), name);
  await user.choose(groups('presetRequest'));
  await user.press(groups('create'));
  await user.sees(groups('faultHandleMissing'));
  await user.look('new group without a short name');
  await user.write(groups('handle'), handle);
  await user.write(groups('summary'), 'For those who drive');
  await user.press(groups('create'));
  await user.at(name);
  await user.look('new group');
  const group = new URL(user.page.url()).pathname;
  for (const colleague of [noor, piet]) expect((await colleague.api('POST', `${group}/join`)).status).toBeLessThan(300);
  await council.settle();
  await user.open(council.origin);
  await user.look('start page with requests');
  await user.follow(user.words(feedText)('requests', { count: 2, group: name }));
  await user.look('requests to join');
  await user.press(requests('letIn'));
  await user.sees(requests('faultNobody'));
  await user.look('nobody chosen');
  for (const one of ['Noor Jansen', 'Piet Post']) await user.choose(requests('choose', { name: one }));
  await user.press(requests('letIn'));
  await user.sees(requests('done', { count: 2 }));
  await user.look('let in');
}

/** An agency without an agreement; a long text over an ended session. */
async function friday(user: User, world: OfficerWorld, { who }: Officer): Promise<void> {
  const { council, vale } = world;
  const posts = user.words(postsText);
  const links = user.words(linksText);
  const wanted = `${vale.origin}/groups/0190a000-0000-7000-8000-000000000001`;
  await user.open(`${council.origin}/follow?uri=${encodeURIComponent(wanted)}`);
  await user.look('no agreement');
  await user.press(new RegExp(`^(${links('askSend')}|${links('askChange')})$`));
  await user.sees(links('askReasonMissing'));
  await user.look('asked without a reason');
  await user.write(links('askReason'), 'Their passes work on the same buses');
  await user.press(links('askSend'));
  await user.sees(links('askSent'));
  await user.look('asked for an agreement');

  await user.open(council.origin);
  await user.follow('Concessionary travel');
  await user.follow(posts('newTopic'));
  await user.write(posts('title'), 'What we learned');
  await user.write(posts('content'), 'An hour of writing');
  await endAllSessions(world, who);
  await user.press(posts('post'));
  await user.at(user.words(peopleText)('signIn'));
  await user.follow(user.words(signInText)('signInWith', { provider: 'Noordwoude' }));
  await user.at(posts('newTopic'));
  await user.look('what was typed is still there');
  expect(await user.page.getByLabel(posts('content'), { exact: true }).inputValue()).toBe('An hour of writing');
  await settleAll([council]);
}
