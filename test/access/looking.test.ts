import { afterAll, beforeAll, expect, it } from 'vitest';
import { sliceRoutes } from '../harness/routes.ts';
import { openSeed, type Person, type Seed, type Things } from './seed.ts';

let seed: Seed;
beforeAll(async () => {
  seed = await openSeed();
});
afterAll(() => seed?.[Symbol.asyncDispose]());

const people: (Person | null)[] = ['owner', 'member', 'administrator', null];

/** What stands for a parameter, by the part of the path before it. */
const after: Record<string, keyof Things> = {
  ...{
    groups: 'closed',
    posts: 'topic',
    folders: 'folder',
    documents: 'document',
    people: 'member',
    guests: 'guest',
    register: 'registrationToken',
    members: 'requester',
    reports: 'report',
    partners: 'partner',
  },
  ...{ mute: 'muteToken', with: 'provider', 'sign-in': 'draft', outgoing: 'held', identities: 'identity' },
  ...{ sessions: 'session', tokens: 'ownToken', emergency: 'emergency', topics: 'topic' },
};

/** Only to oneself, and only what one has read: nothing that anybody else could see or that could not be done again. */
const readMarks: Record<string, string[]> = {
  'GET /notifications/:id': ['notification'],
  'GET /posts/:id': ['post_read_topic'],
  // Of documents and closed groups it is written down who reads a file, and when that is forgotten.
  'GET /files/:id': ['files_reading', 'job'],
  'GET /files/:id/view': ['files_reading', 'job'],
  'GET /groups/:id/library/zip': ['files_reading', 'job'],
  'GET /folders/:id/zip': ['files_reading', 'job'],
  'GET /api/v1/files/:id/content': ['files_reading', 'job'],
};

async function oneOfTheMember(): Promise<string> {
  const page = await (await seed.browser('member').fetch('/notifications')).text();
  return /\/notifications\/([0-9a-f-]{36})"/.exec(page)?.[1] ?? '';
}

function pathOf(route: string, notification: string): string {
  const pattern = route.slice(route.indexOf(' ') + 1);
  return pattern.replace(/([^/]+)\/:(\w+)/g, (_all, before: string) => {
    if (before === 'notifications') return `${before}/${notification}`;
    if (before === 'tags') return `${before}/roads`;
    // `link` is both a token of a sign-in link and a word in paths.
    const thing = before === 'link' ? 'link' : after[before];
    return `${before}/${seed.things[thing ?? 'open']}`;
  });
}

let stored: Record<string, string> = {};

async function look(path: string, person: Person | null): Promise<{ status: number; changed: string[] }> {
  const authorization: Record<string, string> =
    person === null ? {} : { authorization: `Bearer ${seed.tokens[person]}` };
  const answer = path.startsWith('/api/')
    ? await seed.api('GET', path, undefined, authorization)
    : await seed.browser(person ?? undefined).fetch(path);
  await answer.text();
  const now = seed.stored();
  const changed = Object.keys(now).filter((table) => now[table] !== stored[table]);
  stored = now;
  return { status: answer.status, changed };
}

it('looking at any page or resource changes nothing but what one has read (hostile case 143)', async () => {
  const notification = await oneOfTheMember();
  stored = seed.stored();
  for (const route of sliceRoutes().filter((one) => one.startsWith('GET '))) {
    for (const person of people) {
      const { status, changed } = await look(pathOf(route, notification), person);
      const wrongly = changed.filter((table) => !readMarks[route]?.includes(table));
      expect([route, person, status < 500, wrongly]).toEqual([route, person, true, []]);
    }
  }
}, 60_000);

it('nothing that is done by sending a form or a request is done by looking (hostile case 143)', async () => {
  const looks = new Set(sliceRoutes().filter((one) => one.startsWith('GET ')));
  const does = sliceRoutes().filter((one) => !one.startsWith('GET ') && !looks.has(one.replace(/^\w+/, 'GET')));
  expect(does.length).toBeGreaterThan(50);
  const notification = await oneOfTheMember();
  stored = seed.stored();
  for (const route of does) {
    const { status, changed } = await look(pathOf(route, notification), 'owner');
    expect([route, [403, 404, 405].includes(status), changed]).toEqual([route, true, []]);
  }
}, 60_000);

it('a guest comes upon nothing but what they were invited to, on any page or resource', async () => {
  // Everybody and everything that only those of the agency may know of. Who invited the guest is known to them.
  const secret =
    /Mia Member|Olga Owner|Fay Facilitator|Col League|Rae Reader|Ria Remote|Ada Administrator|Oscar Officer|Crisis team|Parking|How do you do this|Like this\.|From elsewhere/;
  const others = {
    groups: ['closed', 'open'],
    posts: ['topic', 'reply', 'foreign', 'fixed'],
    people: ['member', 'owner'],
  } as const;
  const shown: string[] = [];
  let pages = 0;
  for (const route of sliceRoutes().filter((one) => one.startsWith('GET '))) {
    const pattern = route.slice(4);
    const part = /\/(groups|posts|people)\/:/.exec(pattern)?.[1] as keyof typeof others | undefined;
    const paths = part
      ? others[part].map((thing) => pattern.replace(/:\w+/, seed.things[thing]).replace(/:\w+/, seed.things.requester))
      : [pathOf(route, 'none')];
    for (const path of [
      ...paths,
      ...paths.map((one) => `${one}?q=a&at=elsewhere&kind=`),
      ...paths.map((one) => `${one}?q=Mia`),
    ]) {
      const answer = path.startsWith('/api/')
        ? await seed.api('GET', path, undefined, { authorization: `Bearer ${seed.tokens.guest}` })
        : await seed.browser('guest').fetch(path);
      const text = await answer.text();
      pages += 1;
      // What was asked for stands on the page again.
      const said = text.replaceAll('value="Mia"', '');
      if (answer.status >= 500 || secret.test(said)) shown.push(`${path}: ${answer.status} ${secret.exec(said)?.[0]}`);
      if (part && answer.status < 300) shown.push(`${path} answered ${answer.status}`);
    }
  }
  expect(shown).toEqual([]);
  expect(pages).toBeGreaterThan(100);
  // What they were invited to is there, with whoever invited them.
  const own = await (await seed.browser('guest').fetch(`/groups/${seed.things.bridges}/members`)).text();
  expect(own).toContain('Bo Bystander');
  expect(own).toContain('Guest of Bo Bystander until');
  expect((await seed.browser('guest').fetch(`/people/${seed.things.bystander}`)).status).toBe(200);
  const known = await seed.api('GET', '/api/v1/groups', undefined, { authorization: `Bearer ${seed.tokens.guest}` });
  expect(((await known.json()) as { items: { name: string }[] }).items.map(({ name }) => name)).toEqual(['Bridges']);
}, 60_000);
