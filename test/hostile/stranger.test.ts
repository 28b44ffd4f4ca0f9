import { transact } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { createTopic, markdownText, type PostRow } from '@joinery/slices/posts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { activityStreams, type RawAnswer, raw } from '../harness/rogue.ts';
import { sliceRoutes } from '../harness/routes.ts';
import { by, expectNothingPersonal, openGroup, startWorld, type World } from './world.ts';

// What a stranger gets: exactly the two lists of FEDERATION.md, "Addresses that answer a stranger".
const activity = 'application/activity+json';
const html = 'text/html';

type Things = {
  listed: GroupRow;
  unlisted: GroupRow;
  closed: GroupRow;
  web: GroupRow;
  poster: TestPerson;
  silent: TestPerson;
  /** A topic in each. */
  posts: { listed: PostRow; closed: PostRow; web: PostRow };
};

let world: World;
let strangerNode: TestNode;
let things: Things;
let lines: number;
beforeAll(async () => {
  world = await startWorld();
  const { node, owner, group } = world;
  strangerNode = await startTestNode('stranger');
  const [poster, silent] = [await node.person('Pia Poster'), await node.person('Sil Silent')];
  const closed = await openGroup(node, owner, 'closed', { reading: 'members', joining: 'request' });
  const unlisted = await openGroup(node, owner, 'unlisted', { listed: false });
  const web = await openGroup(node, poster, 'web', { reading: 'web' });
  const post = (where: GroupRow, author: string) =>
    transact(node.context, by, (work) =>
      createTopic(work, { group: where.id, author, title: 'Secret-title', ...markdownText('Secret-content') }),
    );
  const posts = {
    listed: await post(group, owner.id),
    closed: await post(closed, owner.id),
    web: await post(web, poster.id),
  };
  things = { listed: group, unlisted, closed, web, poster, silent, posts };
  await node.settle();
  lines = node.logged.length;
});
afterAll(async () => {
  await strangerNode[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const missing = '01a1f000-0000-7000-8000-000000000000';

/** How a stranger comes: without a signature, with its own, or with the name of an allowed node's key. */
type Manner = 'unsigned' | 'signed' | 'forged';
const manners: Manner[] = ['unsigned', 'signed', 'forged'];

async function ask(manner: Manner, method: string, path: string, accept: string, body?: string): Promise<RawAnswer> {
  const { node, stranger, alice } = world;
  const outsider = stranger.actor('outsider');
  const headers = { accept, ...(body === undefined ? {} : { 'content-type': activity }) };
  if (manner === 'unsigned') return raw(node, { method, path, headers, body: body ?? null });
  const { signRequest } = await import('../../packages/federation/src/signatures.ts');
  const keyId = manner === 'forged' ? alice.keyId : outsider.keyId;
  const signed = await signRequest({
    method,
    url: `${node.origin}${path}`,
    headers,
    body: body ?? null,
    key: { id: keyId, privateKey: outsider.keys.privateKey },
    form: 'rfc9421',
    now: new Date(),
  });
  return raw(node, { method, path, headers: signed, body: body ?? null });
}

/** What may differ between two refusals of the same kind. */
function comparable(answer: RawAnswer, ...named: string[]): string {
  const {
    date: _date,
    'x-request-id': _id,
    'set-cookie': _cookie,
    'content-length': _length,
    ...headers
  } = answer.headers;
  let text = JSON.stringify({ status: answer.status, headers, body: answer.body });
  for (const name of named) text = text.replaceAll(name, '<named>').replaceAll(encodeURIComponent(name), '<named>');
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/[A-Za-z0-9_-]{43}/g, '<token>');
}

/** Nobody was asked anything, and nothing was told. */
async function expectQuiet(ask: () => Promise<void>, forged = false): Promise<void> {
  const { node, stranger } = world;
  const before = node.federation.door.recent();
  await ask();
  await node.settle();
  const made = node.federation.door.recent().filter((connection) => !before.includes(connection));
  // A name of an allowed node's key leads, once a minute at most, to that node and nowhere else.
  expect(made.every(({ url }) => forged && url.startsWith(world.good.origin))).toBe(true);
  expect(made.length).toBeLessThanOrEqual(1);
  expect(stranger.connections()).toBe(0);
}

describe('ActivityStreams', () => {
  const collections = ['inbox', 'outbox', 'followers', 'moderators', 'topics', 'featured'];
  const doors = (): string[] => {
    const { listed, unlisted, closed, web, poster, silent, posts } = things;
    const groups = [listed.id, unlisted.id, closed.id, web.id, missing].map((id) => `/groups/${id}`);
    const people = [poster.id, silent.id, missing].map((id) => `/people/${id}`);
    const written = [posts.listed.id, posts.closed.id, posts.web.id, missing].map((id) => `/posts/${id}`);
    return [
      ...groups,
      ...groups.flatMap((group) => collections.map((name) => `${group}/${name}`)),
      ...people,
      ...people.map((person) => `${person}/outbox`),
      ...written,
      ...written.flatMap((post) => ['context', 'history', 'replies'].map((name) => `${post}/${name}`)),
      `/activities/${posts.listed.event_id}`,
      `/activities/${posts.listed.event_id}/activity`,
      `/activities/${missing}`,
      `/streams/${missing}/log`,
      '/agency',
      '/node/groups',
      '/node/groups?page=',
    ];
  };

  it.each(manners)('tells nothing of what there is (%s): every answer is the same', async (manner) => {
    await expectQuiet(async () => {
      const answers = new Set<string>();
      for (const path of doors()) {
        const answer = await ask(manner, 'GET', path, activity);
        expect([401, 403]).toContain(answer.status);
        answers.add(comparable(answer));
      }
      // The same bytes for listed, hidden, closed and missing, whatever the address.
      expect([...answers]).toHaveLength(1);
      const real = await world.node.context.db.reader.selectFrom('stream').select('token').execute();
      for (const { token } of real)
        answers.add(comparable(await ask(manner, 'GET', `/streams/${token}/log?after=0`, activity)));
      expect([...answers]).toHaveLength(1);
    }, manner === 'forged');
  });

  it.each(manners)('shows the server actor (%s)', async (manner) => {
    const answer = await ask(manner, 'GET', '/node', activity);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'Application', id: `${world.node.origin}/node` });
  });

  it.each(manners)('takes nothing into any inbox (%s)', async (manner) => {
    await expectQuiet(async () => {
      const { outsider } = { outsider: world.stranger.actor('outsider') };
      const actor = manner === 'forged' ? world.alice.uri : outsider.uri;
      for (const path of [
        '/inbox',
        '/node/inbox',
        '/agency/inbox',
        ...[things.listed.id, things.closed.id, missing].map((id) => `/groups/${id}/inbox`),
        `/people/${things.poster.id}/inbox`,
      ]) {
        const follow = {
          '@context': activityStreams,
          id: `${actor}/follow`,
          type: 'Follow',
          actor,
          object: things.listed.uri,
        };
        const answer = await ask(manner, 'POST', path, activity, JSON.stringify(follow));
        expect([path, answer.status, answer.code]).toEqual([
          path,
          manner === 'signed' ? 403 : 401,
          { unsigned: 'signature_missing', signed: 'no_agreement', forged: 'signature_invalid' }[manner],
        ]);
      }
    }, manner === 'forged');
    expect(
      await world.node.context.db.reader
        .selectFrom('ledger')
        .select('id')
        .where('type', '=', 'Follow')
        .where('id', 'like', '%/follow')
        .execute(),
    ).toEqual([]);
  });

  it('a running node that nobody allowed gets the same', async () => {
    const { node } = world;
    const someone = await strangerNode.person('Stan Stranger');
    await strangerNode.allow({ origin: node.origin, name: 'They' });
    for (const uri of [things.listed.uri, things.web.uri, `${node.origin}/people/${things.poster.id}`]) {
      const answer = await someone.api('POST', '/memberships/remote', { uri });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    const rows = await strangerNode.context.db.reader.selectFrom('groups').select('uri').execute();
    expect(rows).toEqual([]);
    const answered = strangerNode.federation.door.recent().filter(({ status }) => status !== 403);
    expect(answered.every(({ method, url }) => method === 'GET' && url === `${node.origin}/node`)).toBe(true);
  });
});

describe('a node that is allowed', () => {
  it('reads what it may, and cannot tell a closed group from a missing one', async () => {
    const { node, good, alice } = world;
    const { listed, unlisted, closed, posts } = things;
    for (const path of [
      `/groups/${listed.id}`,
      `/groups/${unlisted.id}`,
      `/groups/${listed.id}/topics`,
      `/posts/${posts.listed.id}`,
    ])
      expect([path, (await good.get(node, alice, path)).status]).toEqual([path, 200]);
    const of = async (paths: string[], ...named: string[]) => {
      const answers = new Set<string>();
      for (const path of paths) {
        const answer = await good.get(node, alice, path);
        expect([path, answer.status]).toEqual([path, 404]);
        answers.add(comparable(answer, ...named));
      }
      expect([...answers]).toHaveLength(1);
    };
    const both = [closed.id, missing];
    await of(
      both.flatMap((id) =>
        ['', '/outbox', '/followers', '/moderators', '/topics', '/featured', '/library'].map(
          (name) => `/groups/${id}${name}`,
        ),
      ),
    );
    await of(
      [posts.closed.id, missing].flatMap((id) =>
        ['', '/context', '/history', '/replies'].map((name) => `/posts/${id}${name}`),
      ),
    );
    await of([`/activities/${posts.closed.event_id}`, `/activities/${missing}`, `/streams/${missing}/log`]);
  });
});

describe('discovery', () => {
  const finger = (resource: string) =>
    ask('unsigned', 'GET', `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`, 'application/jrd+json');
  const handle = async (person: TestPerson) =>
    (
      await world.node.context.db.reader
        .selectFrom('person')
        .select('handle')
        .where('id', '=', person.id)
        .executeTakeFirstOrThrow()
    ).handle;

  it('WebFinger knows agency, node, listed groups that are not closed, and who has posted in them', async () => {
    const host = new URL(world.node.origin).host;
    for (const [name, uri] of [
      ['agency', `${world.node.origin}/agency`],
      ['node', `${world.node.origin}/node`],
      [things.listed.handle, things.listed.uri],
      [things.web.handle, things.web.uri],
      [await handle(things.poster), things.poster.uri],
    ]) {
      const answer = await finger(`acct:${name}@${host}`);
      expect([name, answer.status]).toEqual([name, 200]);
      const document = JSON.parse(answer.body) as { subject: string; links: { rel: string; href: string }[] };
      expect(document.subject).toBe(`acct:${name}@${host}`);
      expect(document.links.find(({ rel }) => rel === 'self')?.href).toBe(uri);
    }
  });

  it('hidden, closed and missing are the same bytes to it, asked by handle or by address', async () => {
    const host = new URL(world.node.origin).host;
    const answers = new Set<string>();
    for (const name of [things.unlisted.handle, things.closed.handle, await handle(things.silent), 'nothing-here']) {
      const answer = await finger(`acct:${name}@${host}`);
      expect([name, answer.status]).toEqual([name, 404]);
      answers.add(comparable(answer, String(name)));
    }
    for (const uri of [
      things.unlisted.uri,
      things.closed.uri,
      things.silent.uri,
      `${world.node.origin}/groups/${missing}`,
    ]) {
      const answer = await finger(uri);
      expect([uri, answer.status]).toEqual([uri, 404]);
      answers.add(comparable(answer, uri));
    }
    expect([...answers]).toHaveLength(1);
    expect((await finger('acct:parking@elsewhere.example')).status).toBeGreaterThanOrEqual(400);
    expect((await finger('nonsense')).status).toBeGreaterThanOrEqual(400);
    expect((await finger('')).status).toBeGreaterThanOrEqual(400);
  });

  it('NodeInfo tells the software and counts nobody', async () => {
    const index = await ask('unsigned', 'GET', '/.well-known/nodeinfo', 'application/json');
    expect(index.status).toBe(200);
    const answer = await ask('unsigned', 'GET', '/nodeinfo/2.1', 'application/json');
    expect(JSON.parse(answer.body)).toMatchObject({ software: { name: 'joinery' }, usage: { users: {} } });
    for (const path of ['/nodeinfo/2.0', '/nodeinfo/x', '/.well-known/nodeinfo/x', '/.well-known/host-meta'])
      expect([path, (await ask('unsigned', 'GET', path, 'application/json')).status]).toEqual([path, 404]);
  });
});

/** What answers a stranger; everything else refuses, a route that comes later included. The two lists of groups hold those that the web may read. */
const open = [
  'GET /',
  'GET /groups',
  'GET /livez',
  'GET /readyz',
  'GET /.well-known/security.txt',
  'GET /api/v1/openapi.json',
  'GET /sign-in',
];
/** And these where the group's reading is `web`. */
const openOnWeb = [
  'GET /groups/:',
  'GET /groups/:/feed.atom',
  'GET /groups/:/library',
  'GET /groups/:/library/zip',
  'GET /groups/:/terms',
  'GET /groups/:/topics',
  'GET /posts/:',
  'GET /posts/:/history',
];

describe('pages and API', () => {
  it('every route refuses a stranger, but those of the list', async () => {
    const routes = routesOf();
    expect(routes.length).toBeGreaterThan(40);
    await expectQuiet(async () => {
      const answered = new Set<string>();
      for (const route of routes) {
        const [method = '', pattern = ''] = route.split(' ');
        for (const manner of manners) {
          for (const id of idsFor(pattern).slice(0, manner === 'unsigned' ? 4 : 1)) {
            const path = fill(pattern, id);
            const answer = await ask(
              manner,
              method,
              path,
              path.startsWith('/api') ? 'application/json' : html,
              ['GET', 'HEAD'].includes(method) ? undefined : '{}',
            );
            expect([route, answer.status < 500]).toEqual([route, true]);
            const toSignIn = answer.status === 303 && /^\/sign-in/.test(String(answer.headers.location));
            const onWeb = id === things.web.id || id === things.posts.web.id;
            if (answer.status < 400 && !toSignIn) answered.add(onWeb ? `${route} web` : route);
            expect(answer.body).not.toMatch(
              onWeb ? /Ada Owner/ : /Secret|Ada Owner|Sil Silent|Group (closed|unlisted|parking)/,
            );
          }
        }
      }
      const plain = (route: string) => route.replace(/:\w+(\{([^{}]|\{[^}]*\})*\})?/g, ':');
      const web = [...answered].filter((row) => row.endsWith(' web')).map((row) => plain(row.slice(0, -4)));
      const others = [...answered].filter((row) => !row.endsWith(' web')).map(plain);
      expect(others.filter((route) => !open.includes(route))).toEqual([]);
      expect(web.filter((route) => !openOnWeb.includes(route))).toEqual([]);
      // A row that nothing answers any more is a mistake as well.
      expect(open.filter((route) => !others.includes(route))).toEqual([]);
      expect(openOnWeb.filter((route) => !web.includes(route))).toEqual([]);
    }, true);
  });

  it('pages of hidden, closed and missing groups, posts and people are the same bytes', async () => {
    for (const [kind, ids] of [
      ['groups', [things.listed.id, things.unlisted.id, things.closed.id, missing]],
      ['posts', [things.posts.listed.id, things.posts.closed.id, missing]],
      ['people', [things.poster.id, things.silent.id, missing]],
      ['api/v1/groups', [things.listed.id, things.closed.id, missing]],
      ['api/v1/posts', [things.posts.listed.id, things.posts.closed.id, missing]],
    ] as const) {
      const answers = new Set<string>();
      for (const id of ids) answers.add(comparable(await ask('unsigned', 'GET', `/${kind}/${id}`, html), id));
      expect([kind, answers.size, [...answers].join('\n')]).toEqual([kind, 1, expect.any(String)]);
    }
  });

  it('other methods get nowhere', async () => {
    await expectQuiet(async () => {
      for (const method of ['OPTIONS', 'TRACE', 'PROPFIND', 'PUT', 'DELETE', 'PATCH']) {
        for (const path of ['/', '/inbox', '/node', `/groups/${things.listed.id}`, '/api/v1/groups']) {
          const answer = await ask('unsigned', method, path, '*/*');
          expect([method, path, answer.status >= 400 && answer.status < 500]).toEqual([method, path, true]);
          expect(answer.body).not.toMatch(/Secret|accept: /i);
        }
      }
      for (const path of ['/node', '/livez', '/.well-known/nodeinfo']) {
        const answer = await ask('unsigned', 'HEAD', path, activity);
        expect([path, answer.status, answer.body]).toEqual([path, 200, '']);
      }
      for (const path of [`/groups/${things.listed.id}`, `/groups/${missing}`, '/agency'])
        expect((await ask('unsigned', 'HEAD', path, activity)).status).toBe(401);
    });
  });

  it('a proposal that is none is refused and asks nobody', async () => {
    await expectQuiet(async () => {
      for (const body of ['{}', '[]', 'x', JSON.stringify({ '@context': activityStreams, type: 'Offer' })]) {
        const answer = await ask('signed', 'POST', '/node/proposals', activity, body);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }
    });
  });

  it('security.txt, health and search tell nothing of what is here', async () => {
    const files = await Promise.all(
      ['/livez', '/readyz', '/.well-known/security.txt', '/api/v1/openapi.json'].map((path) =>
        ask('unsigned', 'GET', path, '*/*'),
      ),
    );
    for (const answer of files) {
      expect(answer.status).toBe(200);
      expect(answer.body).not.toMatch(/Secret|Ada|Pia|parking/);
    }
    for (const path of ['/search?q=Secret', '/api/v1/search?q=Secret', '/metrics', '/robots.txt', '/api/v1/feed']) {
      const answer = await ask('unsigned', 'GET', path, 'application/json');
      expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
    }
  });
});

it('nothing personal was logged, and nothing failed', async () => {
  const written = world.node.logged.slice(lines);
  expect(written.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expectNothingPersonal(written);
});

/** Every route that pages and API of this process have, as `METHOD /path/:with/:parameters`. */
function routesOf(): string[] {
  const core = ['/livez', '/readyz', '/.well-known/security.txt', '/api/v1/openapi.json', '/events'];
  return [...sliceRoutes(), ...core.map((path) => `GET ${path}`)].sort();
}

/** The ids that are tried in a route's first parameter: of each kind one that the stranger may see, and others. */
function idsFor(pattern: string): (string | undefined)[] {
  if (!pattern.includes(':')) return [undefined];
  if (pattern.includes('/posts/:'))
    return [things.posts.listed.id, things.posts.closed.id, things.posts.web.id, missing];
  if (pattern.includes('/people/:')) return [things.poster.id, missing];
  return [things.listed.id, things.closed.id, things.web.id, missing];
}

function fill(pattern: string, id: string | undefined): string {
  let first = true;
  return pattern.replace(/:(\w+)(?:\{((?:[^{}]|\{[^}]*\})*)\})?/g, () => {
    const value = first ? (id ?? missing) : missing;
    first = false;
    return value;
  });
}
