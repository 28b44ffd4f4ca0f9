import { createActorKeys, transact } from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { createTopic, markdownText, postByUri, reply } from '@joinery/slices/posts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messages as feedText } from '../../../packages/slices/src/feed/messages.ts';
import { messages as groupsText } from '../../../packages/slices/src/groups/messages.ts';
import { messages as linksText } from '../../../packages/slices/src/links/messages.ts';
import { messages as notificationsText } from '../../../packages/slices/src/notifications/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { messages as postsText } from '../../../packages/slices/src/posts/messages.ts';
import { messages as searchText } from '../../../packages/slices/src/search/messages.ts';
import { text as shellText } from '../../../packages/ui/src/text.ts';
import { browserMissing, openBrowser } from '../../harness/browser.ts';
import { type MailServer, startMailServer } from '../../harness/mail-server.ts';
import { allowEachOther, settleAll, startTestNode, type TestNode, type TestPerson } from '../../harness/node.ts';
import { until } from '../../harness/until.ts';
import { allWays, newcomer, openUser, type User, ways } from './user.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'four quiet words here';
const longest = 20_000;

describe.skipIf(browserMissing)('an officer of a council', { timeout: 240_000 }, () => {
  let browser: Browser;
  let mail: MailServer;
  let department: TestNode;
  let council: TestNode;
  let vale: TestNode;
  let ada: TestPerson;
  let group: { id: string; uri: string };

  beforeAll(async () => {
    [browser, mail] = await Promise.all([openBrowser(), startMailServer()]);
    [department, council, vale] = await Promise.all([
      startTestNode('Department of Transport'),
      startTestNode('Noordwoude Council', {
        environment: { JOINERY_SMTP_URL: `${mail.url}?from=joinery@council.example` },
      }),
      startTestNode('Vale District'),
    ]);
    await allowEachOther([department, council]);
    ada = await department.person('Ada Owner');
    const keys = await createActorKeys();
    group = await transact(department.context, by, async (work) => {
      const made = await createGroup(work, {
        ...{ name: 'Concessionary travel', handle: 'travel', owner: ada.id, keys, reading: 'web' },
        summary: 'For everybody who decides about passes. Ask, and tell what works.',
      });
      const topic = (title: string, content: string) =>
        createTopic(work, { group: made.id, author: ada.id, title, ...markdownText(content) });
      await topic('Discretionary passes', 'Who gets a **discretionary pass** in your district, and how do you decide?');
      await topic('Forms in plain language', 'The new forms are ready. #forms');
      return made;
    });
    await settleAll([department, council]);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    for (const node of [vale, council, department]) await node?.[Symbol.asyncDispose]();
    await mail?.[Symbol.asyncDispose]();
  });

  test.each(allWays)('takes part in a group of a department from the first hour on, for a week, %s', async (name) => {
    const way = ways[name];
    // Another one for each way: what one of them reads and mutes is nothing to the other.
    const who = ['Bea Winters', 'Bram Winters', 'Britt Winters'][allWays.indexOf(name)] ?? '';
    const link = await newcomer(council, who, way.language);
    await using user = await openUser(browser, way, 'officer');
    const question = `Lost passes, asks ${who}`;
    await firstHour(user, { link, who, question });
    await week(user, { who, question });
  });

  /** Their question as it stands at the department. */
  async function atDepartment(user: User): Promise<string> {
    const { pathname } = new URL(user.page.url());
    const uri = `${council.origin}${pathname}`;
    let id: string | undefined;
    await until(async () => {
      id = (await postByUri(department.context.db.reader, uri))?.id;
      return id !== undefined;
    }, longest);
    return id ?? '';
  }

  const answer = (post: string, content: string) =>
    transact(department.context, by, (work) =>
      reply(work, { replyTo: post, author: ada.id, ...markdownText(content) }),
    );

  type Steps = { link: string; who: string; question: string };

  async function firstHour(user: User, { link, who, question }: Steps): Promise<void> {
    const shell = user.words(shellText);
    const people = user.words(peopleText);
    const groups = user.words(groupsText);
    const posts = user.words(postsText);
    const notifications = user.words(notificationsText);

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

    // The administrator's link leads on to where they were going.
    await user.open(link);
    await user.look('one-time link');
    await user.write(people('choosePassword'), 'short');
    await user.press(people('signIn'));
    await user.look('password too short');
    await user.write(people('choosePassword'), password);
    await user.press(people('signIn'));
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
    const there = await atDepartment(user);
    await answer(there, 'We charge from the second on.');
    await settleAll([department, council]);
    await user.open(council.origin);
    await user.follow(new RegExp(notifications('unread', { count: 1 })), user.page.locator('.app-own'));
    await user.look('notifications');
    await user.follow(notifications('saysReply', { name: 'Ada Owner' }));
    await user.at(question);
    await user.sees('We charge from the second on.');
    await user.press(posts('markAnswer'));
    await user.sees(posts('answered'));
    await user.look('answered');
    expect(user.page.url().split(/[?#]/)[0]).toBe(asked.split(/[?#]/)[0]);
  }

  async function week(user: User, { who, question }: Omit<Steps, 'link'>): Promise<void> {
    const posts = user.words(postsText);
    const groups = user.words(groupsText);
    const feed = user.words(feedText);
    const links = user.words(linksText);
    const people = user.words(peopleText);
    const search = user.words(searchText);
    const notifications = user.words(notificationsText);

    // Monday: what is new since they were here.
    const news = `Timetables for ${who}`;
    const { id: topic } = await transact(department.context, by, (work) =>
      createTopic(work, {
        group: group.id,
        author: ada.id,
        title: news,
        ...markdownText('Do buses run early enough?'),
      }),
    );
    await answer(topic, 'In Harrowdean they do.');
    await settleAll([department, council]);
    await user.open(council.origin);
    await user.sees(feed('newSince'));
    await user.look('new since they were here');
    await user.follow(news);
    await user.at(news);

    // A reply, with time to think again.
    await user.unfold(who, user.page.locator('.app-account'));
    await user.follow(user.words(shellText)('profile'), user.page);
    await user.follow(people('posting'));
    await user.pick(posts('undoFor'), posts('undoSeconds', { seconds: 60 }));
    await user.press(posts('save'));
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

    // Was this not asked before?
    await user.open(`${council.origin}/search`);
    await user.look('search');
    await user.write(search('words'), 'discretionary');
    await user.press(search('search'));
    await user.sees('Discretionary passes');
    await user.look('search found');

    // A mail about their question; they have had enough of that topic, and need no sign-in to say so.
    await user.open(council.origin);
    await user.follow(question);
    const before = mail.mails.length;
    await answer(await atDepartment(user), 'And we ask for a police report.');
    await settleAll([department, council]);
    await until(() => mail.mails.length > before, longest);
    const received = mail.mails.at(-1);
    const stop = [...(received?.text.matchAll(/https?:\S+\/notifications\/mute\/\S+/g) ?? [])].map(
      ([address]) => address,
    );
    expect(stop.length).toBeGreaterThan(0);
    await using outside = await openUser(browser, user.way, 'officer-mail');
    await outside.open(stop[0] ?? '');
    await outside.look('stop this mail');
    await outside.press(notifications('muteButton'));
    await outside.at(notifications('muteDone'));
    await outside.look('mail stopped');
    await user.open(`${council.origin}/notifications/settings`);
    await user.look('what they hear of');

    // A group of an agency without an agreement.
    const wanted = `${vale.origin}/groups/0190a000-0000-7000-8000-000000000001`;
    await user.open(`${council.origin}/follow?uri=${encodeURIComponent(wanted)}`);
    await user.look('no agreement');
    await user.press(new RegExp(`^(${links('askSend')}|${links('askChange')})$`));
    await user.sees(links('askReasonMissing'));
    await user.write(links('askReason'), 'Their passes work on the same buses');
    await user.press(links('askSend'));
    await user.sees(links('askSent'));
    await user.look('asked for an agreement');

    // A long text, and a session that ends meanwhile.
    await user.open(council.origin);
    await user.follow('Concessionary travel');
    await user.follow(posts('newTopic'));
    await user.write(posts('title'), 'What we learned');
    await user.write(posts('content'), 'An hour of writing');
    await endAllSessions(who);
    await user.press(posts('post'));
    await user.at(people('signIn'));
    await user.write(people('email'), `${who.toLowerCase().replaceAll(' ', '.')}@council.example`);
    await user.write(people('password'), password);
    await user.press(people('signIn'));
    await user.at(posts('newTopic'));
    await user.look('what was typed is still there');
    expect(await user.page.getByLabel(posts('content'), { exact: true }).inputValue()).toBe('An hour of writing');

    // Friday: the list of their groups, nothing left to read.
    await user.open(`${council.origin}/groups`);
    await user.at(groups('groups'));
    await user.look('their groups');
  }

  async function endAllSessions(name: string): Promise<void> {
    await transact(council.context, by, async (work) => {
      const found = await work.db
        .selectFrom('account')
        .innerJoin('person', 'person.id', 'account.person_id')
        .select('account.id')
        .where('person.name', '=', name)
        .executeTakeFirstOrThrow();
      await work.db
        .updateTable('session')
        .set({ expires_at: '2020-01-01T00:00:00.000Z' })
        .where('account_id', '=', found.id)
        .execute();
    });
  }
});
