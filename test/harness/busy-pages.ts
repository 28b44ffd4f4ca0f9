import type { Context } from '@joinery/core';
import { type BusyNode, words } from './busy-node.ts';
import { pageRoutes } from './routes.ts';

/** An address that is asked for, and by whom. */
export type AskedPage = { name: string; path: string; as: 'reader' | 'officer' | 'nobody' };

/** Pages that nobody waits for day by day, by the address that their route names, and why. */
const notMeasured: Record<string, string> = {
  ...same('opened once, by who holds its token', [
    '/sign-in/link/:token',
    '/register/:token',
    '/notifications/mute/:token',
    '/sign-in/code',
    '/profile/sign-in/confirm',
  ]),
  ...same('says what was done and reads nothing', ['/register', '/register/sent', '/register/waiting']),
  ...same('leads on to another address', ['/notifications/:id', '/sign-in/with/:id', '/sign-in/with/:id/answer']),
  ...same('gives a file or what a program asks for', [
    '/files/:id',
    '/files/:id/:person/:until/:mac',
    '/emergency/:id/files/:file',
    '/groups/:id/library/zip',
    '/folders/:id/zip',
    '/uploads/:id',
    '/administration/style/preview.css',
    ...['register.csv', 'register.pdf', 'export', ':id/letter.pdf', ':id/proof.pdf'].map(
      (name) => `/administration/partners/${name}`,
    ),
  ]),
  ...same('needs an identity provider that answers, or a device', [
    '/administration/sign-in/:id',
    '/administration/sign-in/:id/remove',
    '/administration/people/:id/sign-in/links/:identity/unlink',
    '/profile/sign-in/passkeys/:id',
  ]),
  ...same('is there for one proposal or guest, of which there are few', [
    '/administration/partners/proposals/accept',
    '/guests/:id',
  ]),
  ...same('is there after a restore only, until it is answered', ['/groups/:id/confirm']),
};

function same(why: string, routes: string[]): Record<string, string> {
  return Object.fromEntries(routes.map((route) => [route, why]));
}

/** What of the page routes of all slices is neither measured nor named with a reason, and what is named and no route. */
export function unmeasured(pages: readonly AskedPage[]): string[] {
  const routes = pageRoutes();
  const asked = new Set(pages.map(({ path }) => routeOf(routes, path.replace(/\?.*$/, ''))));
  const missing = routes.filter((route) => !asked.has(route) && !(route in notMeasured));
  const named = Object.keys(notMeasured).filter((route) => !routes.includes(route) || asked.has(route));
  return [...missing.map((route) => `${route} is not measured`), ...named.map((route) => `${route} is named in vain`)];
}

/** The route that answers at a path: of several the one with the fewest parameters. */
function routeOf(routes: readonly string[], path: string): string | undefined {
  return routes
    .filter((route) => new RegExp(`^${route.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`).test(path))
    .sort((one, other) => one.split(':').length - other.split(':').length)[0];
}

/** Every page that people open day by day, on a node that `makeBusy` made and that has done all that follows from it. */
export async function busyPages({ db }: Pick<Context, 'db'>, busy: BusyNode): Promise<AskedPage[]> {
  const { groups, topics, more } = busy;
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
    // Not the document that is in the bin.
    .where('deleted_at', 'is', null)
    .orderBy('id')
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
    reader('folder', `/folders/${more.library.folder}`),
    reader('change a folder', `/folders/${more.library.folder}/edit`),
    reader('document, 12 versions', `/posts/${more.library.document}`),
    reader('new version', `/documents/${more.library.document}/version`),
    reader('move a document', `/documents/${more.library.document}/move`),
    reader('file', `/files/${more.file}/view`),
    reader('who opened a file', `/files/${more.file}/readers`),
    reader('new topic', `/groups/${groups.large}/new`),
    reader('topic, 300 replies', `/posts/${topics.long}`),
    reader('topic', `/posts/${topics.short}`),
    reader('topic elsewhere', `/posts/${topics.elsewhere}`),
    reader('history of a post', `/posts/${topics.short}/history`),
    reader('where a post is', `/posts/${own.id}/delivery`),
    reader('edit a post', `/posts/${own.id}/edit`),
    reader('delete a post', `/posts/${own.id}/delete`),
    reader('remove a post', `/posts/${topics.long}/remove`),
    officer('hide a post', `/posts/${topics.elsewhere}/hide`),
    reader('report a post', `/posts/${topics.long}/report`),
    reader('post that has not left', `/outgoing/${more.held}`),
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
    reader('new group', '/groups/new'),
    reader('group by its link', '/groups/join'),
    reader('page by its link', '/follow'),
    officer('ask to join', `/groups/${groups.asked}/ask`),
    reader('member', `/groups/${groups.large}/members/${busy.colleague}`),
    reader('invite to a group', `/groups/${groups.large}/invite?q=jan`),
    reader('tag', '/tags/parkeren'),
    reader('people', '/people'),
    reader('people by name', '/people?q=bakker'),
    reader('profile of a colleague', `/people/${busy.colleague}`),
    reader('profile of my own', '/profile'),
    reader('sign-in and sessions', '/profile/sign-in'),
    reader('passkeys', '/profile/sign-in/passkeys'),
    reader('second step', '/profile/sign-in/code'),
    reader('password', '/profile/password'),
    reader('posting', '/profile/posting'),
    reader('what one wrote', '/profile/written'),
    reader('who may write', '/profile/conversations'),
    reader('conversations', '/conversations'),
    reader('conversation', `/conversations/${busy.conversation}`),
    reader('conversation over nodes', `/conversations/${more.over}`),
    reader('people of a conversation over nodes', `/conversations/${more.over}/people`),
    reader('leave a conversation', `/conversations/${busy.conversation}/leave`),
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
    officer('new partner', `${partners}/new`),
    officer('partner', `${partners}/${partner?.id}`),
    officer('change a partner', `${partners}/${partner?.id}/edit`),
    officer('suspend a partner', `${partners}/${partner?.id}/decide?what=suspend`),
    officer('import partners', `${partners}/import`),
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
    officer('add a person', '/administration/people/new'),
    officer('import people', '/administration/people/import'),
    officer('disable a person', `/administration/people/${busy.reader}/disable`),
    officer('restored', '/administration/restored'),
    officer('people after the restore', '/administration/restored/people'),
    officer('registration', '/administration/registration'),
    officer('guests of mine', '/guests'),
    officer('new guest', '/guests/new'),
    officer('guests of all', '/administration/guests'),
    officer('emergency access', '/administration/emergency'),
    officer('emergency, asked', `/emergency/${more.emergency.asked}`),
    officer('emergency, open', `/emergency/${more.emergency.open}`),
    officer('topics in an emergency', `/emergency/${more.emergency.open}/topics`),
    officer('topic in an emergency', `/emergency/${more.emergency.open}/topics/${more.emergency.topic}`),
    reader('who read a group in an emergency', `/groups/${groups.closed}/emergency`),
    officer('reported messages', '/administration/messages'),
    officer('administration', '/administration'),
    officer('health', '/administration/health'),
    officer('first steps', '/administration/start'),
    officer('groups after a restore', '/administration/restored/groups'),
    officer('safe defaults', '/administration/defaults'),
    officer('house style', '/administration/style'),
    officer('mail', '/administration/mail'),
    officer('identity providers', '/administration/sign-in'),
    officer('new identity provider', '/administration/sign-in/new'),
    nobody('sign in', '/sign-in'),
  ];
}
