import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cookieName, limits, startSession, transact } from '@joinery/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyJob } from '../../packages/slices/src/library/after-effects.ts';
import { jobs } from '../../packages/slices/src/library/jobs.ts';
import { sessionCookie } from '../harness/browser-pages.ts';
import { allowEachOther, settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';

const size = 2 * 1024 * 1024 + 17;
const bytes = randomBytes(size);

describe('A file with a post, read from another node', () => {
  let council: TestNode;
  let ministry: TestNode;
  let anna: TestPerson;
  let bert: TestPerson;
  let topic: { id: string; group: string; files: { id: string }[] };
  let there: { id: string; group: string; files: { id: string; home: string; name: string; alt: string }[] };

  beforeAll(async () => {
    [council, ministry] = [await startTestNode('council'), await startTestNode('ministry')];
    await allowEachOther([council, ministry]);
    [anna, bert] = [await council.person('Anna Archivist'), await ministry.person('Bert Builder')];
    const group = (await anna.api('POST', '/groups', { name: 'Bridges', handle: 'bridges' })).body;
    const here = (await bert.api('POST', '/memberships/remote', { uri: group.uri })).body;
    await settleAll([council, ministry]);
    const file = await uploadFile(council, anna, 'plan “A”.bin', bytes);
    const posted = await anna.api('POST', `/groups/${group.id}/posts`, {
      ...{ title: 'Plan', content: 'See the file.', files: [{ id: file, alt: 'A plan' }] },
    });
    expect(posted.status).toBe(201);
    topic = posted.body;
    await settleAll([council, ministry]);
    const id = here.group?.id ?? here.id;
    there = (await bert.api('GET', `/groups/${id}/posts`)).body.items[0];
  }, 60_000);
  afterAll(async () => {
    await council?.[Symbol.asyncDispose]();
    await ministry?.[Symbol.asyncDispose]();
  });

  const read = (node: TestNode, person: TestPerson, id: string, headers: Record<string, string> = {}) =>
    fetch(`${node.origin}/api/v1/files/${id}/content`, {
      headers: { authorization: `Bearer ${person.token}`, ...headers },
    });
  const blob = (node: TestNode, content: Buffer) => {
    const name = createHash('sha256').update(content).digest('hex');
    return join(node.context.config.dataFolder, 'files', name.slice(0, 2), name);
  };

  it('comes through the reader’s own node, whole and in parts, and nothing of it stays there (hostile case 118)', async () => {
    expect(there.files).toMatchObject([{ name: 'plan “A”.bin', home: council.origin, alt: 'A plan' }]);
    const id = there.files[0]?.id ?? '';
    const whole = Buffer.from(await (await read(ministry, bert, id)).arrayBuffer());
    expect(whole.equals(bytes)).toBe(true);
    for (const [from, to] of [
      [0, 0],
      [1024 * 1024 - 1, 1024 * 1024],
      [size - 5, size - 1],
      [100, 2 * 1024 * 1024 + 1],
    ] as const) {
      const part = await read(ministry, bert, id, { range: `bytes=${from}-${to}` });
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${from}-${to}/${size}`]);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(from, to + 1))).toBe(true);
    }
    expect(existsSync(blob(ministry, bytes))).toBe(false);
    expect(readdirSync(ministry.context.files.incoming)).toEqual([]);
  });

  it('is told of by its number wherever its post is listed, and shown on a page of its own at the reader’s node', async () => {
    const value = await transact(ministry.context, { kind: 'system', what: 'test' }, (work) =>
      startSession(work, bert.account),
    );
    const cookie = `${cookieName(ministry.origin, 'session')}=${value}`;
    const page = async (path: string) =>
      (await fetch(`${ministry.origin}${path}`, { headers: { cookie, accept: 'text/html' } })).text();
    const group = (await bert.api('GET', `/posts/${there.id}`)).body.group;
    for (const path of [`/groups/${group}`, '/', '/search?q=plan'])
      expect([path, /(?<!\d)1 file(?!\w)/.test(await page(path))]).toEqual([path, true]);
    const file = await page(`/files/${there.files[0]?.id}/view`);
    expect(file).toContain('plan “A”.bin');
    expect(file).toContain(`at ${new URL(council.origin).host}`);
    expect(file).toContain(`href="/posts/${there.id}"`);
    // The address that people mail around is the one at its home.
    const mailed = (id: string | undefined) =>
      `${ministry.origin}/follow?uri=${encodeURIComponent(`${council.origin}/files/${id}`)}`;
    const follow = (id: string | undefined) =>
      fetch(mailed(id), { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
    expect((await follow(topic.files[0]?.id)).headers.get('location')).toBe(`/files/${there.files[0]?.id}`);
    const missing = await follow(crypto.randomUUID());
    expect([missing.status, missing.headers.get('location')]).toEqual([200, null]);
    // In an open group nobody counts who opens it.
    expect(file).not.toContain('notes that your node opens this');
  });

  it('is for nobody without a session, a token or the signature of a node that may read the post', async () => {
    for (const [node, id] of [
      [council, topic.files[0]?.id],
      [ministry, there.files[0]?.id],
    ] as const) {
      const answer = await fetch(`${node.origin}/files/${id}`, { redirect: 'manual' });
      expect(answer.status).toBe(404);
      const page = await fetch(`${node.origin}/files/${id}`, { headers: { accept: 'text/html' } });
      expect([page.status, (await page.text()).includes('own agency’s node')]).toEqual([404, true]);
    }
    await council.decide('suspend', ministry);
    expect((await read(ministry, bert, there.files[0]?.id ?? '')).status).toBeGreaterThanOrEqual(400);
    await council.allow(ministry);
  });

  it('is compared piece by piece: what its home changed never arrives', async () => {
    const path = blob(council, bytes);
    const wrong = Buffer.from(readFileSync(path));
    wrong[1024 * 1024 + 5] = (wrong[1024 * 1024 + 5] ?? 0) ^ 1;
    writeFileSync(path, wrong);
    const answer = await read(ministry, bert, there.files[0]?.id ?? '');
    // The first MiB is right; the connection ends before a byte of the second.
    await expect(answer.arrayBuffer()).rejects.toThrow();
    writeFileSync(path, bytes);
  });

  it('of a member elsewhere lies at their node, and is read from there', async () => {
    const file = await uploadFile(ministry, bert, 'answer.txt', Buffer.from('Agreed.'));
    const reply = await bert.api('POST', `/posts/${there.id}/replies`, { content: 'See mine.', files: [{ id: file }] });
    expect(reply.body.files).toMatchObject([{ name: 'answer.txt' }]);
    await settleAll([council, ministry]);
    const replies = (await anna.api('GET', `/posts/${topic.id}`)).body.replies;
    const [remote] = replies[0].files;
    expect(remote.home).toBe(ministry.origin);
    expect(await (await read(council, anna, remote.id)).text()).toBe('Agreed.');
    // Left out when the reply is edited: gone at both nodes.
    await bert.api('PATCH', `/posts/${reply.body.id}`, { files: [] });
    await settleAll([council, ministry]);
    expect((await read(ministry, bert, file)).status).toBe(404);
    expect((await read(council, anna, remote.id)).status).toBe(404);
  });

  it('lies in a library that members of both nodes see alike and bring documents into', async () => {
    const both = [council, ministry];
    const [here, at] = [topic.group, there.group];
    const made = await anna.api('POST', `/groups/${here}/library/folders`, { name: 'Plans' });
    const paper = await uploadFile(council, anna, 'budget_2027.txt', Buffer.from('Fourteen million.'));
    const first = await anna.api('POST', `/groups/${here}/library/documents`, { file: paper, folder: made.body.id });
    expect([made.status, first.status, first.body.title, first.body.version]).toEqual([201, 201, 'budget 2027', 1]);
    await settleAll(both);
    const [folder] = (await bert.api('GET', `/groups/${at}/library/folders`)).body.items;
    expect(folder).toMatchObject({ name: 'Plans', uri: made.body.uri, home: council.origin, official: false });
    const listed = async (person: TestPerson, group: string, place: string) =>
      (await person.api('GET', `/groups/${group}/library/documents?folder=${place}`)).body.items;
    const [budget] = await listed(bert, at, folder.id);
    expect(budget).toMatchObject({ title: 'budget 2027', home: council.origin, version: 1, file: { size: 17 } });
    expect(await (await read(ministry, bert, budget.file.id)).text()).toBe('Fourteen million.');

    const bridge = await uploadFile(ministry, bert, 'bridge.txt', Buffer.from('One arch.'));
    const brought = { file: bridge, folder: folder.id, title: 'The bridge', note: 'As drawn' };
    const own = (await bert.api('POST', `/groups/${at}/library/documents`, brought)).body;
    await settleAll(both);
    const found = (await listed(anna, here, made.body.id)).find(
      ({ title }: { title: string }) => title === 'The bridge',
    );
    expect(found).toMatchObject({ home: ministry.origin, uri: own.uri, status: 'accepted' });
    const second = await uploadFile(ministry, bert, 'bridge.txt', Buffer.from('Two arches.'));
    const version = { file: second, note: 'It carries more', revision: own.revision };
    expect((await bert.api('POST', `/documents/${own.id}/versions`, version)).status).toBe(201);
    expect((await bert.api('POST', `/documents/${own.id}/versions`, version)).body.code).toBe('stale_revision');
    await settleAll(both);
    const { items: versions } = (await anna.api('GET', `/documents/${found.id}/versions`)).body;
    expect(versions.map(({ number, note, by }: Record<string, unknown>) => [number, note, by])).toEqual([
      [2, 'It carries more', 'Bert Builder'],
      [1, 'As drawn', 'Bert Builder'],
    ]);
    const texts = await Promise.all(
      versions.map(async ({ file }: { file: { id: string } }) => (await read(council, anna, file.id)).text()),
    );
    expect(texts).toEqual(['Two arches.', 'One arch.']);

    // Of those who run the group, wherever they are; of nobody else.
    expect((await bert.api('PATCH', `/documents/${own.id}`, { official: true })).status).toBe(403);
    expect((await anna.api('PATCH', `/documents/${found.id}`, { official: true, folder: '' })).body).toMatchObject({
      ...{ official: true, folder: null },
    });
    await anna.api('PATCH', `/folders/${made.body.id}`, { name: 'Plans and drawings' });
    await settleAll(both);
    expect((await bert.api('GET', `/documents/${own.id}`)).body).toMatchObject({ official: true, folder: null });
    expect((await bert.api('GET', `/groups/${at}/library/folders`)).body.items).toMatchObject([
      { id: folder.id, name: 'Plans and drawings' },
    ]);

    const findable = async (kind: string) =>
      (await bert.api('GET', `/search?q=budget&kind=${kind}`)).body.items.map(
        ({ item }: { item: { title: string } }) => item.title,
      );
    expect([await findable('document'), await findable('post')]).toEqual([['budget 2027'], []]);

    const session = await sessionCookie(ministry.context, bert.account);
    const zip = await fetch(`${ministry.origin}/groups/${at}/library/zip`, {
      headers: { cookie: `${session.name}=${session.value}` },
    });
    const packed = Buffer.from(await zip.arrayBuffer()).toString('latin1');
    expect([zip.status, packed.includes('Plans and drawings/budget_2027.txt'), packed.includes('bridge.txt')]).toEqual([
      ...[200, true, true],
    ]);
    // One more than may be had in an hour, of whatever folder: nobody else has less of it.
    const askZip = async (path: string, person: TestPerson, node: TestNode) => {
      const own = await sessionCookie(node.context, person.account);
      const headers = { cookie: `${own.name}=${own.value}` };
      return (await fetch(`${node.origin}${path}`, { method: 'HEAD', headers })).status;
    };
    for (let more = 1; more < limits.zips.times; more += 1)
      expect([more, await askZip(`/folders/${folder.id}/zip`, bert, ministry)]).toEqual([more, 200]);
    expect(await askZip(`/groups/${at}/library/zip`, bert, ministry)).toBe(429);
    expect(await askZip(`/folders/${folder.id}/zip`, bert, ministry)).toBe(429);
    expect(await askZip(`/groups/${here}/library/zip`, anna, council)).toBe(200);

    const said = await anna.api('POST', `/posts/${found.id}/replies`, { content: 'Does it carry lorries?' });
    expect(said.status).toBe(201);
    expect((await anna.api('PUT', `/posts/${found.id}/like`)).status).toBeLessThan(300);
    await settleAll(both);
    await bert.api('DELETE', `/posts/${own.id}`);
    await settleAll(both);
    // Nobody is told meanwhile that it was liked.
    expect((await bert.api('GET', `/posts/${own.id}`)).body.likes).toBe(0);
    expect((await anna.api('GET', `/documents/${found.id}`)).status).toBe(404);
    expect((await anna.api('GET', `/groups/${here}/library/bin`)).body.items).toEqual([]);
    expect((await bert.api('GET', `/groups/${at}/library/bin`)).body.items).toMatchObject([{ title: 'The bridge' }]);
    expect((await read(council, anna, found.file.id)).status).toBe(404);
    const again = await bert.api('POST', `/documents/${own.id}/restore`);
    expect([again.status, again.body.version]).toEqual([201, 2]);
    await settleAll(both);
    const back = (await listed(anna, here, '')).find(({ uri }: { uri: string }) => uri === again.body.uri);
    expect(await (await read(council, anna, back.file.id)).text()).toBe('Two arches.');
    // With its mark and with what was said of it, at both nodes.
    const thread = async (person: TestPerson, id: string) => [
      (await person.api('GET', `/documents/${id}`)).body.official,
      (await person.api('GET', `/posts/${id}`)).body.replies.map(({ content }: { content: string }) => content),
      (await person.api('GET', `/posts/${id}`)).body.replyCount,
      (await person.api('GET', `/posts/${id}`)).body.likes,
      (await person.api('GET', `/posts/${id}`)).body.liked,
    ];
    const kept = [true, [expect.stringContaining('lorries')], 1, 1];
    expect(await thread(anna, back.id)).toEqual([...kept, true]);
    // Bert's node has the figure from that of the group.
    const told = (id: string) =>
      until(async () => {
        await settleAll(both);
        return (await bert.api('GET', `/posts/${id}`)).body.likes === 1;
      }, 15_000);
    await told(again.body.id);
    expect(await thread(bert, again.body.id)).toEqual([...kept, false]);
    // Taken back once more: nothing of the mark is left over from the first time.
    expect((await anna.api('PATCH', `/documents/${back.id}`, { official: false })).status).toBe(200);
    await bert.api('DELETE', `/posts/${again.body.id}`);
    await settleAll(both);
    const third = await bert.api('POST', `/documents/${again.body.id}/restore`);
    await settleAll(both);
    await told(third.body.id);
    expect(await thread(bert, third.body.id)).toEqual([false, kept[1], 1, 1, false]);
    // Until it can come back no more.
    const likes = () => council.context.db.reader.selectFrom('post_like').select(['post_id', 'actor']).execute();
    const [left, ...others] = await likes();
    expect([left?.actor, others]).toEqual([anna.uri, []]);
    await bert.api('DELETE', `/posts/${third.body.id}`);
    await settleAll(both);
    expect((await bert.api('GET', `/posts/${third.body.id}`)).body.likes).toBe(0);
    expect(await likes()).toEqual([left]);
    await jobs[emptyJob]?.(council.context, { post: left?.post_id ?? '' });
    expect(await likes()).toEqual([]);
  }, 60_000);

  it('ends with its post, at once and everywhere', async () => {
    const id = there.files[0]?.id ?? '';
    expect((await read(ministry, bert, id, { range: 'bytes=0-0' })).status).toBe(206);
    await anna.api('DELETE', `/posts/${topic.id}`);
    // Before its reader's node has heard of it.
    expect((await read(ministry, bert, id)).status).toBe(404);
    await settleAll([council, ministry]);
    expect((await read(ministry, bert, id)).status).toBe(404);
    expect((await read(council, anna, topic.files[0]?.id ?? '')).status).toBe(404);
  });
});
