import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sliceRoutes } from '../harness/routes.ts';
import { changingRoutes } from './changing-routes-table.ts';
import { openSeed, type Person, type Seed } from './seed.ts';

// A conversation is there for those who are in it. Whoever is not gets what a missing one gives, on every address that the node has: the same status, the
// same bytes.
let seed: Seed;
beforeAll(async () => {
  seed = await openSeed();
});
afterAll(() => seed?.[Symbol.asyncDispose]());

const missing = '01a1f000-0000-7000-8000-000000000000';
/** In every text that only the two may read. */
const secret = /whisper/i;
// The reader took part, wrote and has left.
const outsiders: (Person | null)[] = ['administrator', 'bystander', 'reader', null];
/** What is put in the place of a parameter; in those of groups and posts what could be there. */
function hidden(pattern: string): string[] {
  const { conversation, message, said, saidByReader } = seed.things;
  if (/\/(groups|conversations)\/:/.test(pattern)) return [conversation];
  return /\/posts\/:/.test(pattern) ? [message, said, saidByReader] : [conversation, message];
}
const uriOf = (id: string) => `http://localhost:3000/groups/${id}`;

/** What may differ between two answers that tell the same: names of the thing asked for, tokens of forms, numbers of requests. */
const comparable = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/[A-Za-z0-9_-]{43}/g, '<token>')
    .replace(/"requestId":"[^"]*"|[0-9a-f]{16,32}/g, '<request>');

type Answer = { status: number; location: string; type: string; body: string };

async function read(answer: Response): Promise<Answer> {
  return {
    status: answer.status,
    location: comparable(answer.headers.get('location') ?? ''),
    type: answer.headers.get('content-type') ?? '',
    body: comparable(await answer.text()),
  };
}

async function ask(person: Person | null, method: string, path: string, send?: unknown, accept?: string) {
  if (path.startsWith('/api/'))
    return read(await seed.api(method, path, send, person ? { authorization: `Bearer ${seed.tokens[person]}` } : {}));
  const browser = seed.browser(person ?? undefined);
  if (method === 'POST') return read(await browser.post(path, (send ?? {}) as Record<string, string>));
  return read(await browser.fetch(path, { method, ...(accept ? { headers: { accept } } : {}) }));
}

/** Addresses with a parameter, of pages and API. */
const addresses = sliceRoutes().filter((route) => route.includes(':') && !route.startsWith('ALL '));

describe.each(outsiders)('a conversation, for the %s', (person) => {
  it('is what a missing one is, at every address with an id', async () => {
    for (const route of addresses) {
      const [method = '', pattern = ''] = route.split(' ');
      const row = changingRoutes[route];
      const send = typeof row?.send === 'function' ? row.send(seed.things) : row?.send;
      const parameters = pattern.match(/:\w+/g)?.length ?? 0;
      const filled = (at: number, id: string) => {
        let place = -1;
        return pattern.replace(/:\w+(\{[^}]*\})?/g, () => {
          place += 1;
          return place === at ? id : missing;
        });
      };
      for (let at = 0; at < parameters; at += 1) {
        const expected = await ask(person, method, filled(at, missing), send);
        for (const id of hidden(pattern))
          expect([route, await ask(person, method, filled(at, id), send)]).toEqual([route, expected]);
      }
    }
  }, 60_000);

  it('is not in any list, count, search or suggestion', async () => {
    const { member, conversation, message } = seed.things;
    const open = [
      ...['/', '/groups', '/groups?at=here&q=whispered', '/groups?at=elsewhere', '/conversations', '/notifications'],
      ...['/notifications/settings', '/search?q=whispered', '/search?q=%23whispered', '/tags/whispered', '/people'],
      ...[`/people/${member}`, '/administration', '/administration/people', '/administration/health', '/profile'],
      ...['/conversations/suggestions?q=whispered', `/search?q=whispered&within=${conversation}`, '/groups/join'],
      ...[
        '/api/v1/search?q=whispered',
        '/api/v1/groups',
        '/api/v1/feed',
        '/api/v1/notifications',
        '/api/v1/conversations',
      ],
      ...[`/api/v1/people/${member}`, '/api/v1/people', `/api/v1/search?q=whispered&group=${conversation}`],
    ];
    for (const path of open) {
      const browser = seed.browser(person ?? undefined);
      const answer = path.startsWith('/api/')
        ? await seed.api('GET', path, undefined, person ? { authorization: `Bearer ${seed.tokens[person]}` } : {})
        : await browser.fetch(path);
      // What was asked for is said again.
      const body = (await answer.text())
        .replaceAll('q=whispered', '')
        .replaceAll(/(value=|“|&quot;|")#?whispered/g, '');
      expect([path, answer.status < 500, body.includes(message), body.match(/Whispered \w+/)]).toEqual([
        path,
        true,
        false,
        null,
      ]);
      if (!path.includes(conversation)) expect([path, body.includes(conversation)]).toEqual([path, false]);
    }
  });

  it('is not found by its link, and asking for it is asking for nothing', async () => {
    const { conversation, message } = seed.things;
    const both = async (does: (id: string) => Promise<Answer>) =>
      expect(await does(conversation)).toEqual(await does(missing));
    for (const id of [conversation, message]) {
      const uri = (of: string) => (id === message ? `http://localhost:3000/posts/${of}` : uriOf(of));
      const same = async (does: (address: string) => Promise<Answer>) => {
        const plain = (answer: Answer, of: string) =>
          JSON.stringify(answer).replaceAll(encodeURIComponent(uri(of)), '<uri>');
        expect(plain(await does(uri(id)), id)).toBe(plain(await does(uri(missing)), missing));
      };
      await same((address) => ask(person, 'GET', `/follow?uri=${encodeURIComponent(address)}`));
      await same((address) => ask(person, 'POST', '/groups/join', { reference: address }));
      await same((address) => ask(person, 'POST', '/api/v1/memberships/remote', { uri: address }));
      await same((address) => ask(null, 'GET', `/.well-known/webfinger?resource=${encodeURIComponent(address)}`));
    }
    for (const of of ['', '@']) {
      const name = (id: string) => `/.well-known/webfinger?resource=acct:${of}${id}@localhost:3000`;
      await both((id) => ask(null, 'GET', name(id)));
      await both((id) => ask(person, 'POST', '/groups/join', { reference: `${of}${id}@localhost:3000` }));
    }
    for (const collection of ['', '/inbox', '/outbox', '/followers', '/moderators', '/topics', '/featured'])
      await both((id) => ask(null, 'GET', `/groups/${id}${collection}`, undefined, 'application/activity+json'));
    // No mark of one's own lets a browser listen to it.
    await both((id) => ask(person, 'GET', `/events?topic=${id}.${'a'.repeat(43)}`));
  });
});

it('is there, with all that is secret, for whoever is in it', async () => {
  const { conversation } = seed.things;
  const page = await seed.browser('colleague').fetch(`/conversations/${conversation}`);
  expect((await page.text()).match(/Whispered (subject|content|answer|farewell)/g)?.length).toBeGreaterThanOrEqual(4);
  for (const path of ['/search?q=whispered', '/conversations', '/notifications'])
    expect(await (await seed.browser('colleague').fetch(path)).text()).toMatch(
      path === '/notifications' ? /./ : secret,
    );
});
