import { cookieName, newId, startSession, transact } from '@joinery/core';
import { approve, type GroupRow, joinGroup, removeMember, updateGroup } from '@joinery/slices/groups';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muteToken } from '../../packages/slices/src/notifications/mute-token.ts';
import { createNetworkBrowser, type NetworkBrowser } from '../harness/network-browser.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { uploadFile } from '../harness/upload.ts';
import { by, openGroup } from './world.ts';

// Group J: what somebody kept of a closed group from the time when they were in it, and tries once they were removed.
const missing = '01a1f000-0000-7000-8000-000000000000';
const secret = /Secret|Owner|hush/i;

let node: TestNode;
let owner: TestPerson;
let stays: TestPerson;
let removed: TestPerson;
let group: GroupRow;
let topic: { id: string };
let file: string;
let document: string;
let browser: NetworkBrowser;
let cookie: string;

/** What somebody removed has written down: each an answer that they had as a member. */
type Kept = { etag: string; cursors: [path: string, cursor: string][] };
let kept: Kept;
/** Requests that were carried out once, and are sent again as they were. */
const repeated: { path: string; body: unknown; key: string; status: number }[] = [];
const once = newId();

const send = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${node.origin}${path}`, {
    method,
    headers: { ...(path.startsWith('/api/') ? { authorization: `Bearer ${removed.token}` } : { cookie }), ...headers },
    redirect: 'manual',
  });
const post = (path: string, body: unknown, key: string) =>
  fetch(`${node.origin}/api/v1${path}`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${removed.token}`, 'content-type': 'application/json' },
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  });
/** An answer whole, without what differs from one request to the next. */
const whole = async (answer: Response, ...asked: string[]): Promise<string> => {
  let text = `${answer.status} ${JSON.stringify([...answer.headers].filter(([name]) => name !== 'date'))} ${await answer.text()}`;
  for (const id of asked) text = text.replaceAll(id, missing);
  return text
    .replace(/value="[^"]*"/g, '')
    .replace(/[A-Za-z0-9_-]{43}/g, '')
    .replace(/"(?:x-request-id|content-length)","[^"]*"/g, '')
    .replace(/"requestId":"[^"]*"/g, '');
};

beforeAll(async () => {
  node = await startTestNode('removed');
  [owner, stays, removed] = [
    await node.person('Ada Owner'),
    await node.person('Sia Stays'),
    await node.person('Rik Removed'),
  ];
  group = await openGroup(node, owner, 'hush', { reading: 'members', joining: 'request' });
  await transact(node.context, by, async (work) => {
    for (const { id } of [stays, removed]) {
      await joinGroup(work, { group: group.id, person: id });
      await approve(work, { group: group.id, person: id, by: owner.id });
    }
    await updateGroup(work, group.id, owner.id, { listed: false });
  });
  file = await uploadFile(node, owner, 'Secretfile.txt', Buffer.from('Secretbytes '.repeat(1_000)));
  const make = async (title: string, files: { id: string }[] = []) =>
    (await owner.api('POST', `/groups/${group.id}/posts`, { title, content: 'Secretwords', files })).body;
  topic = await make('Secrettopic', [{ id: file }]);
  for (const title of ['Secretsecond', 'Secretthird']) await make(title);
  for (const name of ['one', 'two']) {
    const id = await uploadFile(node, owner, `Secret${name}.txt`, Buffer.from(`Secret ${name}`));
    const added = await owner.api('POST', `/groups/${group.id}/library/documents`, {
      file: id,
      title: `Secret ${name}`,
    });
    document = added.body.id;
  }
  await owner.api('POST', `/posts/${topic.id}/replies`, { content: `Secretanswer @rik-removed` });
  await node.settle();
  const session = await transact(node.context, by, (work) => startSession(work, removed.account));
  browser = createNetworkBrowser(node.origin);
  browser.cookies(node.origin).set(cookieName(node.origin, 'session'), session);
  cookie = `${cookieName(node.origin, 'session')}=${session}`;

  const lists = [
    ...[`/groups/${group.id}/posts`, `/groups/${group.id}/members`, `/groups/${group.id}/library/documents`],
    ...['/feed', '/search?q=secretwords'],
  ];
  const cursors: Kept['cursors'] = [];
  for (const path of lists) {
    const { status, body } = await removed.api('GET', `${path}${path.includes('?') ? '&' : '?'}limit=1`);
    expect([path, status, typeof body.next]).toEqual([path, 200, 'string']);
    cursors.push([path, body.next]);
  }
  const bytes = await send(`/files/${file}`);
  kept = { etag: bytes.headers.get('etag') ?? '', cursors };
  expect([bytes.status, (await bytes.text()).length]).toEqual([200, 12_000]);
  const requests: [string, unknown][] = [
    [`/groups/${group.id}/posts`, { title: 'Secretmine', content: 'Secret of mine' }],
    [`/posts/${topic.id}/replies`, { content: 'Secret of mine too' }],
    [`/posts/${topic.id}/report`, { reason: 'Secretreason' }],
    [`/groups/${group.id}/library/folders`, { name: 'Secretfolder' }],
  ];
  for (const [path, body] of requests) {
    const key = newId();
    const { status } = await post(path, body, key);
    repeated.push({ path, body, key, status });
  }
  const form = { once, title: 'Secretform', content: 'Secret by form', language: 'en' };
  const made = await browser.post(`/groups/${group.id}/new`, form, { follow: false });
  expect([made.status, made.headers.get('location')]).toEqual([303, expect.stringContaining('/posts/')]);
  expect(repeated.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(2);
  await node.settle();
  await transact(node.context, by, (work) => removeMember(work, { group: group.id, person: removed.id, by: owner.id }));
}, 60_000);
afterAll(() => node[Symbol.asyncDispose]());

const titles = async () =>
  (await node.context.db.reader.selectFrom('post').select('id').where('group_id', '=', group.id).execute()).length;

describe('122: whoever was removed from a closed group', () => {
  it('gets no kept answer of it by sending a request again, and does nothing by that', async () => {
    const before = await titles();
    const [last] = repeated;
    for (const { path, body, key } of repeated) {
      const again = await post(path, body, key);
      const text = await again.text();
      expect([path, again.status, secret.test(text), text.includes(group.id)]).toEqual([path, 404, false, false]);
    }
    const form = { once, title: 'Secretform', content: 'Secret by form', language: 'en' };
    const made = await browser.post(`/groups/${group.id}/new`, form, { follow: false });
    expect([made.status, made.headers.get('location'), secret.test(made.html)]).toEqual([404, null, false]);
    expect(await titles()).toBe(before);
    // Whoever is still in it has theirs, byte for byte.
    const stay = {
      authorization: `Bearer ${stays.token}`,
      'content-type': 'application/json',
      'idempotency-key': newId(),
    };
    const [one, two] = await Promise.all(
      [1, 2].map(async () => {
        const init = { method: 'POST', headers: stay, body: JSON.stringify(last?.body) };
        const answer = await fetch(`${node.origin}/api/v1${last?.path}`, init);
        return `${answer.status} ${await answer.text()}`;
      }),
    );
    expect(one).toMatch(/^201 /);
    expect(two).toBe(one);
  });

  it('116: is told neither that a file is unchanged nor any part of it, and gets what a missing one gives', async () => {
    const conditions: Record<string, string>[] = [
      {},
      { 'if-none-match': kept.etag },
      { 'if-none-match': '*' },
      { 'if-match': kept.etag },
      { 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() },
      { range: 'bytes=6000-' },
      { range: 'bytes=6000-', 'if-range': kept.etag },
      { range: 'bytes=99999-' },
    ];
    for (const path of [
      `/files/${file}`,
      `/files/${file}/view`,
      `/api/v1/files/${file}`,
      `/api/v1/files/${file}/content`,
    ])
      for (const headers of conditions)
        for (const method of ['GET', 'HEAD']) {
          const [there, none] = [
            await send(path, headers, method),
            await send(path.replace(file, missing), headers, method),
          ];
          expect([path, headers, there.status]).toEqual([path, headers, 404]);
          expect(there.headers.get('cache-control')).toMatch(/no-store/);
          expect(there.headers.get('etag')).toBeNull();
          expect(await whole(there, file)).toBe(await whole(none));
        }
  });

  it('goes on reading no list by a mark that it was given', async () => {
    for (const [path, cursor] of kept.cursors) {
      const more = `${path.includes('?') ? '&' : '?'}limit=50&cursor=${encodeURIComponent(cursor)}`;
      const answer = await send(`/api/v1${path}${more}`);
      const none = await send(`/api/v1${path.replace(group.id, missing)}${more}`);
      const inGroup = path.includes(group.id);
      expect([path, answer.status]).toEqual([path, inGroup ? 404 : 200]);
      const text = await whole(answer, group.id);
      expect(text).not.toMatch(/Secret|hush/);
      if (inGroup) expect(text).toBe(await whole(none));
    }
  });

  it('finds nothing of it on any page, in suggestions, previews or search', async () => {
    const paths = [
      ...['', '/new', '/members', '/topics', '/library', '/library/zip', '/feed.atom', '/suggestions?q=ad'].map(
        (end) => `/groups/${group.id}${end}`,
      ),
      ...[`/posts/${topic.id}`, `/posts/${topic.id}/delivery`, `/documents/${document}`],
    ];
    for (const path of paths) {
      const made = path.replace(group.id, missing).replace(topic.id, missing).replace(document, missing);
      const text = await whole(await send(path, { accept: 'text/html' }), group.id, topic.id, document);
      expect([path, text]).toEqual([path, await whole(await send(made, { accept: 'text/html' }))]);
      expect(text).toMatch(/^404 /);
    }
    for (const path of ['/', '/groups', '/notifications', '/search?q=secretanswer', '/search?q=hush']) {
      const asked = path.split('=')[1] ?? 'nothing';
      const { html } = await browser.get(path);
      const said = html.replace(/value="[^"]*"/g, '').replaceAll(asked, '');
      expect([path, secret.exec(said)?.[0]]).toEqual([path, undefined]);
    }
    for (const path of ['/feed', '/notifications', '/search?q=secretwords', '/search?q=hush', '/groups'])
      expect([path, secret.exec(JSON.stringify((await removed.api('GET', path)).body))?.[0]]).toEqual([
        path,
        undefined,
      ]);
    // What they wrote themselves is theirs, and says nothing of where.
    const { html } = await browser.get('/profile/written');
    expect(html).not.toMatch(/hush|Ada/);
    const preview = await browser.post(`/groups/${group.id}/new`, { title: 'x', content: '@ada-owner', preview: '1' });
    expect([preview.status, /Ada|may not be able/.test(preview.html)]).toEqual([404, false]);
  });

  it('may silence it by the link of a mail, and learns nothing from that', async () => {
    for (const subject of [
      { scope: 'group', subject: group.id },
      { scope: 'topic', subject: topic.id },
    ] as const) {
      const link = { person: removed.id, ...subject, page: true, mail: true };
      const path = `/notifications/mute/${muteToken(node.context.secret, link, new Date())}`;
      for (const answer of [await browser.get(path), await browser.post(path)]) {
        expect(answer.status).toBe(200);
        expect(answer.html).not.toMatch(/Secret|hush|Ada/);
      }
    }
  });
});
