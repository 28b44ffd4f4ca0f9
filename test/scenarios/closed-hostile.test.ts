import { randomBytes } from 'node:crypto';
import { endSessions, transact } from '@joinery/core';
import { removeMember } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, markdownText, postByUri, reply } from '@joinery/slices/posts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { png } from '../../packages/slices/src/files/testing/pictures.ts';
import { sessionCookie } from '../harness/browser-pages.ts';
import { type MailServer, startMailServer } from '../harness/mail-server.ts';
import { createNetworkBrowser, type NetworkBrowser } from '../harness/network-browser.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';
import { by, bytesHeld, type ClosedWorld, limit, openClosedWorld } from './closed-world.ts';

/** Attacks on a closed group whose people sit at several nodes: A hosts it, Bob of B writes, Cleo and Carla of C read, X is in nothing. */
const secret = 'Kestrel';
const missing = '01900000-0000-7000-8000-000000000000';
const large = 24 * 1024 * 1024;

let world: ClosedWorld;
let mail: MailServer;
let carla: TestPerson;
const at = { b: '', c: '' };
/** A topic of Bob with a picture and a long file; ids at his node. */
let topic: { id: string; uri: string };
const files = { picture: '', long: '' };
const picture = png(16, { clean: true });

beforeAll(async () => {
  mail = await startMailServer();
  world = await openClosedWorld({
    environment: { JOINERY_SMTP_URL: mail.url, JOINERY_UNDO_SECONDS: '20' },
  });
  const { b, bob, c, cleo, settle, become, arrives } = world;
  at.b = await become(b, bob);
  at.c = await become(c, cleo);
  carla = await c.person('Carla Stays');
  await become(c, carla);
  files.picture = await uploadFile(b, bob, `${secret}.png`, picture);
  files.long = await uploadFile(b, bob, `${secret}.bin`, randomBytes(large));
  topic = await transact(b.context, by, (work) =>
    createTopic(work, {
      ...{ group: at.b, author: bob.id, title: `${secret} case`, ...markdownText(`About the ${secret}.`) },
      files: [{ id: files.picture, alt: 'A plan' }, { id: files.long }],
    }),
  );
  await settle();
  await arrives(c, topic.uri, secret);
}, 60_000);
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await mail?.[Symbol.asyncDispose]();
});

/** Local id at a node of a file of B. */
async function idAt(node: TestNode, file: string): Promise<string> {
  const rows = node.context.db.reader.selectFrom('files_file').select('id');
  return (await rows.where('uri', '=', `${world.b.origin}/files/${file}`).executeTakeFirst())?.id ?? 'gone';
}

async function browserOf(node: TestNode, person: TestPerson): Promise<NetworkBrowser> {
  const browser = createNetworkBrowser(node.origin);
  const { name, value } = await sessionCookie(node.context, person.account);
  browser.cookies(node.origin).set(name, value);
  return browser;
}

async function headersOf(node: TestNode, person: TestPerson): Promise<Record<string, string>> {
  const { name, value } = await sessionCookie(node.context, person.account);
  return { cookie: `${name}=${value}` };
}

/** An answer whole, without what differs from one request to the next. */
async function whole(answer: Response, asked: string): Promise<string> {
  const said = [...answer.headers].filter(([name]) => !/^(date|x-request-id|content-length)$/.test(name));
  return `${answer.status} ${JSON.stringify(said)} ${await answer.text()}`
    .replaceAll(asked, missing)
    .replace(/value="[^"]*"|[A-Za-z0-9_-]{43}|"requestId":"[^"]*"|nonce-[^'"]*|nonce="[^"]*"/g, '');
}

it('tells who is in it to no node but those of members, each of its own people alone (hostile case 97)', async () => {
  const { a, b, c, x, ada, bob, cleo, group, get } = world;
  const anonymous = (url: string, accept: string) => fetch(url, { headers: { accept }, redirect: 'manual' });
  const none = group.uri.replace(group.id, missing);
  for (const path of ['/followers', '/moderators', '/members', '/outbox']) {
    for (const accept of ['application/activity+json', 'text/html', 'application/json']) {
      const [there, nothing] = [await anonymous(group.uri + path, accept), await anonymous(none + path, accept)];
      expect([path, accept, [303, 401, 404].includes(there.status)]).toEqual([path, accept, true]);
      expect(await whole(there, group.id)).toBe(await whole(nothing, missing));
    }
    expect([path, await get(x, group.uri + path)]).toEqual([path, await get(x, none + path)]);
    expect([path, (await get(x, group.uri + path)).status]).toEqual([path, 404]);
  }
  const api = (id: string) => fetch(`${a.origin}/api/v1/groups/${id}/members`);
  expect(await whole(await api(group.id), group.id)).toBe(await whole(await api(missing), missing));
  for (const [node, own] of [
    [b, [bob.uri]],
    [c, [cleo.uri, carla.uri]],
  ] as const) {
    const { status, document } = await get(node, `${group.uri}/followers`);
    const { items } = document as { items: string[] };
    expect([status, [...items].sort()]).toEqual([200, [...own].sort()]);
    const others = [ada, bob, cleo, carla].filter(({ uri }) => !(own as readonly string[]).includes(uri));
    for (const { uri } of others) expect([uri, JSON.stringify(document).includes(uri)]).toEqual([uri, false]);
  }
});

it('gives a file of it to nobody else at any node, in whole or in part, and not even the word that it is unchanged (hostile case 116)', async () => {
  const { a, b, c, x, cleo, bob, get } = world;
  const strangers = await Promise.all(
    [a, b, c].map(async (node) => [node, await headersOf(node, await node.person('Oscar Outside'))] as const),
  );
  const etag = (await fetch(`${b.origin}/files/${files.long}`, { headers: await headersOf(b, bob) })).headers.get(
    'etag',
  );
  const conditions: Record<string, string>[] = [
    ...[{}, { 'if-none-match': String(etag) }, { 'if-none-match': '*' }, { range: 'bytes=100-200' }],
    { range: 'bytes=100-200', 'if-range': String(etag) },
  ];
  const asking: [who: string, node: TestNode, headers: Record<string, string>][] = [
    ...[a, b, c].map((node): [string, TestNode, Record<string, string>] => ['nobody', node, {}]),
    ...strangers.map(([node, headers]): [string, TestNode, Record<string, string>] => ['stranger', node, headers]),
    // Who may read it at their own node is nobody at another.
    ['reader of another node, by cookie', b, await headersOf(c, cleo)],
    ['reader of another node, by token', b, { authorization: `Bearer ${cleo.token}` }],
  ];
  for (const [who, node, own] of asking) {
    const id = node === b ? files.long : await idAt(node, files.long);
    expect(id).not.toBe('gone');
    for (const path of ['/files/:id', '/files/:id/view', '/api/v1/files/:id', '/api/v1/files/:id/content']) {
      // Without a session the API says so, whatever is asked for.
      const says = path.startsWith('/api/') || 'authorization' in own ? [401, 404] : [404];
      for (const headers of conditions)
        for (const method of 'if-range' in headers ? ['GET'] : ['GET', 'HEAD']) {
          const ask = (of: string) =>
            fetch(node.origin + path.replace(':id', of), {
              method,
              headers: { ...own, ...headers },
              redirect: 'manual',
            });
          const [there, none] = [await ask(id), await ask(missing)];
          expect([who, path, headers, says.includes(there.status), there.status]).toEqual([
            ...[who, path, headers, true, there.status],
          ]);
          expect([there.headers.get('etag'), there.headers.get('content-range')]).toEqual([null, null]);
          expect(there.headers.get('cache-control')).toMatch(/no-store/);
          expect([who, path, await whole(there, id)]).toEqual([who, path, await whole(none, missing)]);
        }
    }
  }
  for (const [node, headers] of [
    [x, {}],
    [x, { range: 'bytes=100-200' }],
    [x, { 'if-none-match': String(etag) }],
    [c, { 'if-none-match': String(etag) }],
  ] as const)
    expect(await get(node, `${b.origin}/files/${files.long}`, headers)).toEqual(
      await get(node, `${b.origin}/files/${missing}`, headers),
    );
  // Nor as a record copy, which nobody promised: not at the node of the group, and not by a member’s node.
  const { origin } = b;
  for (const node of [x, c])
    for (const end of [`?home=${origin}`, `?home=${origin}&record`, `?home=${a.origin}`])
      expect(await get(node, `${a.origin}/files/${files.long}${end}`)).toEqual(
        await get(node, `${a.origin}/files/${missing}${end}`),
      );
  // Whoever may read it has it, and keeps it in no cache.
  const mine = await fetch(`${c.origin}/files/${await idAt(c, files.picture)}`, { headers: await headersOf(c, cleo) });
  expect([mine.status, mine.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  expect(Buffer.from(await mine.arrayBuffer()).equals(picture)).toBe(true);
});

it('shows a picture from elsewhere by an address of the reader’s own node alone, as it was announced or not at all (hostile case 118)', async () => {
  const { b, c, cleo, bob, settle, arrives } = world;
  const earlier = c.federation.door.recent();
  const here = await postByUri(c.context.db.reader, topic.uri);
  const id = await idAt(c, files.picture);
  const page = await (await browserOf(c, cleo)).get(`/posts/${here?.id}`);
  expect(page.html).toContain(`/files/${id}`);
  const view = await (await browserOf(c, cleo)).get(`/files/${id}/view`);
  for (const { html, headers } of [page, view]) {
    const loaded = [
      ...html.matchAll(/<(?:img|iframe|script|source|video|object|embed)[^>]*?(?:src|srcset|data)="([^"]*)"/g),
    ];
    expect(loaded.filter(([, address = '']) => /^https?:/.test(address) && !address.startsWith(c.origin))).toEqual([]);
    expect(html).not.toContain(`${b.origin}/files/`);
    expect(headers.get('content-security-policy')).not.toContain(new URL(b.origin).host);
  }
  // Asked of B alone, by C itself.
  const seen = await fetch(`${c.origin}/files/${id}`, { headers: await headersOf(c, cleo) });
  expect(Buffer.from(await seen.arrayBuffer()).equals(picture)).toBe(true);
  const asked = c.federation.door.recent().filter((one) => !earlier.includes(one) && one.url.includes('/files/'));
  expect(asked.length).toBeGreaterThan(0);
  for (const { url } of asked) expect(new URL(url).origin).toBe(b.origin);

  // B hands out something else, and more than it announced.
  const read = b.context.files.read;
  const content = { headers: { authorization: `Bearer ${cleo.token}` } };
  const get = (file: string, range?: string) =>
    fetch(`${c.origin}/api/v1/files/${file}/content`, { headers: { ...content.headers, ...(range ? { range } : {}) } });
  const more = new Uint8Array(64 * 1024).fill(120);
  let sent = 0;
  b.context.files.read = async () =>
    new ReadableStream({
      pull: (controller) => {
        sent += more.length;
        if (sent > 2 * large) controller.close();
        else controller.enqueue(more);
      },
    });
  for (const file of [id, await idAt(c, files.long)]) {
    const answer = await get(file);
    const came = await answer.arrayBuffer().catch(() => null);
    expect(answer.status === 200 && came !== null).toBe(false);
    expect(Buffer.from(came ?? new ArrayBuffer(0)).includes('xxx')).toBe(false);
  }
  b.context.files.read = read;
  await until(async () => (await get(id)).status === 200, limit);

  // A file whose address is at another host is none: nobody is asked for it.
  const far = await uploadFile(b, bob, 'far.png', png(8, { clean: true }));
  await transact(b.context, by, async (work) => {
    await work.db
      .updateTable('files_file')
      .set({ uri: 'http://localhost:9/files/far' })
      .where('id', '=', far)
      .execute();
  });
  const post = await transact(b.context, by, (work) =>
    createTopic(work, {
      group: at.b,
      author: bob.id,
      title: 'Far',
      ...markdownText('Far away.'),
      files: [{ id: far }],
    }),
  );
  await settle();
  await arrives(c, post.uri, 'Far away');
  const copy = await postByUri(c.context.db.reader, post.uri);
  expect((await cleo.api('GET', `/posts/${copy?.id}`)).body.files).toEqual([]);
  expect((await (await browserOf(c, cleo)).get(`/posts/${copy?.id}`)).html).not.toMatch(/<img[^>]*localhost:9\//);
  expect(c.federation.door.recent().filter(({ url }) => url.includes('localhost:9/'))).toEqual([]);
});

it('lets nobody else at any node hear of a post before it leaves, however it is changed or taken back until then (hostile case 124)', async () => {
  const { a, b, c, x, bob, group, settle, clock } = world;
  const browser = await browserOf(b, bob);
  const heard = async () =>
    Promise.all(
      [a, c, x].map(async ({ context }) => {
        const { n } = await context.db.reader
          .selectFrom('ledger')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow();
        return Number(n);
      }),
    );
  await settle();
  const before = await heard();
  const told = async () => (await b.context.db.reader.selectFrom('log').select('id').execute()).length;
  const logged = await told();
  const write = async (title: string, content: string) => {
    const { headers } = await browser.post(
      `/groups/${at.b}/new`,
      { title, content, language: 'en' },
      { follow: false },
    );
    expect(headers.get('location')).toMatch(/^\/outgoing\//);
    return String(headers.get('location'));
  };
  const [kept, taken] = [await write('Firstheron', 'Firstheron words'), await write('Backheron', 'Backheron words')];
  await settle();
  expect((await browser.post(kept, { title: 'Lastheron', content: 'Lastheron words' }, { follow: false })).status).toBe(
    303,
  );
  expect((await browser.post(`${taken}/undo`, {}, { follow: false })).status).toBe(303);
  await settle();
  expect([await heard(), await told()]).toEqual([before, logged]);
  for (const node of [a, c, x]) expect([node.name, bytesHeld(node, 'heron')]).toEqual([node.name, 0]);
  clock.forward(1);
  await until(async () => {
    await settle();
    const rows = c.context.db.reader.selectFrom('post').select('id').where('title', '=', 'Lastheron');
    return (await rows.executeTakeFirst()) !== undefined;
  }, limit);
  for (const node of [a, c, x])
    for (const word of ['Firstheron', 'Backheron']) expect([node.name, bytesHeld(node, word)]).toEqual([node.name, 0]);
  expect(bytesHeld(x, 'Lastheron')).toBe(0);
  expect(group.uri).toContain(a.origin);
});

it('shows an administrator of a member’s node nothing, whatever reason they give there (hostile case 125)', async () => {
  const { a, c, x, ada, group, settle } = world;
  const post = (await postByUri(c.context.db.reader, topic.uri))?.id ?? '';
  for (const [node, id] of [
    [c, at.c],
    [a, group.id],
  ] as const) {
    const admin = await node.person('Rob Root', { administrator: true });
    const headers = await headersOf(node, admin);
    const copy = node === c ? post : ((await postByUri(a.context.db.reader, topic.uri))?.id ?? '');
    const file = await idAt(node, files.picture);
    for (const path of [
      ...['', '/topics', '/members', '/new', '/library', '/library/zip', '/feed.atom', '/emergency'].map(
        (end) => `/groups/${id}${end}`,
      ),
      ...[`/posts/${copy}`, `/posts/${copy}/delivery`, `/files/${file}`, `/files/${file}/view`],
      ...[`/api/v1/groups/${id}/posts`, `/api/v1/groups/${id}/members`, `/api/v1/posts/${copy}`],
    ]) {
      const kept = [id, copy, file].find((one) => path.includes(one)) ?? '';
      const own: Record<string, string> = path.startsWith('/api/')
        ? { authorization: `Bearer ${admin.token}` }
        : { ...headers, accept: 'text/html' };
      const ask = (what: string) => fetch(`${node.origin}${what}`, { headers: own, redirect: 'manual' });
      const there = await ask(path);
      const none = await ask(path.replace(kept, missing));
      const text = await there.clone().text();
      expect([node.name, path, text.includes(secret)]).toEqual([node.name, path, false]);
      // The group itself is listed, with a page that says how to ask to join; of what is in it nothing is there.
      if (path === `/groups/${id}` || path === `/groups/${id}/emergency`) continue;
      expect([node.name, path, [403, 404].includes(there.status)]).toEqual([node.name, path, true]);
      if (path.includes(id)) expect([path, /Bob Writer|Cleo Reader|Carla Stays/.test(text)]).toEqual([path, false]);
      else expect([node.name, path, await whole(there, kept)]).toEqual([node.name, path, await whole(none, missing)]);
    }
    for (const path of ['/', `/search?q=${secret}`, '/groups', '/administration']) {
      const said = (
        await (await fetch(`${node.origin}${path}`, { headers: { ...headers, accept: 'text/html' } })).text()
      )
        .replace(/value="[^"]*"/g, '')
        .replaceAll(`q=${secret}`, '')
        .replaceAll(`“${secret}”`, '');
      expect([node.name, path, said.includes(`${secret} case`)]).toEqual([node.name, path, false]);
    }
    if (node !== c) continue;
    // Only the node where a group lives can open it in an emergency, with its owners knowing.
    const asked = await admin.api('POST', '/emergency', { group: group.uri, reason: 'I am curious' });
    const nothing = await admin.api('POST', '/emergency', {
      group: group.uri.replace(group.id, missing),
      reason: 'I am curious',
    });
    expect(asked.status).toBeGreaterThanOrEqual(400);
    expect([asked.status, asked.body.code]).toEqual([nothing.status, nothing.body.code]);
    await settle();
    expect((await ada.api('GET', `/groups/${group.id}/emergency`)).body.items).toEqual([]);
  }
  expect(await x.context.db.reader.selectFrom('post').selectAll().execute()).toEqual([]);
});

it('lets whoever may read on have a file whole, however much longer that takes than a token lives', async () => {
  const { b, c, clock } = world;
  const asked = () => c.federation.door.recent().filter(({ url }) => url === `${b.origin}/files/${files.long}`).length;
  const before = asked();
  const answer = await fetch(`${c.origin}/files/${await idAt(c, files.long)}`, { headers: await headersOf(c, carla) });
  const reader = answer.body?.getReader();
  let bytes = (await reader?.read())?.value?.length ?? 0;
  clock.forward(11);
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) bytes += next.value.length;
  expect(bytes).toBe(large);
  // The node of the file broke off, and was asked again.
  expect(asked() - before).toBe(2);
});

describe('whoever is removed from it at its own node, and sits at another one (hostile case 122)', () => {
  let cookie: Record<string, string>;
  let news: { text: () => string; end: () => Promise<void> };
  let range: Response;
  let zip: Response;
  let etag: string;
  let mailed: number;
  let held: string;
  let form: { title: string; content: string };
  let browser: NetworkBrowser;
  let long: string;

  /** What comes of a stream, as it comes. */
  function listenTo(answer: Response) {
    let text = '';
    const reader = answer.body?.getReader();
    const reading = (async () => {
      for (;;) {
        const next = await reader?.read().catch(() => undefined);
        if (!next || next.done) return;
        text += new TextDecoder().decode(next.value);
      }
    })();
    return {
      text: () => text,
      end: async () => {
        await reader?.cancel();
        await reading;
      },
    };
  }

  beforeAll(async () => {
    const { a, b, c, ada, bob, cleo, group, settle, arrives, clock } = world;
    browser = await browserOf(c, cleo);
    cookie = await headersOf(c, cleo);
    long = await idAt(c, files.long);
    const page = await browser.get(`/groups/${at.c}`);
    expect(page.html).toContain(`${secret} case`);
    expect(page.headers.get('cache-control')).toMatch(/no-store/);
    const mark = /data-topic="([^"]+)"/.exec(page.html)?.[1] ?? '';
    news = listenTo(await fetch(`${c.origin}/events?topic=${mark}`, { headers: cookieOf(browser, c) }));
    const picture = await fetch(`${c.origin}/files/${await idAt(c, files.picture)}`, { headers: cookie });
    etag = picture.headers.get('etag') ?? '';
    // A mail waits for her, and one for Carla: Bob answers both.
    for (const person of [cleo, carla]) {
      const question = { title: 'Question', ...markdownText(`A ${secret} question`) };
      const asked = await transact(c.context, by, (work) =>
        createTopic(work, { group: at.c, author: person.id, ...question }),
      );
      await settle();
      await arrives(b, asked.uri, 'question');
      const there = await postByUri(b.context.db.reader, asked.uri);
      const answer = await transact(b.context, by, (work) =>
        reply(work, { replyTo: there?.id ?? '', author: bob.id, ...markdownText(`${secret} answer`) }),
      );
      await settle();
      await arrives(c, answer.uri, 'answer');
    }
    await settle();
    // A document in the library behind which another one comes.
    for (const [name, bytes] of [
      ['1 long.bin', randomBytes(large)],
      ['2 late.bin', randomBytes(1_000)],
    ] as const) {
      const file = await uploadFile(c, carla, name, bytes);
      expect((await carla.api('POST', `/groups/${at.c}/library/documents`, { file, title: name })).status).toBe(201);
    }
    await settle();
    // A post of hers waits to leave, and one that she wrote into a page whose session ended.
    const sent = await browser.post(
      `/groups/${at.c}/new`,
      { title: 'Heldwren', content: 'Heldwren words', language: 'en' },
      { follow: false },
    );
    held = String(sent.headers.get('location'));
    expect(held).toMatch(/^\/outgoing\//);
    form = { title: 'Keptwren', content: 'Keptwren words' };
    // Two downloads are under way, each with one piece read.
    range = await fetch(`${c.origin}/files/${long}`, { headers: { ...cookie, range: 'bytes=1000-' } });
    zip = await fetch(`${c.origin}/groups/${at.c}/library/zip`, { headers: cookie });
    expect([range.status, zip.status]).toEqual([206, 200]);
    const person = await personByUri(a.context.db.reader, cleo.uri);
    await transact(a.context, by, (work) =>
      removeMember(work, { group: group.id, person: person?.id ?? '', by: ada.id }),
    );
    await settle();
    mailed = mail.mails.length;
    // Within the minute that it may take.
    clock.forward(0.5);
  }, 60_000);
  afterAll(() => news?.end());

  const cookieOf = (of: NetworkBrowser, node: TestNode) => ({
    cookie: [...of.cookies(node.origin)].map(([name, value]) => `${name}=${value}`).join('; '),
  });
  const bytesOf = async (answer: Response) => {
    let bytes = 0;
    try {
      for await (const piece of answer.body ?? []) bytes += piece.length;
    } catch {
      return { bytes, ended: false };
    }
    return { bytes, ended: true };
  };

  it('has no more of a download or a zip that was under way, nor the rest of it by another request', async () => {
    const { c } = world;
    const [part, packed] = [await bytesOf(range), await bytesOf(zip)];
    expect([part.ended, part.bytes < large - 1000]).toEqual([false, true]);
    expect([packed.ended, packed.bytes < large]).toEqual([false, true]);
    const more: Record<string, string>[] = [
      { range: `bytes=${part.bytes + 1000}-` },
      { range: 'bytes=0-', 'if-range': etag },
      { 'if-none-match': etag },
    ];
    for (const headers of more)
      for (const file of [long, await idAt(c, files.picture)])
        expect((await fetch(`${c.origin}/files/${file}`, { headers: { ...cookie, ...headers } })).status).toBe(404);
    const again = await fetch(`${c.origin}/groups/${at.c}/library/zip`, { headers: cookie });
    expect(await whole(again, at.c)).toBe(
      await whole(await fetch(`${c.origin}/groups/${missing}/library/zip`, { headers: cookie }), missing),
    );
  });

  it('has neither a page nor a word of it, hears nothing, and gets no mail of what was answered before', async () => {
    const { b, c, bob, settle, arrives, clock } = world;
    const post = (await postByUri(c.context.db.reader, topic.uri))?.id ?? '';
    for (const path of [
      `/groups/${at.c}/topics`,
      `/groups/${at.c}/members`,
      `/posts/${post}`,
      '/',
      `/search?q=${secret}`,
      '/notifications',
    ]) {
      const { html } = await browser.get(path);
      const said = html
        .replace(/value="[^"]*"/g, '')
        .replaceAll(`q=${secret}`, '')
        .replaceAll(`“${secret}”`, '');
      expect([path, new RegExp(`${secret} (?:case|answer)|Bob Writer`).exec(said)?.[0]]).toEqual([path, undefined]);
    }
    await settle();
    const before = news.text();
    const late = await transact(b.context, by, (work) =>
      createTopic(work, { group: at.b, author: bob.id, title: 'Late', ...markdownText('Late words') }),
    );
    await settle();
    await arrives(c, late.uri, 'Late words');
    // Whoever still is in it hears of it on such a stream: then all that was to come has come.
    const still = await browserOf(c, carla);
    const mark = /data-topic="([^"]+)"/.exec((await still.get(`/groups/${at.c}`)).html)?.[1] ?? '';
    const heard = listenTo(await fetch(`${c.origin}/events?topic=${mark}`, { headers: cookieOf(still, c) }));
    await transact(b.context, by, (work) =>
      createTopic(work, { group: at.b, author: bob.id, title: 'Later', ...markdownText('Later words') }),
    );
    await until(async () => {
      await settle();
      return heard.text().includes(at.c);
    }, limit);
    await heard.end();
    expect(news.text().slice(before.length)).not.toContain(at.c);
    clock.forward(60);
    await settle();
    clock.forward(60);
    await settle();
    const mails = (name: string) =>
      mail.mails
        .slice(mailed)
        .filter(({ to }) => to.some((one) => one.startsWith(name)))
        .map(({ headers }) => headers.get('subject'));
    expect(mails('cleo')).toEqual([]);
    // The mail of the same answer to whoever still is in it came.
    expect(mails('carla').length).toBeGreaterThan(0);
  });

  it('publishes nothing that was kept for them: neither what waited to leave nor what a session’s end kept', async () => {
    const { a, b, c, cleo, settle } = world;
    await settle();
    const page = await browser.get(held);
    expect([page.status, page.html.includes('Heldwren')]).toEqual([200, true]);
    expect(page.html).not.toMatch(/Fraud board|Kestrel/);
    expect((await browser.post(`${held}/now`, {}, { follow: false })).status).toBeGreaterThanOrEqual(400);
    // Her session ends while the page is open; the form is kept for when she is back.
    const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.get('/profile')).html)?.[1] ?? '';
    await transact(c.context, by, (work) => endSessions(work, cleo.account));
    const answer = await fetch(`${c.origin}/groups/${at.c}/new`, {
      method: 'POST',
      headers: {
        ...cookieOf(browser, c),
        origin: c.origin,
        accept: 'text/html',
        referer: `${c.origin}/groups/${at.c}/new`,
      },
      body: new URLSearchParams({ csrf, ...form, language: 'en' }),
      redirect: 'manual',
    });
    expect(answer.status).toBe(303);
    const next = new URL(answer.headers.get('location') ?? '', c.origin).searchParams.get('next') ?? '';
    browser = await browserOf(c, cleo);
    const back = await browser.get(next);
    expect([back.status, /Fraud board|Bob Writer|Kestrel case/.test(back.html)]).toEqual([404, false]);
    expect((await browser.post(`/groups/${at.c}/new`, { ...form, language: 'en' }, { follow: false })).status).toBe(
      404,
    );
    await settle();
    for (const node of [a, b]) expect([node.name, bytesHeld(node, 'wren')]).toEqual([node.name, 0]);
    const rows = c.context.db.reader.selectFrom('post').select('id').where('title', 'in', ['Heldwren', 'Keptwren']);
    expect(await rows.execute()).toEqual([]);
  });
});
