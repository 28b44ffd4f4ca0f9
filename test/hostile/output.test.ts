import { transact } from '@joinery/core';
import { updateGroup } from '@joinery/slices/groups';
import { linkFor, updateProfile } from '@joinery/slices/people';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allowPartner, blockPartner } from '../../packages/federation/src/trust/partners.ts';
import { partnerByOrigin } from '../../packages/federation/src/trust/store.ts';
import { hostileMarkup } from '../../packages/ui/src/testing/hostile-markup.ts';
import { createNetworkBrowser, type NetworkBrowser } from '../harness/network-browser.ts';
import { by, create, objectOf, openGroup, startWorld, type World } from './world.ts';

// Group H: what others wrote, on every way out of the node. The renderers have their own tests, payload by payload.
let world: World;
let browser: NetworkBrowser;
beforeAll(async () => {
  world = await startWorld();
  browser = createNetworkBrowser(world.node.origin);
  await browser.post(new URL((await linkFor(world.node.context, by, world.owner.id)).address).pathname);
});
afterAll(() => world[Symbol.asyncDispose]());

/** Attributes that run something, load something, or tell somebody; none of our pages has one. */
const harmful = /^(?:on.*|srcdoc|ping|background|xlink:.*|style|manifest|dynsrc|lowsrc|longdesc|is)$/i;

/** What of a page a browser would run, load from elsewhere, or send elsewhere. */
function dangers(page: string, origin: string): string[] {
  const found: string[] = [];
  for (const [tag, name = '', rest = ''] of page.matchAll(/<([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi)) {
    if (/^(?:iframe|object|embed|base|frame|frameset|applet|style|math|video|audio|source|portal)$/i.test(name))
      found.push(tag);
    if (/^meta$/i.test(name) && /http-equiv/i.test(rest)) found.push(tag);
    for (const [, attribute = '', , double, single, bare] of rest.matchAll(
      /([^\s"'>/=]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
    )) {
      const value = (double ?? single ?? bare ?? '').trim();
      if (harmful.test(attribute)) found.push(`${name} ${attribute}`);
      if (/^(?:src|srcset|action|formaction)$/i.test(attribute) && !/^(?:\/(?!\/)|data:image\/|$)/.test(value))
        found.push(`${attribute}=${value}`);
      if (attribute === 'href' && !/^(?:\/(?!\/)|#|\?|https?:\/\/|mailto:)/.test(value)) found.push(`href=${value}`);
      if (
        attribute === 'href' &&
        /^http/.test(value) &&
        !value.startsWith(origin) &&
        !/rel="[^"]*\bnoopener\b/.test(rest)
      )
        found.push(`${tag} without rel`);
    }
    if (/^script$/i.test(name) && !/ src="\/assets\//.test(rest)) found.push(tag);
    if (/^link$/i.test(name) && !/ href="\//.test(rest)) found.push(tag);
  }
  return found;
}

/** Rows of a table (RFC 4180): a reader of its own, so that the test does not believe the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end = ''] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\r?\n|$)/g)) {
    if (end === '' && quoted === undefined && plain === '' && row.length === 0) break;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

it('the oracle itself sees what it must see', () => {
  for (const bad of [
    '<script>',
    '<p onclick="x">',
    '<a href="javascript:x">',
    '<img src=https://t.example>',
    '<form action=//evil.example>',
    '<base href=/>',
    '<meta http-equiv="refresh" content="0">',
    '<a href="https://x.example">',
    '<link href=https://x.example>',
    "<svg onload='x'>",
  ])
    expect([bad, dangers(bad, 'http://here').length > 0]).toEqual([bad, true]);
});

it('99, 100, 101, 103: whatever is written here or elsewhere, no page, resource or activity runs it, loads it or hides where it leads', async () => {
  const { node, owner, group, good, alice } = world;
  expect(new Set(hostileMarkup).size).toBeGreaterThanOrEqual(200);
  const pages = new Set<string>([
    '/',
    '/groups',
    `/groups/${group.id}`,
    `/groups/${group.id}/topics`,
    '/search?q=alert',
    '/notifications',
    '/people',
  ]);
  const chunk = 40;
  for (let from = 0; from < hostileMarkup.length; from += chunk) {
    const payloads = hostileMarkup.slice(from, from + chunk);
    const title = (payloads.find((one) => one.includes('<') && one.length < 150) ?? 'Title').replaceAll('\0', '');
    const text = payloads.join('\n\n').replaceAll('\0', '');
    const local = await owner.api('POST', `/groups/${group.id}/posts`, { title, content: text });
    expect([from, local.status]).toEqual([from, 201]);
    const activity = create(good, alice, group, { name: title, content: payloads.join(' ').replaceAll('\0', '') });
    expect((await good.send(node, alice, activity)).status).toBe(202);
    pages.add(`/posts/${local.body.id}`).add(`/posts/${local.body.id}/history`).add(`/posts/${local.body.id}/edit`);
    await node.settle();
    const remote = await node.context.db.reader
      .selectFrom('post')
      .select('id')
      .where('uri', '=', objectOf(activity).id)
      .executeTakeFirst();
    pages.add(`/posts/${remote?.id}`);
    expect(dangers(local.body.content, node.origin)).toEqual([]);
    const document = await good.get(node, alice, new URL(local.body.uri).pathname);
    expect([document.status, dangers(String(JSON.parse(document.body).content), node.origin)]).toEqual([200, []]);
  }
  const evil = '"><img src=x onerror=alert(1)><script>alert(1)</script>';
  // Whatever the forms refuse: an older version or another node may have let it in.
  const named = await openGroup(node, owner, 'evil-name');
  await transact(node.context, by, async (work) => {
    await updateProfile(work, owner.id, { name: `Ada ${evil}`, role: evil, summary: evil });
    await work.db
      .updateTable('person')
      .set({ name: `Ada ${evil}`, role: evil })
      .where('id', '=', owner.id)
      .execute();
    await work.db.updateTable('groups').set({ name: evil, sort_name: evil }).where('id', '=', named.id).execute();
    await updateGroup(work, named.id, owner.id, { summary: evil });
  });
  const first = await owner.api('POST', `/groups/${group.id}/posts`, { title: 'Removed', content: 'alert' });
  await owner.api('POST', `/posts/${first.body.id}/remove`, { reason: evil });
  for (const path of ['', '/members', '/settings', '/new', '/invite']) pages.add(`/groups/${named.id}${path}`);
  pages
    .add(`/posts/${first.body.id}`)
    .add(`/people/${owner.id}`)
    .add('/profile')
    .add(`/search?q=${encodeURIComponent(evil)}`);
  await node.settle();
  for (const path of pages) {
    const { status, html } = await browser.get(path);
    expect([path, status, dangers(html, node.origin)]).toEqual([path, 200, []]);
  }
}, 60_000);

it('101, 103: a picture is not loaded from elsewhere, and a link says which host it leads to', async () => {
  const { node, owner, group } = world;
  const content =
    '![map](https://tracker.example/p.gif) [https://trusted.example](https://trusted.example@evil.example/x) [x](javascript:alert(1)) <https://ok.example/" onmouseover="x>';
  const { body } = await owner.api('POST', `/groups/${group.id}/posts`, { title: 'Links', content });
  const { html } = await browser.get(`/posts/${body.id}`);
  expect(html).not.toMatch(/<img[^>]+tracker/);
  expect(html).toMatch(/href="https:\/\/tracker\.example\/p\.gif" rel="nofollow noopener noreferrer ugc"/);
  expect(html).toContain('(evil.example)');
  expect(html).not.toMatch(/href="javascript/);
  expect(dangers(html, node.origin)).toEqual([]);
  expect(node.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

it('106: whatever is written, tables run nothing, papers and lists hold nothing but text, and a line stays a line', async () => {
  const { node } = world;
  const officer = await node.person('Olga Officer', { administrator: true });
  const newcomer = await node.person('Nel Newcomer');
  const inside = createNetworkBrowser(node.origin);
  await inside.post(new URL((await linkFor(node.context, by, officer.id)).address).pathname);
  const lead = ['=HYPERLINK("https://evil.example")', '+1+cmd|x', '-2+3', '@SUM(1)', '\tx', '\r=1', '\uff1dA1'];
  const injected = ['a\r\nb,c', 'a"\n"=1+1', 'x\u0000y\u001b[2Jz', 'BEGIN:VCARD\r\nEND:VCARD', ') Tj (x', '\u202eevil'];
  const texts = [...lead, ...injected];
  await transact(node.context, by, async (work) => {
    for (const [index, text] of texts.entries()) {
      const origin = `https://n${index}.gov`;
      // PostgreSQL keeps no NUL, and forms give none.
      const reason = text.replaceAll('\0', '');
      await allowPartner(work, { origin, fields: { agency: reason, agreementRef: reason }, by: 'Olga', reason });
      await blockPartner(work, { origin: `https://b${index}.gov`, by: 'Olga', reason });
    }
    // As an older version or a command may have let them in.
    await work.db.updateTable('person').set({ name: '=1+1\r\n@x' }).where('id', '=', newcomer.id).execute();
  });
  const partner = await partnerByOrigin(node.context.db.reader, 'https://n0.gov');
  const home = '/administration/partners';
  for (const [name, header] of [
    ['register.csv', 9],
    ['export?form=joinery', 0],
    ['export?form=mastodon', 6],
  ] as const) {
    const { status, headers, html } = await inside.get(`${home}/${name}`);
    expect([name, status, headers.get('content-type')]).toEqual([name, 200, 'text/csv; charset=utf-8']);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="[a-z-]+\.csv"$/);
    const rows = parseCsv(html);
    expect([name, rows.length >= texts.length]).toEqual([name, true]);
    const columns = header || rows[0]?.length;
    for (const row of rows) {
      expect([name, row.length]).toEqual([name, columns]);
      for (const cell of row) expect([name, cell]).toEqual([name, expect.not.stringMatching(/^[=+\-@\t\r\uff1d]/)]);
    }
    const cells = rows.flat().join('\u0001');
    for (const text of ['+1+cmd|x', '-2+3', '@SUM(1)'])
      expect([name, cells.includes(`'${text}`)]).toEqual([name, true]);
  }
  const hosts = await inside.get(`${home}/export?form=text`);
  for (const line of hosts.html.trim().split('\n')) expect(line).toMatch(/^[a-z0-9.:-]+$/);
  const links = await inside.post('/administration/people/links', { once: crypto.randomUUID() });
  expect([links.status, links.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  const listed = parseCsv(links.html.replace(/^\uFEFF/, ''));
  expect(listed.map(([name]) => name)).toContain("'=1+1\r\n@x");
  for (const row of listed) {
    expect(row).toHaveLength(4);
    for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  }
  for (const path of [`${home}/register.pdf`, `${home}/${partner?.id}/letter.pdf`]) {
    const { status, headers, html } = await inside.get(path);
    expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'application/pdf']);
    expect([path, html.startsWith('%PDF-')]).toEqual([path, true]);
    // Nothing in it acts, leads elsewhere or is a file of its own (ISO 32000-1 §12.6).
    expect(html).not.toMatch(/\/(?:JavaScript|JS|OpenAction|AA|Launch|URI|SubmitForm|EmbeddedFile|RichMedia)\b/);
  }
  const api = await inside.get('/api/v1/openapi.json');
  expect([api.status, api.headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(JSON.parse(api.html)).toMatchObject({ openapi: expect.stringMatching(/^3\./) });
  // It describes the program: nothing that anybody wrote is in it.
  expect(api.html).not.toMatch(/evil\.example|Olga|Ada Owner|SUM\(1\)/);
  expect(node.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}, 60_000);

it('106: a feed stays well-formed XML, whatever is written in it', async () => {
  const { node, owner } = world;
  const group = await openGroup(node, owner, 'atom', { reading: 'web' });
  await transact(node.context, by, (work) => updateGroup(work, group.id, owner.id, { name: 'At & <b>om</b> ]]>' }));
  for (const title of [
    'a ]]> b <script>alert(1)</script>',
    'x\u000by\u0001z\ufffe',
    '</entry><entry>',
    '&bogus; & "\'',
    '\ud83d\ude00 \u202e',
  ])
    expect([
      title,
      (await owner.api('POST', `/groups/${group.id}/posts`, { title, content: `${title} ]]> <b>x</b> \u000c` })).status,
    ]).toEqual([title, 201]);
  const feed = await browser.get(`/groups/${group.id}/feed.atom`);
  expect([feed.status, feed.headers.get('content-type')]).toEqual([200, 'application/atom+xml; charset=utf-8']);
  const xml = feed.html;
  // Characters that XML 1.0 does not have end the reader's parser (§2.2).
  expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const outside = xml.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '');
  expect(outside).not.toMatch(/\]\]>|<script|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/i);
  // What it calls HTML shows as it was written.
  expect(xml).toContain('<title type="html"><![CDATA[a ]]&#62; b &#60;script&#62;alert(1)&#60;/script&#62;]]></title>');
  expect([...outside.matchAll(/<entry>/g)]).toHaveLength(5);
  expect([...outside.matchAll(/<\/entry>/g)]).toHaveLength(5);
  for (const [, tag = ''] of outside.matchAll(/<(?:\/)?([\w:]+)/g))
    expect(tag).toMatch(
      /^(?:feed|entry|id|title|updated|published|generator|author|name|link|rights|content|summary|subtitle)$/,
    );
});
