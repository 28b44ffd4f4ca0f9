import { createActorKeys, newId, transact } from '@joinery/core';
import { createGroup, type NewGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sessionCookie } from '../harness/browser-pages.ts';
import { settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;

let department: TestNode;
let council: TestNode;
let bob: TestPerson;
let things: { web: string; open: string; closed: string; topic: string };

beforeAll(async () => {
  [department, council] = [await startTestNode('Department'), await startTestNode('Council')];
  const ada = await department.person('Ada Owner');
  bob = await council.person('Bob Council');
  const keys = await createActorKeys();
  const { context } = department;
  const group = (name: string, rules: Partial<NewGroup>) =>
    transact(context, by, (work) =>
      createGroup(work, { name, handle: `g-${newId().slice(-12)}`, owner: ada.id, keys, ...rules }),
    );
  const web = await group('Open maps', { reading: 'web' });
  const open = await group('Parking permits', {});
  const closed = await group('Secret plans', { reading: 'members', joining: 'request' });
  const topic = await transact(context, by, (work) =>
    createTopic(work, { group: open.id, author: ada.id, title: 'Blue badges', ...markdownText('How?') }),
  );
  things = { web: web.id, open: open.id, closed: closed.id, topic: topic.id };
}, 60_000);
afterAll(async () => {
  await department?.[Symbol.asyncDispose]();
  await council?.[Symbol.asyncDispose]();
});

type Page = { status: number; html: string; location: string | null; refresh: string | null };

/** A browser without script that keeps what it is given. */
function browser(node: TestNode, session = '') {
  const cookies = new Map<string, string>(session ? [session.split('=') as [string, string]] : []);
  let token = '';
  const ask = async (path: string, form?: Record<string, string>): Promise<Page> => {
    const answer = await fetch(`${node.origin}${path}`, {
      method: form ? 'POST' : 'GET',
      headers: {
        accept: 'text/html',
        origin: node.origin,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      redirect: 'manual',
      ...(form ? { body: new URLSearchParams({ csrf: token, ...form }) } : {}),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const html = await answer.text();
    token = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? token;
    const { headers, status } = answer;
    return { status, html, location: headers.get('location'), refresh: headers.get('refresh') };
  };
  return { get: (path: string) => ask(path), post: ask };
}

async function asBob() {
  const { name, value } = await sessionCookie(council.context, bob.account);
  return browser(council, `${name}=${value}`);
}

const missing = '01a1f000-0000-7000-8000-000000000000';

it('every page that somebody of another agency may come to offers the way to their own node, and tells nothing by it', async () => {
  const stranger = browser(department);
  expect((await stranger.get(`/groups/${things.web}`)).html).toContain('own agency’s node');
  const bytes = new Set<string>();
  for (const id of [things.open, things.closed, missing]) {
    const page = await stranger.get(`/groups/${id}`);
    expect([page.status, page.html.includes('own agency’s node')]).toEqual([404, true]);
    bytes.add(page.html.replaceAll(id, '<id>'));
  }
  expect(bytes.size).toBe(1);
  for (const id of [things.topic, missing]) {
    const page = await stranger.get(`/posts/${id}`);
    expect(page.status).toBe(303);
    expect((await stranger.get(page.location ?? '')).html).toContain(`value="/posts/${id}"`);
  }
  expect((await stranger.get('/sign-in')).html).not.toContain('own agency’s node');
  expect((await (await asBob()).get(`/groups/${missing}`)).html).not.toContain('own agency’s node');
});

it('sends the browser to the node that was named, remembers it, and asks nothing of it', async () => {
  const stranger = browser(department);
  const path = `/groups/${things.closed}`;
  const before = department.federation.door.recent().length;
  await stranger.get(path);
  const sent = await stranger.post('/own-node', { path, node: council.origin });
  const href = `${council.origin}/follow?uri=${encodeURIComponent(`${department.origin}${path}`)}`;
  expect([sent.status, sent.refresh]).toEqual([200, `0; url=${href}`]);
  expect(sent.html).toContain(`href="${href}"`);
  expect((await stranger.get(`/groups/${missing}`)).html).toContain(`href="${href.replace(things.closed, missing)}"`);
  expect(department.federation.door.recent()).toHaveLength(before);
});

it('sends it nowhere else', async () => {
  const stranger = browser(department);
  const path = `/groups/${things.web}`;
  await stranger.get(path);
  for (const node of ['', 'javascript:alert(1)', 'https://a@evil.example', 'evil.example:22', '10.0.0.1', 'intranet']) {
    const answer = await stranger.post('/own-node', { path, node });
    expect([node, answer.status, answer.refresh, answer.location]).toEqual([node, 422, null, null]);
    expect(answer.html).toContain(`value="${path}"`);
  }
  for (const at of ['', '/sign-in', '//evil.example', 'https://evil.example/', `/administration/${missing}`]) {
    const answer = await stranger.post('/own-node', { path: at, node: council.origin });
    expect([at, answer.status, answer.refresh]).toEqual([at, 400, null]);
  }
  const home = await stranger.post('/own-node', { path, node: department.origin });
  expect(home.location).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
});

it('opens a link on the own node as far as agreements go, and says in words why not', async () => {
  const group = `/follow?uri=${encodeURIComponent(`${department.origin}/groups/${things.open}`)}`;
  const stranger = browser(council);
  expect((await stranger.get(group)).location).toBe(`/sign-in?next=${encodeURIComponent(group)}`);
  const page = await asBob();
  expect((await page.get('/follow')).html).toContain('name="uri"');
  expect((await page.get('/follow?uri=javascript:alert(1)')).status).toBe(422);
  expect((await page.get(`/follow?uri=${encodeURIComponent(`${council.origin}/sign-out`)}`)).location).toBe('/');
  const none = await page.get(group);
  expect(none.html).toContain('has no agreement with');
  expect(council.federation.door.recent()).toEqual([]);

  const uri = `${department.origin}/groups/${things.open}`;
  expect((await page.post('/follow/ask', { uri, reason: ' ' })).status).toBe(422);
  const long = await page.post('/follow/ask', { uri, reason: 'x'.repeat(1001) });
  expect([long.status, long.html.includes('xxxx')]).toEqual([422, true]);
  const asked = await page.post('/follow/ask', { uri, reason: 'Same permits here' });
  expect(asked.location).toBe(`${group}&asked=1`);
  expect((await page.get(group)).html).toContain('You asked on');
  const other = await council.person('Cees Council');
  const { name, value } = await sessionCookie(council.context, other.account);
  expect((await browser(council, `${name}=${value}`).get(group)).html).toContain('1 colleague asked for');
  for (const wrong of ['', 'javascript:alert(1)', `${council.origin}/groups/${missing}`])
    expect((await page.post('/follow/ask', { uri: wrong, reason: 'x' })).status).toBe(400);
  expect(council.federation.door.recent()).toEqual([]);

  const handle = `@anything@${new URL(department.origin).host}`;
  const byHandle = browser(council, `${name}=${value}`);
  await byHandle.get(`/follow?uri=${encodeURIComponent(handle)}`);
  expect((await byHandle.post('/follow/ask', { uri: handle, reason: 'Their maps' })).status).toBe(303);
  /** What the newest notification says, and where it leads. */
  const told = async (reading: Awaited<ReturnType<typeof asBob>>) => {
    const { html } = await reading.get('/notifications');
    const [href = ''] = /\/notifications\/[0-9a-f-]{36}/.exec(html) ?? [];
    const says = ['There is an agreement', 'it opens once they allow yours'].filter((words) => html.includes(words));
    return { says, leads: (await reading.get(href)).location };
  };

  await council.allow(department);
  await settleAll([council]);
  expect((await page.get(group)).html).toContain('has not allowed your node yet');
  expect((await page.get('/')).html).toContain('what you asked for opens once they allow yours');
  expect(await told(page)).toEqual({ says: ['it opens once they allow yours'], leads: group });
  await department.allow(council);
  await settleAll([department, council]);
  // Told again, that it opens now; what is asked for by a name leads to the node.
  expect(await told(page)).toEqual({ says: ['There is an agreement'], leads: group });
  const elsewhere = `/follow?uri=${encodeURIComponent(department.origin)}`;
  expect(await told(byHandle)).toEqual({ says: ['There is an agreement'], leads: elsewhere });
  const rung = await council.context.db.reader
    .selectFrom('notification')
    .select('read_at')
    .where('kind', '=', 'agreement')
    .execute();
  expect(rung).toHaveLength(4);
  expect((await page.get('/')).html).toContain('open what you asked for');
  const found = await page.get(group);
  expect([found.status, found.location]).toEqual([303, expect.stringMatching(/^\/groups\//)]);
  expect((await page.get(found.location ?? '')).html).toContain('Parking permits');
  await page.post(`${found.location}/join`, {});
  await settleAll([department, council]);
  expect((await page.get('/')).html).not.toContain('open what you asked for');
  const post = await page.get(`/follow?uri=${encodeURIComponent(`${department.origin}/posts/${things.topic}`)}`);
  expect((await page.get(post.location ?? '')).html).toContain('Blue badges');

  const answers = new Set<string>();
  for (const id of [things.closed, missing]) {
    const answer = await page.get(`/follow?uri=${encodeURIComponent(`${department.origin}/groups/${id}`)}`);
    expect(answer.html).toContain('shows nothing to your node');
    answers.add(answer.html.replaceAll(id, '<id>'));
  }
  expect(answers.size).toBe(1);
  await council.decide('block', department);
  const unknown = `/follow?uri=${encodeURIComponent(`${department.origin}/groups/${things.web}`)}`;
  expect((await page.get(unknown)).html).toContain('blocked it');
});

it('announces where links open by WebFinger, of people and not of groups', async () => {
  const host = new URL(council.origin).host;
  const finger = async (node: TestNode, resource: string) => {
    const answer = await fetch(`${node.origin}/.well-known/webfinger?resource=${encodeURIComponent(resource)}`);
    return ((await answer.json()) as { links: { rel: string; template?: string }[] }).links.filter((it) => it.template);
  };
  expect(await finger(council, `acct:agency@${host}`)).toEqual([
    { rel: 'https://w3id.org/fep/3b86/Follow', template: `${council.origin}/follow?uri={object}` },
    { rel: 'https://w3id.org/fep/3b86/Object', template: `${council.origin}/follow?uri={object}` },
    { rel: 'http://ostatus.org/schema/1.0/subscribe', template: `${council.origin}/follow?uri={uri}` },
  ]);
  expect(await finger(department, `${department.origin}/groups/${things.open}`)).toEqual([]);
});

it('a handle of a closed group of this node leads where one that does not exist leads', async () => {
  const { context } = council;
  const keys = await createActorKeys();
  const owner = await council.person('Olga Closed');
  const rules = { owner: owner.id, keys, reading: 'members', joining: 'invited', listed: false } as const;
  await transact(context, by, (work) => createGroup(work, { name: 'Secret', handle: 'secret-plans', ...rules }));
  const page = await asBob();
  const of = async (name: string) => {
    const { status, location } = await page.get(
      `/follow?uri=${encodeURIComponent(`@${name}@${new URL(council.origin).host}`)}`,
    );
    return { status, location };
  };
  expect(await of('secret-plans')).toEqual(await of('no-such-plans'));
});
