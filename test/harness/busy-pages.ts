import type { Context } from '@joinery/core';
import { type BusyNode, words } from './busy-node.ts';

/** An address that is asked for, and by whom. */
export type AskedPage = { name: string; path: string; as: 'reader' | 'officer' | 'nobody' };

/** Every page that people open day by day, on a node that `makeBusy` made and that has done all that follows from it. */
export async function busyPages({ db }: Pick<Context, 'db'>, busy: BusyNode): Promise<AskedPage[]> {
  const { groups, topics } = busy;
  const partner = await db.reader
    .selectFrom('partner_host')
    .select('partner_id as id')
    .where('origin', '=', busy.partner)
    .executeTakeFirst();
  const own = await db.reader
    .selectFrom('post')
    .select('id')
    .where('author_id', '=', busy.reader)
    .where('group_id', '=', groups.large)
    .limit(1)
    .executeTakeFirstOrThrow();
  const page = (as: AskedPage['as']) => (name: string, path: string) => ({ name, path, as });
  const [reader, officer, nobody] = [page('reader'), page('officer'), page('nobody')];
  const search = (name: string, query: string) => reader(`search: ${name}`, `/search?${query}`);
  const partners = '/administration/partners';
  return [
    reader('home', '/'),
    reader('groups of mine', '/groups'),
    reader('groups here', '/groups?at=here'),
    reader('at other agencies', '/groups?at=elsewhere'),
    reader('group, 10,000 posts', `/groups/${groups.large}`),
    reader('group, small', `/groups/${groups.small}`),
    reader('group, closed', `/groups/${groups.closed}`),
    reader('group elsewhere', `/groups/${groups.elsewhere}`),
    nobody('group, signed out', `/groups/${groups.large}`),
    reader('topics of a group', `/groups/${groups.large}/topics`),
    reader('library', `/groups/${groups.large}/library`),
    reader('add to a library', `/groups/${groups.large}/library/add`),
    reader('new folder', `/groups/${groups.large}/library/folders`),
    reader('bin of a library', `/groups/${groups.large}/library/bin`),
    reader('new topic', `/groups/${groups.large}/new`),
    reader('topic, 300 replies', `/posts/${topics.long}`),
    reader('topic', `/posts/${topics.short}`),
    reader('topic elsewhere', `/posts/${topics.elsewhere}`),
    reader('history of a post', `/posts/${topics.short}/history`),
    reader('where a post is', `/posts/${own.id}/delivery`),
    reader('suggestions', `/groups/${groups.large}/suggestions?q=@an`),
    nobody('feed of a group', `/groups/${groups.large}/feed.atom`),
    reader('members, 460', `/groups/${groups.large}/members`),
    reader('members by name', `/groups/${groups.large}/members?q=visser`),
    reader('settings of a group', `/groups/${groups.large}/settings`),
    reader('classification of a group', `/groups/${groups.large}/classification`),
    reader('who asks to join', `/groups/${groups.large}/requests`),
    reader('how requests are handled', `/groups/${groups.large}/requests/settings`),
    reader('what a group promises', `/groups/${groups.large}/terms`),
    reader('change what it promises', `/groups/${groups.large}/terms/edit`),
    reader('reports of a group', `/groups/${groups.large}/reports`),
    reader('invite to a group', `/groups/${groups.large}/invite?q=jan`),
    reader('tag', '/tags/parkeren'),
    reader('people', '/people'),
    reader('people by name', '/people?q=bakker'),
    reader('profile of a colleague', `/people/${busy.colleague}`),
    reader('profile of my own', '/profile'),
    reader('sign-in and sessions', '/profile/sign-in'),
    reader('passkeys', '/profile/sign-in/passkeys'),
    reader('posting', '/profile/posting'),
    reader('who may write', '/profile/conversations'),
    reader('conversations', '/conversations'),
    reader('conversation', `/conversations/${busy.conversation}`),
    reader('people of a conversation', `/conversations/${busy.conversation}/people`),
    reader('new conversation', '/conversations/new'),
    reader('people to talk with', '/conversations/suggestions?q=an'),
    reader('notifications', '/notifications'),
    reader('notification settings', '/notifications/settings'),
    search('a rare word', `q=${words.rare}`),
    search('a word in most posts', `q=${words.common}`),
    search('the commonest word', 'q=de'),
    search('two words', `q=${words.common}+vergunning`),
    search('a beginning', 'q=parkeer+ver'),
    search('a phrase', 'q=%22de+van%22'),
    search('without a word', 'q=parkeren+-vergunning'),
    search('newest first', `q=${words.common}&order=newest`),
    search('in a group', `q=${words.common}&group=${groups.large}`),
    search('by language and days', `q=${words.common}&language=nl&since=2026-01-01&until=2026-06-30`),
    search('by agency', `q=${words.common}&agency=gemeente`),
    search('only groups', 'q=werkgroep&kind=group'),
    search('only people', 'q=visser&kind=person'),
    search('nothing', 'q=zzzzzz'),
    officer('home of the officer', '/'),
    officer('partners', partners),
    officer('partners by name', `${partners}?q=gemeente&show=in-force&sort=ends`),
    officer('partner', `${partners}/${partner?.id}`),
    officer('proof of a partner', `${partners}/${partner?.id}/proof`),
    officer('requests of partners', `${partners}/proposals`),
    officer('what leaves', `${partners}/traffic`),
    officer('register', `${partners}/register`),
    officer('introduced nodes', `${partners}/introduced`),
    officer('labels of groups', `${partners}/labels`),
    officer('explain', `${partners}/explain?origin=${busy.partner}`),
    officer('rehearsal', `${partners}/rehearsal`),
    officer('manage people', '/administration/people'),
    officer('manage a person', `/administration/people/${busy.reader}`),
    officer('how a person signs in', `/administration/people/${busy.reader}/sign-in`),
    officer('registration', '/administration/registration'),
    officer('guests of mine', '/guests'),
    officer('guests of all', '/administration/guests'),
    officer('emergency access', '/administration/emergency'),
    reader('who read a group in an emergency', `/groups/${groups.closed}/emergency`),
    officer('reported messages', '/administration/messages'),
    officer('administration', '/administration'),
    officer('health', '/administration/health'),
    officer('first steps', '/administration/start'),
    officer('safe defaults', '/administration/defaults'),
    officer('house style', '/administration/style'),
    officer('mail', '/administration/mail'),
    officer('identity providers', '/administration/sign-in'),
  ];
}
