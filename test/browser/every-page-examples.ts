import type { Page } from 'playwright-core';
import type { EveryState } from './every-state.ts';

/** Who looks: somebody with all roles, a member, somebody who has just begun, and a stranger. */
export type Viewer = 'owner' | 'member' | 'newcomer' | 'nobody';

/** One address to look at, and what is done there first: a form that is sent, for example. */
export type Example = {
  path: string;
  as: Viewer;
  /** 200 unless stated. */
  status?: number;
  /** Name of its picture. */
  name: string;
  before?: (page: Page) => Promise<unknown>;
};

/** An address that answers with something else than a page. */
export type Download = { download: string; as: Viewer };

const send = (name: string | RegExp) => (page: Page) => page.locator('main').getByRole('button', { name }).click();
const filled = (fields: Record<string, string>, button: string | RegExp) => async (page: Page) => {
  for (const [name, value] of Object.entries(fields)) await page.locator(`main [name="${name}"]`).fill(value);
  await send(button)(page);
};
const failed = { status: 422 };

/** Addresses for every route of every slice that answers GET. A route without an entry is a fault. */
export function examplesOf({
  groups,
  posts,
  others,
  partners,
  links,
  people,
  node,
  providers,
  passkeys,
  file,
  papers,
  library,
  emergency,
  notification,
  conversations,
}: EveryState) {
  const list = '/administration/partners';
  const partner = (name: string) => `${list}/${partners.get(`https://${name}.example`)}`;
  const states = ['soon', 'named', 'expired', 'later', 'renewed', 'suspended', 'spam', 'wanted'];
  const owner = 'owner';
  const examples: Record<string, (Example | Download)[]> = {
    '/': [
      { path: '/', as: owner, name: 'home' },
      { path: '/', as: 'member', name: 'home member' },
      { path: '/', as: 'newcomer', name: 'home new' },
      { path: '/', as: 'nobody', name: 'home signed out' },
    ],
    '/sign-in': [
      { path: '/sign-in?next=/groups', as: 'nobody', name: 'sign-in' },
      { path: `/sign-in?next=/posts/${posts.thread}`, as: 'nobody', name: 'sign-in to a post' },
      { path: '/sign-in', as: 'nobody', name: 'sign-in error', before: send(/^(Sign in|Inloggen)$/), ...failed },
    ],
    '/guests': [
      { path: '/guests', as: owner, name: 'guests' },
      { path: '/guests', as: 'member', name: 'guests not allowed', status: 403 },
    ],
    '/guests/new': [
      { path: '/guests/new', as: owner, name: 'guest new' },
      { path: '/guests/new', as: owner, name: 'guest new error', before: send(/^Invite$|^Uitnodigen$/), ...failed },
    ],
    '/guests/:id': [
      { path: `/guests/${others.guest}`, as: owner, name: 'guest' },
      {
        path: `/guests/${others.guest}`,
        as: owner,
        name: 'guest link',
        before: send(/Make a new sign-in link|Een nieuwe inloglink maken/),
      },
    ],
    '/administration/guests': [{ path: '/administration/guests', as: owner, name: 'guests administration' }],
    '/administration/emergency': [
      { path: '/administration/emergency', as: owner, name: 'emergency' },
      {
        path: '/administration/emergency',
        as: owner,
        name: 'emergency error',
        before: send(/^Ask$|^Vragen$/),
        ...failed,
      },
    ],
    '/emergency/:id': [
      { path: `/emergency/${emergency.asked}`, as: owner, name: 'emergency asked' },
      { path: `/emergency/${emergency.open}`, as: owner, name: 'emergency open' },
    ],
    '/emergency/:id/topics': [{ path: `/emergency/${emergency.open}/topics`, as: owner, name: 'emergency topics' }],
    '/emergency/:id/topics/:topic': [
      { path: `/emergency/${emergency.open}/topics/${emergency.topic}`, as: owner, name: 'emergency topic' },
    ],
    '/emergency/:id/files/:file': [
      { path: `/emergency/${emergency.open}/files/${file}`, as: owner, name: 'emergency file missing', status: 404 },
    ],
    '/groups/:id/emergency': [
      { path: `/groups/${groups.closed}`, as: owner, name: 'emergency on a group' },
      { path: `/groups/${groups.closed}/emergency`, as: owner, name: 'emergency of a group' },
      { path: `/groups/${groups.open}/emergency`, as: 'member', name: 'emergency of a group none' },
    ],
    '/register': [
      { path: '/register', as: 'nobody', name: 'sign up' },
      {
        path: '/register',
        as: 'nobody',
        name: 'sign up error',
        before: send(/Send me the mail|Stuur mij de mail/),
        ...failed,
      },
    ],
    '/register/sent': [{ path: '/register/sent', as: 'nobody', name: 'sign up sent' }],
    '/register/waiting': [{ path: '/register/waiting', as: 'nobody', name: 'sign up waiting' }],
    '/register/:token': [
      { path: links.register, as: 'nobody', name: 'sign up confirm' },
      {
        path: links.register,
        as: 'nobody',
        name: 'sign up confirm error',
        before: send(/Make my account|Mijn account maken/),
        ...failed,
      },
      { path: '/register/used', as: 'nobody', name: 'sign up used', status: 410 },
    ],
    '/administration/registration': [
      { path: '/administration/registration', as: owner, name: 'registration' },
      {
        path: '/administration/registration',
        as: owner,
        name: 'registration error',
        before: send(/Refuse those chosen|Gekozen aanvragen weigeren/),
        ...failed,
      },
    ],
    '/sign-in/link/:token': [
      { path: new URL(links.person).pathname, as: 'nobody', name: 'sign-in link' },
      { path: links.administrator, as: 'nobody', name: 'first administrator' },
      {
        path: links.administrator,
        as: 'nobody',
        name: 'first administrator error',
        before: send(/Create my account|Mijn account maken/),
        ...failed,
      },
      { path: '/sign-in/link/used', as: 'nobody', name: 'sign-in link used', status: 410 },
    ],
    '/follow': [
      { path: '/follow', as: 'member', name: 'open a link' },
      { path: '/follow?uri=nothing', as: 'member', name: 'open a link error', ...failed },
      {
        path: '/follow?uri=https://unknown.example/groups/1',
        as: 'member',
        name: 'open a link without agreement',
      },
      {
        path: '/follow?uri=https://unknown.example/groups/1',
        as: 'member',
        name: 'ask for an agreement error',
        before: send(/Ask for an agreement|Om een afspraak vragen/),
        ...failed,
      },
      { path: '/follow?uri=https://spam.example/groups/1', as: 'member', name: 'open a link blocked' },
    ],
    '/sign-in/with/:id': [
      { path: `/sign-in/with/${providers.draft}`, as: 'nobody', name: 'sign-in not offered', status: 404 },
    ],
    '/sign-in/with/:id/answer': [
      { path: `/sign-in/with/${providers.live}/answer`, as: 'nobody', name: 'sign-in begun elsewhere', status: 403 },
    ],
    '/sign-in/code': [
      { path: '/sign-in', as: 'nobody', name: 'sign-in code', before: filled(links.careful, /^(Sign in|Inloggen)$/) },
    ],
    '/profile/sign-in/code': [
      { path: '/profile/sign-in/code', as: 'member', name: 'second step' },
      {
        path: '/profile/sign-in/code',
        as: 'member',
        name: 'second step error',
        before: send(/Turn it on|Aanzetten/),
        ...failed,
      },
    ],
    '/profile/sign-in/passkeys': [
      { path: '/profile/sign-in/passkeys', as: owner, name: 'passkeys' },
      { path: '/profile/sign-in/passkeys', as: 'newcomer', name: 'passkeys none' },
    ],
    '/profile/sign-in/passkeys/:id': [
      { path: `/profile/sign-in/passkeys/${passkeys.last}`, as: owner, name: 'passkey last' },
      { path: `/profile/sign-in/passkeys/${passkeys.one}`, as: 'member', name: 'passkey' },
    ],
    '/profile/sign-in/confirm': [{ path: '/profile/sign-in/confirm', as: 'member', name: 'confirm' }],
    '/administration/people/:id/sign-in': [
      { path: `/administration/people/${people.owner.id}/sign-in`, as: owner, name: 'ways of a person' },
      {
        path: `/administration/people/${people.owner.id}/sign-in`,
        as: owner,
        name: 'link preview',
        before: filled({ subject: 'f2b8-4c1e' }, /Show what this does|Laten zien wat dit doet/),
      },
      {
        path: `/administration/people/${people.member.id}/sign-in`,
        as: owner,
        name: 'link error',
        before: filled({ subject: 'mia@example.test' }, /Show what this does|Laten zien wat dit doet/),
        ...failed,
      },
    ],
    '/administration/people/:id/sign-in/links/:identity/unlink': [
      {
        path: `/administration/people/${people.newcomer.id}/sign-in/links/${passkeys.link}/unlink`,
        as: owner,
        name: 'unlink preview',
      },
    ],
    '/administration/sign-in': [{ path: '/administration/sign-in', as: owner, name: 'identity providers' }],
    '/administration/sign-in/new': [
      { path: '/administration/sign-in/new', as: owner, name: 'new provider' },
      {
        path: '/administration/sign-in/new',
        as: owner,
        name: 'new provider error',
        before: filled({ name: 'Agency', issuer: 'https://nowhere.example' }, /Add a provider|Provider toevoegen/),
        ...failed,
      },
    ],
    '/administration/sign-in/:id': [
      { path: `/administration/sign-in/${providers.live}`, as: owner, name: 'provider' },
      { path: `/administration/sign-in/${providers.tried}`, as: owner, name: 'provider tried' },
      { path: `/administration/sign-in/${providers.draft}`, as: owner, name: 'provider draft' },
      {
        path: `/administration/sign-in/${providers.live}`,
        as: owner,
        name: 'provider trial',
        before: (page) =>
          page
            .locator('main')
            .getByRole('link', { name: /Try a sign-in|Inloggen proberen/ })
            .click(),
      },
    ],
    '/administration/sign-in/:id/remove': [
      { path: `/administration/sign-in/${providers.live}/remove`, as: owner, name: 'remove provider' },
    ],
    '/profile/sign-in': [
      { path: '/profile/sign-in', as: owner, name: 'security' },
      {
        path: '/profile/sign-in',
        as: 'member',
        name: 'security link',
        before: (page) =>
          page
            .locator('main')
            .getByRole('link', { name: /Link with|Koppelen aan/ })
            .click(),
      },
      {
        path: '/profile/sign-in',
        as: 'member',
        name: 'security token',
        before: filled({ tokenName: 'Calendar' }, /Make a token|Token maken/),
      },
      {
        path: '/profile/sign-in',
        as: 'member',
        name: 'security error',
        before: send(/Make a token|Token maken/),
        ...failed,
      },
    ],
    '/search': [
      { path: '/search', as: 'member', name: 'search' },
      { path: '/search?q=permit', as: 'member', name: 'search found' },
      { path: '/search?q=permit&kind=group', as: 'member', name: 'search groups' },
      { path: '/search?q=anna&kind=person', as: 'member', name: 'search people' },
      { path: '/search?q=permit+register&language=en&order=newest', as: 'member', name: 'search narrowed' },
      { path: `/search?q=permit&group=${groups.open}`, as: 'member', name: 'search in group' },
      { path: '/search?q=xyzzy&kind=post&agency=council', as: 'member', name: 'search none' },
      { path: '/search?q=-permit', as: 'member', name: 'search only excluded' },
      { path: '/search?q=permit&since=soon', as: 'member', name: 'search error', ...failed },
    ],
    '/people': [
      { path: '/people', as: owner, name: 'people' },
      { path: '/people?q=anna', as: 'member', name: 'people found' },
      { path: '/people?q=xyz', as: 'member', name: 'people none' },
    ],
    '/files/:id': [
      { download: `/files/${file}`, as: 'member' },
      { path: `/files/${groups.open}`, as: 'member', name: 'file missing', status: 404 },
    ],
    '/files/:id/view': [
      { path: `/files/${file}/view`, as: 'member', name: 'file image' },
      { path: `/files/${papers.markdown}/view`, as: owner, name: 'file Markdown' },
      { path: `/files/${papers.table}/view`, as: owner, name: 'file table' },
      { path: `/files/${papers.pdf}/view`, as: owner, name: 'file PDF' },
      { path: `/files/${papers.other}/view`, as: owner, name: 'file not shown' },
    ],
    '/files/:id/readers': [
      { path: `/files/${papers.table}/readers`, as: owner, name: 'file readers' },
      { path: `/files/${papers.markdown}/readers`, as: owner, name: 'file readers none' },
      { path: `/files/${papers.table}/readers`, as: 'newcomer', name: 'file readers not allowed', status: 404 },
    ],
    '/files/:id/:person/:until/:mac': [
      { path: `/files/${file}/${people.member.id}/1/over`, as: 'member', name: 'file pass over', status: 404 },
    ],
    '/uploads/:id': [{ path: `/uploads/${file}`, as: owner, name: 'upload of another', status: 404 }],
    '/people/:id': [
      { path: `/people/${people.member.id}`, as: owner, name: 'person' },
      { path: `/people/${people.member.id}`, as: 'member', name: 'person self' },
      { path: `/people/${others.elsewhere}`, as: 'member', name: 'person elsewhere' },
      { path: `/people/${others.leaver}`, as: 'member', name: 'person left' },
      { path: `/people/${others.guest}`, as: 'member', name: 'person guest' },
    ],
    '/profile': [
      { path: '/profile', as: 'member', name: 'profile' },
      {
        path: '/profile',
        as: 'member',
        name: 'profile error',
        before: filled({ name: '' }, /Save|Opslaan/),
        ...failed,
      },
    ],
    '/profile/conversations': [{ path: '/profile/conversations', as: 'member', name: 'who may write' }],
    '/profile/written': [{ path: '/profile/written', as: 'member', name: 'written' }],
    '/profile/posting': [{ path: '/profile/posting', as: 'member', name: 'posting' }],
    '/outgoing/:id': [
      { path: `/outgoing/${posts.held}`, as: 'member', name: 'not left yet' },
      {
        path: `/outgoing/${posts.held}`,
        as: 'member',
        name: 'not left yet error',
        before: async (page) => {
          await page.locator('main summary').click();
          await filled({ title: '', content: '' }, /^(Save|Opslaan)$/)(page);
        },
        ...failed,
      },
    ],
    '/profile/password': [
      { path: '/profile/password', as: 'member', name: 'password' },
      {
        path: '/profile/password',
        as: 'member',
        name: 'password error',
        before: filled({ password: 'short' }, /Change password|Wachtwoord wijzigen/),
        ...failed,
      },
    ],
    '/administration/people': [{ path: '/administration/people', as: owner, name: 'manage people' }],
    '/administration/people/new': [
      { path: '/administration/people/new', as: owner, name: 'add person' },
      {
        path: '/administration/people/new',
        as: owner,
        name: 'add person error',
        before: filled({ email: 'nothing' }, /Add a person|Persoon toevoegen/),
        ...failed,
      },
    ],
    '/administration/people/import': [
      { path: '/administration/people/import', as: owner, name: 'import people' },
      {
        path: '/administration/people/import',
        as: owner,
        name: 'import people preview',
        before: filled(
          { text: 'name,email\nJo Good,jo@example.test\nNed Never,ned@example.test' },
          /Check|controleren/,
        ),
      },
      {
        path: '/administration/people/import',
        as: owner,
        name: 'import people error',
        before: filled({ text: 'name,email\nJo Good,jo@example.test\nBad,nothing' }, /Check|controleren/),
        ...failed,
      },
    ],
    '/administration/people/:id': [
      { path: `/administration/people/${people.member.id}`, as: owner, name: 'administer person' },
      { path: `/administration/people/${others.leaver}`, as: owner, name: 'administer leaver' },
      {
        path: `/administration/people/${others.colleague}`,
        as: owner,
        name: 'administer person link',
        before: send(/Make a sign-in link|Inloglink maken/),
      },
    ],
    '/administration/people/:id/disable': [
      { path: `/administration/people/${people.member.id}/disable`, as: owner, name: 'disable person' },
    ],
    '/groups': [
      { path: '/groups', as: 'member', name: 'groups mine' },
      { path: '/groups', as: 'newcomer', name: 'groups none' },
      { path: '/groups?at=here', as: 'member', name: 'groups here' },
      { path: '/groups?at=elsewhere', as: 'member', name: 'groups elsewhere' },
      { path: '/groups?at=here&q=xyz', as: 'member', name: 'groups not found' },
      { path: '/groups', as: 'nobody', name: 'groups signed out' },
    ],
    '/groups/new': [
      { path: '/groups/new', as: 'member', name: 'new group' },
      {
        path: '/groups/new',
        as: 'member',
        name: 'new group error',
        before: send(/Make the group|Groep maken/),
        ...failed,
      },
    ],
    '/groups/join': [
      { path: '/groups/join', as: 'member', name: 'open by link' },
      {
        path: '/groups/join',
        as: 'member',
        name: 'open by link error',
        before: filled({ reference: 'nothing' }, /Look it up|Opzoeken/),
        ...failed,
      },
    ],
    '/groups/:id': [
      { path: `/groups/${groups.open}`, as: owner, name: 'group' },
      { path: `/groups/${groups.open}`, as: 'member', name: 'group member' },
      { path: `/groups/${groups.open}`, as: 'newcomer', name: 'group before joining' },
      { path: `/groups/${groups.remote}`, as: 'member', name: 'group elsewhere' },
      { path: `/groups/${groups.remote}`, as: 'newcomer', name: 'group elsewhere before joining' },
      { path: `/groups/${groups.request}`, as: owner, name: 'group on request' },
      { path: `/groups/${groups.closed}`, as: 'member', name: 'group closed' },
      { path: `/groups/${groups.closed}`, as: 'newcomer', name: 'group closed landing' },
      { path: `/groups/${groups.hidden}`, as: owner, name: 'group hidden' },
      { path: `/groups/${groups.invited}`, as: 'member', name: 'group invited' },
      { path: `/groups/${groups.shut}`, as: 'member', name: 'group shut' },
      { path: `/groups/${groups.archived}`, as: owner, name: 'group archived' },
      { path: `/groups/${groups.empty}`, as: owner, name: 'group empty' },
      { path: `/groups/${groups.web}`, as: 'nobody', name: 'group signed out' },
      {
        path: `/groups/${groups.web}`,
        as: 'nobody',
        name: 'own node error',
        before: filled({ node: 'me@agency.example' }, /own agency|eigen organisatie/),
        ...failed,
      },
      { path: `/groups/${groups.hidden}`, as: 'member', name: 'error 404', status: 404 },
      { path: `/groups/${groups.hidden}`, as: 'nobody', name: 'error 404 signed out', status: 404 },
      { path: `/groups/${groups.open}/join`, as: 'member', name: 'error 405', status: 405 },
      { path: '/broken', as: 'member', name: 'error 500', status: 500 },
    ],
    '/groups/:id/members': [
      { path: `/groups/${groups.open}/members`, as: owner, name: 'members' },
      { path: `/groups/${groups.request}/members`, as: owner, name: 'members requests' },
      { path: `/groups/${groups.remote}/members`, as: 'member', name: 'members elsewhere' },
      { path: `/groups/${groups.open}/members?q=xyz`, as: 'member', name: 'members none' },
    ],
    '/groups/:id/members/:person': [
      { path: `/groups/${groups.request}/members/${others.requester}`, as: owner, name: 'member asking' },
      { path: `/groups/${groups.open}/members/${people.member.id}`, as: owner, name: 'member' },
      { path: `/groups/${groups.open}/members/${others.banned}`, as: owner, name: 'member banned' },
      { path: `/groups/${groups.open}/members/${others.elsewhere}`, as: owner, name: 'member elsewhere' },
    ],
    '/groups/:id/confirm': [
      { path: `/groups/${groups.shut}/confirm`, as: owner, name: 'open a shut group' },
      { path: `/groups/${groups.shutOpen}/confirm`, as: owner, name: 'open a shut group for others' },
    ],
    '/groups/:id/invite': [
      { path: `/groups/${groups.open}/invite?q=n`, as: owner, name: 'invite' },
      { path: `/groups/${groups.closed}/invite`, as: owner, name: 'invite closed' },
      {
        ...{ path: `/groups/${groups.closed}/invite`, as: owner, name: 'invite first of a node' },
        before: filled({ reference: others.elsewhereUri }, /^(Invite|Uitnodigen)$/),
      },
    ],
    '/groups/:id/settings': [
      { path: `/groups/${groups.open}/settings`, as: owner, name: 'settings' },
      { path: `/groups/${groups.closed}/settings?saved=1`, as: owner, name: 'settings saved' },
      {
        path: `/groups/${groups.open}/settings`,
        as: owner,
        name: 'settings error',
        before: filled({ name: '' }, /^(Save|Opslaan)$/),
        ...failed,
      },
      { path: `/groups/${groups.open}/settings`, as: 'member', name: 'error 403', status: 403 },
    ],
    '/groups/:id/classification': [
      { path: `/groups/${groups.open}/classification`, as: owner, name: 'classification' },
      { path: `/groups/${groups.closed}/classification`, as: owner, name: 'classification closed' },
      {
        path: `/groups/${groups.open}/classification`,
        as: owner,
        name: 'classification error',
        before: filled({ reason: '' }, /^(Save|Opslaan)$/),
        ...failed,
      },
    ],
    '/groups/:id/ask': [
      { path: `/groups/${groups.closed}/ask`, as: 'newcomer', name: 'ask to join' },
      {
        path: `/groups/${groups.closed}/ask`,
        as: 'newcomer',
        name: 'ask to join error',
        before: filled({ answer1: 'I answer the phone at night.' }, /^(Send the request|Aanvraag versturen)$/),
        ...failed,
      },
    ],
    '/groups/:id/requests': [
      { path: `/groups/${groups.request}/requests`, as: owner, name: 'queue' },
      { path: `/groups/${groups.closed}/requests?done=2&faster=1`, as: owner, name: 'queue decided' },
      { path: `/groups/${groups.open}/requests`, as: owner, name: 'queue none' },
      {
        path: `/groups/${groups.request}/requests`,
        as: owner,
        name: 'queue error',
        before: filled({ reason: 'See you on Monday.' }, /^(Let in|Toelaten)$/),
        ...failed,
      },
    ],
    '/groups/:id/requests/settings': [
      { path: `/groups/${groups.closed}/requests/settings?saved=1`, as: owner, name: 'queue settings' },
    ],
    '/groups/:id/terms': [
      { path: `/groups/${groups.open}/terms`, as: 'newcomer', name: 'terms' },
      { path: `/groups/${groups.closed}/terms?saved=1`, as: owner, name: 'terms closed' },
      { path: `/groups/${groups.remote}/terms`, as: 'member', name: 'terms elsewhere' },
    ],
    '/groups/:id/terms/edit': [
      { path: `/groups/${groups.closed}/terms/edit`, as: owner, name: 'terms change' },
      { path: `/groups/${groups.open}/terms/edit`, as: 'member', name: 'error 403', status: 403 },
    ],
    '/groups/:id/topics': [
      { path: `/groups/${groups.open}/topics`, as: 'member', name: 'topics' },
      { path: `/groups/${groups.web}/topics`, as: 'nobody', name: 'topics signed out' },
    ],
    '/groups/:id/new': [
      { path: `/groups/${groups.open}/new`, as: 'member', name: 'new topic' },
      { path: `/groups/${groups.closed}/new`, as: owner, name: 'new topic closed' },
      {
        path: `/groups/${groups.open}/new`,
        as: 'member',
        name: 'new topic error',
        before: filled({ content: 'What do you think?' }, /^(Post|Plaatsen)$/),
        ...failed,
      },
      {
        path: `/groups/${groups.remote}/new`,
        as: 'member',
        name: 'new topic preview',
        before: filled({ title: 'A plan', content: 'With **three** steps' }, /Preview|Voorbeeld/),
      },
    ],
    '/groups/:id/reports': [
      { path: `/groups/${groups.open}/reports`, as: owner, name: 'reports' },
      { path: `/groups/${groups.empty}/reports`, as: owner, name: 'reports none' },
    ],
    '/groups/:id/library': [
      { path: `/groups/${groups.open}/library`, as: owner, name: 'library owner' },
      { path: `/groups/${groups.open}/library?order=newest`, as: 'member', name: 'library' },
      { path: `/groups/${groups.empty}/library`, as: owner, name: 'library empty' },
      { path: `/groups/${groups.web}/library`, as: 'nobody', name: 'library signed out' },
      { path: `/groups/${groups.remote}/library`, as: 'member', name: 'library elsewhere' },
    ],
    '/groups/:id/library/add': [
      { path: `/groups/${groups.open}/library/add?folder=${library.folder}`, as: 'member', name: 'library add' },
      {
        ...{ path: `/groups/${groups.open}/library/add`, as: 'member', name: 'library add error' },
        ...{ before: send(/^Add to the library|Aan de bibliotheek/), ...failed },
      },
    ],
    '/groups/:id/library/folders': [
      { path: `/groups/${groups.open}/library/folders`, as: owner, name: 'new folder' },
      {
        ...{ path: `/groups/${groups.open}/library/folders`, as: owner, name: 'new folder error' },
        ...{ before: filled({ name: 'forms AND letters' }, /^Make|^Deze map maken/), ...failed },
      },
    ],
    '/groups/:id/library/bin': [
      { path: `/groups/${groups.open}/library/bin`, as: 'member', name: 'bin' },
      { path: `/groups/${groups.empty}/library/bin`, as: owner, name: 'bin empty' },
    ],
    '/folders/:id': [
      { path: `/folders/${library.folder}`, as: owner, name: 'folder' },
      { path: `/folders/${library.inner}`, as: 'member', name: 'folder empty' },
    ],
    '/folders/:id/edit': [{ path: `/folders/${library.folder}/edit`, as: owner, name: 'folder edit' }],
    '/documents/:id/version': [
      { path: `/documents/${library.document}/version`, as: 'member', name: 'new version' },
      {
        ...{ path: `/documents/${library.document}/version`, as: 'member', name: 'new version error' },
        ...{ before: send(/^New version|^Nieuwe versie/), ...failed },
      },
    ],
    '/documents/:id/move': [{ path: `/documents/${library.document}/move`, as: 'member', name: 'move document' }],
    '/groups/:id/library/zip': [{ download: `/groups/${groups.open}/library/zip`, as: 'member' }],
    '/folders/:id/zip': [{ download: `/folders/${library.folder}/zip`, as: 'member' }],
    '/groups/:id/suggestions': [{ download: `/groups/${groups.open}/suggestions?q=@a`, as: 'member' }],
    '/groups/:id/feed.atom': [{ download: `/groups/${groups.web}/feed.atom`, as: 'nobody' }],
    '/posts/:id': [
      { path: `/posts/${posts.thread}`, as: 'member', name: 'topic' },
      { path: `/posts/${posts.thread}`, as: owner, name: 'topic owner' },
      { path: `/posts/${posts.thread}`, as: 'newcomer', name: 'topic before joining' },
      { path: `/posts/${library.document}`, as: 'member', name: 'document' },
      { path: `/posts/${library.official}`, as: owner, name: 'document official' },
      { path: `/posts/${posts.locked}`, as: 'member', name: 'topic locked' },
      { path: `/posts/${posts.removed}`, as: 'member', name: 'topic removed' },
      { path: `/posts/${posts.deleted}`, as: 'member', name: 'topic deleted' },
      { path: `/posts/${posts.remote}`, as: 'member', name: 'topic elsewhere' },
      { path: `/posts/${posts.waiting}`, as: 'member', name: 'topic waiting' },
      { path: `/posts/${posts.refused}`, as: 'member', name: 'topic refused' },
      { path: `/posts/${posts.web}`, as: 'nobody', name: 'topic signed out' },
      {
        path: `/posts/${posts.thread}`,
        as: 'member',
        name: 'reply error',
        before: send(/^(Reply|Reageren)$/),
        ...failed,
      },
    ],
    '/posts/:id/edit': [
      { path: `/posts/${posts.thread}/edit`, as: 'member', name: 'edit' },
      {
        path: `/posts/${posts.thread}/edit`,
        as: 'member',
        name: 'edit stale',
        before: async (page) => {
          await page.locator('main [name=content]').fill('All of this is new.');
          await page.locator('main [name=revision]').evaluate((field) => field.setAttribute('value', '1'));
          await send(/Save|Opslaan/)(page);
        },
        ...failed,
      },
    ],
    '/posts/:id/delete': [
      { path: `/posts/${library.document}/delete`, as: 'member', name: 'delete document' },
      { path: `/posts/${posts.thread}/delete`, as: 'member', name: 'delete' },
    ],
    '/posts/:id/delivery': [
      { path: `/posts/${posts.thread}/delivery`, as: 'member', name: 'delivery' },
      { path: `/posts/${posts.waiting}/delivery`, as: 'member', name: 'delivery waiting' },
      { path: `/posts/${posts.deleted}/delivery`, as: 'member', name: 'delivery deleted' },
    ],
    '/posts/:id/history': [{ path: `/posts/${posts.thread}/history`, as: 'member', name: 'history' }],
    '/posts/:id/remove': [
      { path: `/posts/${posts.thread}/remove`, as: owner, name: 'remove' },
      {
        path: `/posts/${posts.thread}/remove`,
        as: owner,
        name: 'remove error',
        before: send(/Remove from the group|Uit de groep verwijderen/),
        ...failed,
      },
    ],
    '/posts/:id/hide': [{ path: `/posts/${posts.reply}/hide`, as: owner, name: 'hide' }],
    '/posts/:id/report': [{ path: `/posts/${posts.reply}/report`, as: 'member', name: 'report' }],
    '/administration': [{ path: '/administration', as: owner, name: 'administration' }],
    '/administration/health': [{ path: '/administration/health', as: owner, name: 'health' }],
    '/administration/defaults': [{ path: '/administration/defaults', as: owner, name: 'safe defaults' }],
    '/administration/start': [{ path: '/administration/start', as: owner, name: 'first steps' }],
    '/administration/restored': [{ path: '/administration/restored', as: owner, name: 'restored' }],
    '/administration/restored/groups': [
      { path: '/administration/restored/groups', as: owner, name: 'groups after the restore' },
    ],
    '/administration/restored/people': [
      { path: '/administration/restored/people', as: owner, name: 'people after the restore' },
      {
        path: '/administration/restored/people?list=in',
        as: owner,
        name: 'people after the restore, let in',
      },
    ],
    '/administration/style': [
      { path: '/administration/style', as: owner, name: 'style' },
      {
        path: '/administration/style',
        as: owner,
        name: 'style preview',
        before: filled({ colour: '#ffcc00', second: '#5b2d8e', radius: '12' }, /Show preview|Voorbeeld tonen/),
      },
      {
        path: '/administration/style',
        as: owner,
        name: 'style error',
        before: filled({ colour: 'red' }, /^(Save|Opslaan)$/),
        ...failed,
      },
    ],
    '/administration/style/preview.css': [
      { download: '/administration/style/preview.css?colour=%23c8102e&second=%231a5d78&radius=4', as: owner },
    ],
    '/conversations': [
      { path: '/conversations', as: 'member', name: 'conversations' },
      { path: '/conversations', as: 'newcomer', name: 'conversations none' },
    ],
    '/conversations/new': [
      { path: '/conversations/new?to=col-league', as: 'member', name: 'new conversation' },
      {
        ...{ path: '/conversations/new', as: 'member', name: 'new conversation error' },
        before: filled({ to: 'col, Zed Nobody, @ria@other.example', subject: 'Lunch' }, /^(Send|Versturen)$/),
        ...failed,
      },
      {
        ...{ path: '/conversations/new', as: 'member', name: 'new conversation preview' },
        before: filled({ to: 'Col League', content: 'A *small* thing' }, /^(Preview|Voorbeeld)$/),
      },
    ],
    '/conversations/suggestions': [{ download: '/conversations/suggestions?q=col', as: 'member' }],
    '/conversations/:id': [
      { path: `/conversations/${conversations.busy}`, as: 'member', name: 'conversation' },
      { path: `/conversations/${conversations.busy}?done=mute`, as: owner, name: 'conversation muted notice' },
      { path: `/conversations/${conversations.alone}`, as: 'member', name: 'conversation alone' },
      { path: `/conversations/${conversations.shut}`, as: 'member', name: 'conversation to open again' },
      { path: `/conversations/${conversations.asked}`, as: 'member', name: 'conversation asked for' },
      { path: `/conversations/${conversations.over}`, as: owner, name: 'conversation over nodes' },
      { path: `/conversations/${conversations.busy}`, as: 'newcomer', name: 'conversation of others', status: 404 },
      {
        ...{ path: `/conversations/${conversations.busy}`, as: 'member', name: 'conversation error' },
        before: send(/^(Send|Versturen)$/),
        ...failed,
      },
    ],
    '/conversations/:id/people': [
      { path: `/conversations/${conversations.busy}/people`, as: 'member', name: 'conversation people' },
      {
        ...{ path: `/conversations/${conversations.busy}/people`, as: 'member', name: 'conversation people error' },
        before: filled({ to: 'league' }, /^(Add them|Toevoegen)$/),
        ...failed,
      },
      { path: `/conversations/${conversations.asked}/people`, as: 'member', name: 'conversation ask to add' },
    ],
    '/conversations/:id/leave': [
      { path: `/conversations/${conversations.alone}/leave`, as: 'member', name: 'conversation leave' },
    ],
    '/administration/messages': [{ path: '/administration/messages', as: owner, name: 'reported messages' }],
    '/notifications': [
      { path: '/notifications', as: 'member', name: 'notifications' },
      { path: '/notifications', as: owner, name: 'notifications of requests' },
      { path: '/notifications', as: 'newcomer', name: 'notifications none' },
    ],
    '/notifications/:id': [{ path: `/notifications/${notification}`, as: 'member', name: 'notification opened' }],
    '/notifications/settings': [
      { path: '/notifications/settings', as: owner, name: 'notification settings' },
      { path: '/notifications/settings', as: 'newcomer', name: 'notification settings new' },
    ],
    '/notifications/mute/:token': [
      { path: links.mute, as: 'nobody', name: 'mute' },
      { path: links.mute, as: 'nobody', name: 'mute done', before: send(/Yes, stop it|Ja, stoppen/) },
    ],
    '/administration/mail': [
      { path: '/administration/mail', as: owner, name: 'mail' },
      {
        path: '/administration/mail',
        as: owner,
        name: 'mail test',
        before: send(/Send a test mail|Stuur mij een testmail/),
      },
    ],
    '/tags/:tag': [
      { path: '/tags/permits', as: 'member', name: 'tag' },
      { path: '/tags/nothing', as: 'newcomer', name: 'tag none' },
    ],
    [list]: [
      { path: list, as: owner, name: 'partners' },
      { path: `${list}?q=example&show=in-force&sort=ends`, as: owner, name: 'partners found' },
      { path: `${list}?q=nothing-fits`, as: owner, name: 'partners none' },
    ],
    [`${list}/new`]: [
      { path: `${list}/new`, as: owner, name: 'partner new' },
      {
        path: `${list}/new`,
        as: owner,
        name: 'partner new error',
        before: send(/Show what it does|Gevolgen tonen/),
        ...failed,
      },
    ],
    [`${list}/:id`]: states.map((state) => ({
      path: partner(state),
      as: owner,
      name: `partner ${state}`,
      // By its name, although nobody there takes part in it.
      ...(state === 'named'
        ? { before: (page) => page.locator('main dd', { hasText: 'Parking permits' }).waitFor() }
        : {}),
    })),
    [`${list}/:id/proof.pdf`]: [{ download: `${partner('soon')}/proof.pdf?thing=/posts/${posts.thread}`, as: owner }],
    [`${list}/:id/proof`]: [
      { path: `${partner('soon')}/proof`, as: owner, name: 'proof' },
      { path: `${partner('soon')}/proof?thing=/posts/${posts.thread}`, as: owner, name: 'proof answers' },
      { path: `${partner('named')}/proof?thing=/files/${file}`, as: owner, name: 'proof of a file' },
      { path: `${partner('spam')}/proof?thing=/groups/${groups.closed}`, as: owner, name: 'proof refused' },
      { path: `${partner('soon')}/proof?thing=elsewhere`, as: owner, name: 'proof error', ...failed },
    ],
    [`${list}/:id/edit`]: [{ path: `${partner('named')}/edit`, as: owner, name: 'partner edit' }],
    [`${list}/:id/decide`]: [
      { path: `${partner('soon')}/decide?what=suspend`, as: owner, name: 'partner suspend' },
      { path: `${partner('renewed')}/decide?what=accept-key`, as: owner, name: 'partner accept key' },
    ],
    [`${list}/proposals`]: [
      {
        path: `${list}/proposals`,
        as: owner,
        name: 'requests',
        // Both what another agency proposes and what our own people ask for.
        before: async (page) => {
          for (const part of ['proposed', 'asked']) await page.locator(`main #${part}`).waitFor();
        },
      },
      {
        path: `${list}/proposals`,
        as: owner,
        name: 'requests error',
        before: async (page) => {
          await page.locator('main summary').first().click();
          await send(/Send this answer|Dit antwoord sturen/)(page);
        },
        ...failed,
      },
    ],
    [`${list}/proposals/accept`]: [
      { path: `${list}/proposals/accept?origin=https://wanted.example`, as: owner, name: 'partner allow' },
    ],
    [`${list}/traffic`]: [{ path: `${list}/traffic`, as: owner, name: 'traffic' }],
    [`${list}/register.pdf`]: [{ download: `${list}/register.pdf`, as: owner }],
    [`${list}/:id/letter.pdf`]: [{ download: `${partner('soon')}/letter.pdf?language=nl`, as: owner }],
    [`${list}/rehearsal`]: [{ path: `${list}/rehearsal`, as: owner, name: 'rehearsal' }],
    [`${list}/register`]: [{ path: `${list}/register`, as: owner, name: 'register' }],
    [`${list}/register.csv`]: [{ download: `${list}/register.csv`, as: owner }],
    [`${list}/export`]: [{ download: `${list}/export?form=text`, as: owner }],
    [`${list}/explain`]: [
      { path: `${list}/explain`, as: owner, name: 'explain' },
      {
        path: `${list}/explain?origin=https://spam.example&thing=${node.origin}/groups/${groups.open}`,
        as: owner,
        name: 'explain answer',
      },
    ],
    [`${list}/introduced`]: [{ path: `${list}/introduced`, as: owner, name: 'introduced' }],
    [`${list}/labels`]: [
      { path: `${list}/labels`, as: owner, name: 'labels' },
      {
        path: `${list}/labels`,
        as: owner,
        name: 'labels error',
        before: filled({ labels: 'Internal', reason: 'Policy 4' }, /^(Save|Opslaan)$/),
        ...failed,
      },
    ],
    [`${list}/import`]: [
      { path: `${list}/import`, as: owner, name: 'import partners' },
      {
        path: `${list}/import`,
        as: owner,
        name: 'import partners preview',
        before: filled({ list: 'new.example\nspam.example', source: 'Colleagues' }, /Show what changes|Tonen wat/),
      },
    ],
  };
  return examples;
}
